"""What a development machine needs in the environment and a production one must be told.

Nothing here runs where the embedded PostgreSQL is not installed, which is how a production image is recognised.
"""

from __future__ import annotations

import fcntl
import gettext as catalogues
import os
import secrets
import sys
from collections.abc import Callable, MutableMapping
from pathlib import Path

from papyrus_site.embedded_postgres import EmbeddedPostgres, is_installed

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
# What the embedded server sets; only PGHOST says that another one is meant.
OF_THE_EMBEDDED = ("PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGSSLMODE")


class NotPrepared(RuntimeError):
    """The environment lacks something that only a person can give; the text says what."""


def prepare(environ: MutableMapping[str, str], *, database: EmbeddedPostgres | None = None) -> None:
    """Fill in what `environ` leaves open: secret key, hosts, plain HTTP, and the embedded PostgreSQL.

    What is set already stays. With PGHOST set no server is started. Says on stderr which variables have no effect.
    Raises NotPrepared when PGHOST is set without PGUSER, EmbeddedPostgresError when the server cannot be started.
    """
    if not is_installed():
        return
    if not environ.get("DJANGO_SECRET_KEY", "").strip():
        environ["DJANGO_SECRET_KEY"] = keep(VAR / "secret_key", _secret_if_empty)
    environ.setdefault("DJANGO_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
    environ.setdefault("PAPYRUS_HTTPS", "0")
    if environ.get("PGHOST"):
        _require_user(environ)
    else:
        _say_what_has_no_effect(environ)
        environ.update((database or development_database()).acquire())
        environ["PGSSLMODE"] = "disable"


def development_database() -> EmbeddedPostgres:
    """Return the server of this checkout, its data under var/postgres."""
    return EmbeddedPostgres(folder=VAR / "postgres", settings={})


def keep(path: Path, complete: Callable[[str], str]) -> str:
    """Write what `complete` makes of the text in `path`, empty when there is none, and return it.

    For the owner's eyes only, one process at a time, and whole: a killed process leaves the text that was there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        found = path.read_text(errors="replace") if path.exists() else ""
        text = complete(found)
        if text != found:
            _replace(path, text)
        return text
    finally:
        os.close(folder)


def _replace(path: Path, text: str) -> None:
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _secret_if_empty(found: str) -> str:
    return found if found.strip() else secrets.token_urlsafe(50)


def _require_user(environ: MutableMapping[str, str]) -> None:
    if not environ.get("PGUSER"):
        text = gettext(
            "PGHOST is %(host)s, but PGUSER is not set. Set PGUSER, or unset PGHOST for the embedded server."
        )
        raise NotPrepared(text % {"host": environ["PGHOST"]})


def _say_what_has_no_effect(environ: MutableMapping[str, str]) -> None:
    if names := [name for name in OF_THE_EMBEDDED if environ.get(name)]:
        text = gettext("%(names)s without PGHOST: no effect, the embedded PostgreSQL is used. Set PGHOST as well.")
        print(text % {"names": ", ".join(names)}, file=sys.stderr)


def gettext(text: str) -> str:
    """Return `text` in Japanese; Django's gettext needs settings, which nobody can read yet."""
    return catalogues.translation("django", ROOT / "papyrus_site" / "locale", ["ja"]).gettext(text)


def gettext_noop(text: str) -> str:
    """Return `text` as it is: it is collected for the catalogue, and translated later."""
    return text
