"""`manage.py load_demo_notes`."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from invoices.models import Customer, DeliveryNote, NoteState
from papyrus_site.roles import Role
from tests.invoices.factories import limit, user_of

pytestmark = pytest.mark.django_db


def test_sample_is_written_by_the_clerk_into_var_when_nothing_is_said(settings: Settings, tmp_path: Path) -> None:
    settings.ROOT = tmp_path
    user_of(Role.CLERK, username="clerk")
    call_command("load_demo_products", verbosity=0)

    paths = {call_command("load_demo_notes", verbosity=0) for _ in range(2)}

    note = DeliveryNote.objects.get()
    assert paths == {str(tmp_path / "var" / f"納品書_{note.number}.pdf")}
    assert (note.created_by.username, Path(paths.pop()).read_bytes()[:4]) == ("clerk", b"%PDF")


def test_unknown_author_is_named_and_nothing_is_made() -> None:
    with pytest.raises(CommandError, match=r"「nobody」は登録されていません。.* --author"):
        call_command("load_demo_notes", author="nobody", verbosity=0)
    assert (Customer.objects.count(), DeliveryNote.objects.count()) == (0, 0)


def test_sample_above_the_limit_stays_a_draft_and_the_command_says_why() -> None:
    limit(0)
    user_of(Role.CLERK, username="clerk")
    call_command("load_demo_products", verbosity=0)
    with pytest.raises(CommandError, match="納品書の発行には承認が必要です"):
        call_command("load_demo_notes", verbosity=0)
    assert DeliveryNote.objects.get().state == NoteState.DRAFT
