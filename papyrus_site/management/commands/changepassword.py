"""`changepassword` that also ends the lock, which whoever asks for a new password has usually come upon first."""

from __future__ import annotations

import getpass
from typing import Any

from axes.utils import reset
from django.contrib.auth.management.commands.changepassword import Command as DjangoChangePassword


class Command(DjangoChangePassword):
    def handle(self, *args: Any, **options: Any) -> str | None:
        changed: str | None = super().handle(*args, **options)
        reset(username=options["username"] or getpass.getuser())
        return changed
