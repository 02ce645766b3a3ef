#!/usr/bin/env python
"""Run a management command; on a development machine with the embedded PostgreSQL beside it."""

import os
import sys

from papyrus_site import local
from papyrus_site.embedded_postgres import EmbeddedPostgresError


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "papyrus_site.settings")
    try:
        local.prepare(os.environ)
    except (local.NotPrepared, EmbeddedPostgresError) as error:
        sys.exit(str(error))
    # For the change history, which names the program that was signed in to the database.
    os.environ["PGAPPNAME"] = " ".join(["papyrus", *sys.argv[1:2]])
    from django.core.management import execute_from_command_line

    from papyrus_site.database_tls import TlsRefused

    try:
        execute_from_command_line(sys.argv)
    except TlsRefused as refused:
        sys.exit(local.gettext(refused.text) % refused.values)


if __name__ == "__main__":
    main()
