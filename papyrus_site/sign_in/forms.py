"""The form of local accounts."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.contrib.auth.models import User
from django.core.validators import MaxLengthValidator


class SignInForm(AuthenticationForm):
    """Name and password. A name that is too long to be one is refused before anybody looks for it or keeps it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Django gives the limit to the browser only.
        name = self.fields[User.USERNAME_FIELD]
        assert isinstance(name, UsernameField)  # noqa: S101 - for the type checker
        name.validators.append(MaxLengthValidator(name.max_length or 150))
