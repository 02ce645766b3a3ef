"""Whether what is configured for TLS to the database will do: asked while the settings load."""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from papyrus_site.local import gettext_noop

# libpq's modes (“SSL Support” in PostgreSQL's manual), those that may end without TLS first.
WITHOUT = ("disable", "allow", "prefer")
VERIFYING = ("verify-ca", "verify-full")
MODES = (*WITHOUT, "require", *VERIFYING)
# libpq's word for what the system trusts.
SYSTEM = "system"


class TlsRefused(ImproperlyConfigured):
    """The configuration is refused: `text` is an English template, and a message id, for `values`."""

    def __init__(self, text: str, **values: str) -> None:
        super().__init__(text % values)
        self.text = text
        self.values = values


def require_good(*, host: str, mode: str, root_certificate: str, is_production: bool) -> None:
    """Raise TlsRefused when `mode` is none, may do without TLS in production, or has no authority to verify by."""
    values = {"host": host, "mode": mode, "file": root_certificate}
    if mode not in MODES:
        raise TlsRefused(
            gettext_noop(
                "PGSSLMODE is “%(mode)s”, which is no mode for PostgreSQL at %(host)s. Set require or verify-full."
            ),
            **values,
        )
    if is_production and mode in WITHOUT and not _is_on_this_machine(host):
        raise TlsRefused(
            gettext_noop(
                "PGSSLMODE is “%(mode)s”, so rows and passwords could travel to PostgreSQL at %(host)s in the clear. "
                "Set PGSSLMODE=require, or verify-full with PGSSLROOTCERT."
            ),
            **values,
        )
    _require_authority(mode=mode, root_certificate=root_certificate, values=values)


def _require_authority(*, mode: str, root_certificate: str, values: dict[str, str]) -> None:
    if mode in VERIFYING and not root_certificate:
        raise TlsRefused(
            gettext_noop(
                "PGSSLMODE is “%(mode)s”, but PGSSLROOTCERT does not say who vouches for PostgreSQL at %(host)s. "
                "Set it to the file with the certificates of that authority."
            ),
            **values,
        )
    if root_certificate == SYSTEM and mode != "verify-full":
        raise TlsRefused(
            gettext_noop(
                "PGSSLROOTCERT is “system” and PGSSLMODE is “%(mode)s” for PostgreSQL at %(host)s, which do not go "
                "together. Set PGSSLMODE=verify-full."
            ),
            **values,
        )
    if root_certificate not in ("", SYSTEM) and not Path(root_certificate).is_file():
        raise TlsRefused(
            gettext_noop(
                "PGSSLROOTCERT is %(file)s, and there is no such file, so PostgreSQL at %(host)s cannot be verified "
                "(PGSSLMODE is “%(mode)s”). Put the certificates there, or correct the path."
            ),
            **values,
        )


def _is_on_this_machine(host: str) -> bool:
    """Whether every host of libpq's list is a socket folder or the loopback network."""
    return all(
        each.startswith(("/", "@", "127.")) or each in ("", "localhost", "::1")
        for each in map(str.strip, host.split(","))
    )
