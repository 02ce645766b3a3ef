"""What a development machine needs in the environment and a production one must be told.

Nothing here runs where the embedded PostgreSQL is not installed, which is how a production image is recognised.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import MutableMapping
from pathlib import Path

from papyrus_site.embedded_postgres import EmbeddedPostgres, is_installed

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"


def prepare(environ: MutableMapping[str, str], *, database: EmbeddedPostgres | None = None) -> None:
    """Fill in what `environ` leaves open: secret key, hosts, plain HTTP, and the embedded PostgreSQL.

    What is set already stays. With PGHOST set no server is started.
    """
    if not is_installed():
        return
    environ.setdefault("DJANGO_SECRET_KEY", _kept_secret("secret_key"))
    environ.setdefault("DJANGO_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
    environ.setdefault("PAPYRUS_HTTPS", "0")
    if not environ.get("PGHOST"):
        environ.update((database or development_database()).acquire())
        environ["PGSSLMODE"] = "disable"


def development_database() -> EmbeddedPostgres:
    """Return the server of this checkout, its data under var/postgres."""
    return EmbeddedPostgres(folder=VAR / "postgres", settings={})


def _kept_secret(name: str) -> str:
    path = VAR / name
    if not path.exists():
        VAR.mkdir(exist_ok=True)
        # O_EXCL: of two first runs at once one writes, the other reads what it wrote.
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text()
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text()
