"""Sessions that end after idleness, and after a time that no work prolongs."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session

SIGNED_IN_AT = "signed_in_at"
# Not every request is worth a write.
TOUCHED_EVERY = timedelta(minutes=1)


class SessionStore(db.SessionStore):
    """Django's sessions in the database, with the instant of their sign-in.

    Idleness is counted in the row's expire_date alone. Saving the whole session with every request, as
    SESSION_SAVE_EVERY_REQUEST does, would let parallel requests overwrite each other's changes.
    """

    expires_at: datetime | None = None

    def _get_session_from_db(self) -> Session | None:
        found: Session | None = super()._get_session_from_db()  # type: ignore[misc]  # the stubs lack it
        self.expires_at = found.expire_date if found else None
        return found

    def __setitem__(self, key: str, value: object) -> None:
        super().__setitem__(key, value)
        # Whoever signs somebody in writes down whom.
        if key == SESSION_KEY:
            self.begin()

    def begin(self) -> None:
        """Note that somebody signs in now."""
        self[SIGNED_IN_AT] = time.time()

    def touch(self) -> None:
        """Note that the user is at work; at most once a minute."""
        wanted = self.get_expiry_date()
        if self.expires_at and wanted - self.expires_at >= TOUCHED_EVERY:
            Session.objects.filter(pk=self.session_key).update(expire_date=wanted)
