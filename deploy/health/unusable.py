"""Why the database cannot be used, in a sentence for a person: with host, setting and remedy, and nothing secret."""

from __future__ import annotations

from django.conf import settings
from django.db import Error
from django.utils.translation import gettext as _, gettext_noop

from deploy.health.probe import Reason, reason_of

SENTENCE = gettext_noop(
    "PostgreSQL at %(HOST)s, port %(PORT)s, cannot be used: %(reason)s. Check PGHOST and PGPORT; manage.py dbcheck "
    "says more."
)
SENTENCES = {
    Reason.SIGN_IN_REFUSED: gettext_noop(
        "PostgreSQL at %(HOST)s does not let the user %(USER)s sign in. Check PGUSER and PGPASSWORD."
    ),
    Reason.NO_DATABASE: gettext_noop(
        "PostgreSQL at %(HOST)s has no database %(NAME)s. Create it, or set PGDATABASE to another one."
    ),
    Reason.NO_TLS: gettext_noop(
        "PostgreSQL at %(HOST)s has no TLS, and PGSSLMODE is %(sslmode)s. Turn TLS on in the server; only for a "
        "server on this machine set PGSSLMODE=prefer."
    ),
    Reason.TLS_DEMANDED: gettext_noop(
        "PostgreSQL at %(HOST)s takes no connection without TLS, and PGSSLMODE is %(sslmode)s. Set PGSSLMODE=require."
    ),
    Reason.UNKNOWN_AUTHORITY: gettext_noop(
        "The certificate of PostgreSQL at %(HOST)s is not signed by an authority in %(sslrootcert)s, and PGSSLMODE is "
        "%(sslmode)s. Set PGSSLROOTCERT to the file of the server's authority."
    ),
    Reason.OTHER_HOST: gettext_noop(
        "The certificate of PostgreSQL at %(HOST)s is for another host, and PGSSLMODE is %(sslmode)s. Set PGHOST to "
        "the name in the certificate."
    ),
    Reason.NO_AUTHORITIES: gettext_noop(
        "No certificate can be read from PGSSLROOTCERT, %(sslrootcert)s, so PostgreSQL at %(HOST)s cannot be verified "
        "(PGSSLMODE is %(sslmode)s). Put the authority's certificates there, in PEM."
    ),
}


def sentence(error: Error) -> str:
    """Return what `error`, raised by Django while connecting, means for whoever configured the connection."""
    reason = reason_of(error.__cause__ if isinstance(error.__cause__, Exception) else error)
    return filled_in(SENTENCES.get(reason, SENTENCE), reason=_(reason))


def filled_in(template: str, **values: str) -> str:
    """Return a sentence of SENTENCES in the reader's language, with the values of the configured connection."""
    database = settings.DATABASES["default"]
    return _(template) % {**database, **database["OPTIONS"], **values}
