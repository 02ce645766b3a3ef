"""`manage.py set_password`: what `python -m deploy.password` runs in a task, where nobody can be asked."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from axes.utils import reset
from botocore.exceptions import BotoCoreError, ClientError
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError
from django.utils.translation import gettext as _

from deploy.health import unusable
from deploy.sdk.clients import client
from deploy.sdk.refusals import sentence_of


class Command(BaseCommand):
    """Gives a password, and ends the lock on its user, as the form of the admin does."""

    help = _("Give a user the password that stands in a parameter of AWS Systems Manager.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", metavar=_("USER"), help=_("whose password it becomes"))
        parser.add_argument("--parameter", required=True, metavar=_("NAME"), help=_("parameter of type SecureString"))

    def handle(self, *args: Any, **options: Any) -> None:
        user = _user(options["username"])
        password = _password(options["parameter"])
        try:
            validate_password(password, user)
        except ValidationError as refused:
            raise CommandError("\n".join(refused.messages)) from None
        user.set_password(password)
        user.save(update_fields=["password"])
        reset(username=user.get_username())
        self.stdout.write(_("%(user)s has a new password.") % {"user": user.get_username()})


def _user(name: str) -> User:
    try:
        return User.objects.get_by_natural_key(name)
    except User.DoesNotExist:
        raise CommandError(_("There is no user %(user)s.") % {"user": name}) from None
    except ProgrammingError:
        raise CommandError(_("The database has no users yet. Migrate it first.")) from None
    except OperationalError as error:
        raise CommandError(unusable.sentence(error)) from None


def _password(parameter: str) -> str:
    try:
        return str(client("ssm").get_parameter(Name=parameter, WithDecryption=True)["Parameter"]["Value"])
    except (BotoCoreError, ClientError) as error:
        raise CommandError(sentence_of(error)) from None
