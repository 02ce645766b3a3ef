"""`python -m tests.deploy.container.furnish`: notes and a clerk's session in the database of the environment."""

from __future__ import annotations

import json
import os

import django

LONG = 2000


def main() -> None:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from papyrus_site.sign_in.sessions import SessionStore
    from tests.invoices.factories import clerk, issued_note, line

    user = clerk()
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    found = {
        "session": session.session_key,
        "short_note": issued_note(user).pk,
        "long_note": issued_note(user, lines=tuple(line() for _ in range(LONG))).pk,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "papyrus_site.settings")
    django.setup()
    main()
