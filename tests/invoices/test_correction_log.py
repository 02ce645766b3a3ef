"""The log of corrections and voids: eight fields, on screen and as CSV."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from invoices import approvals, services
from papyrus_site.roles import Role
from tests.invoices.factories import (
    NOW,
    CustomerFactory,
    approve,
    approver,
    correction_draft,
    issued_note,
    limit,
    line,
    user_of,
)
from tests.invoices.test_views import text_of

pytestmark = pytest.mark.django_db
HEADINGS = ["申請日", "番号", "件名", "得意先", "訂正・削除日", "訂正・削除内容", "訂正・削除理由", "処理担当者"]


@pytest.fixture
def auditor(client: Client) -> Client:
    client.force_login(user_of(Role.AUDITOR))
    return client


def rows(client: Client, query: str = "") -> list[list[str]]:
    content = b"".join(client.get(f"/corrections.csv{query}"))
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_voids_and_corrections_are_told_in_eight_fields(auditor: Client, author: User) -> None:
    customer = CustomerFactory.create(name="株式会社見本")
    void = issued_note(author, customer=customer, subject="十一月分")
    services.void(note_id=void.pk, reason="=二重発行", author=author, now=NOW)
    wrong = issued_note(author, customer=customer)
    draft = correction_draft(wrong, author, lines=(line(quantity=3),), order_number="PO-1")
    limit(0)
    boss = approver()
    approve(approvals.submit(note_id=draft.pk, author=author, now=NOW), boss)
    customer.name = "改名後"
    customer.save()

    begun = timezone.localdate().isoformat()
    told = "DN-2026-000003 に訂正、合計 26,400 → 39,600、注文番号 – → PO-1"
    assert rows(auditor) == [
        HEADINGS,
        [begun, "DN-2026-000002", "", "株式会社見本", "2026-11-23", told, "数量の誤り", f"{author}（承認：{boss}）"],
        [
            "2026-11-23",
            "DN-2026-000001",
            "十一月分",
            "株式会社見本",
            "2026-11-23",
            "無効（合計 26,400 円）",
            "'=二重発行",
            author.username,
        ],
    ]
    page = text_of(auditor.get("/corrections"))
    assert all(
        text in page for text in (*HEADINGS, told, "=二重発行", f'<a href="/notes/{wrong.pk}">DN-2026-000002</a>')
    )


def test_days_narrow_the_log_in_tokyo(auditor: Client, author: User) -> None:
    for days in range(3):
        late = NOW.replace(hour=23, minute=59) + timedelta(days=days)
        services.void(note_id=issued_note(author).pk, reason="誤り", author=author, now=late)
    assert [row[4] for row in rows(auditor, "?since=2026-11-24&until=2026-11-24")[1:]] == ["2026-11-24"]
    assert len(rows(auditor, "?since=x&until=")) == 4
    assert "この期間に訂正や無効はありません。" in text_of(auditor.get("/corrections?since=2999-01-01"))


@pytest.mark.parametrize("count", [1, 3])
def test_log_takes_the_same_queries_for_one_row_and_three(
    auditor: Client, author: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        services.issue(note_id=correction_draft(issued_note(author), author).pk, author=author, now=NOW)
    # Session, user, count, notes, their corrections, permissions of user and of groups, roles.
    with django_assert_num_queries(8):
        auditor.get("/corrections")
