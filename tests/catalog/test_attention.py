from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog import attention
from catalog.attention import Matter
from catalog.models import LoadState, ProductLoad, TaxRate
from papyrus_site.roles import Role
from tests.catalog.factories import ProductFactory
from tests.invoices.factories import user_of

pytestmark = pytest.mark.django_db

START = "/admin/"


def load(state: LoadState, *, days_ago: int = 0) -> None:
    started_at = timezone.now() - timedelta(days=days_ago)
    ProductLoad.objects.create(state=state, file_name="list.csv", started_at=started_at)


def matters(role: Role = Role.PRODUCT_STAFF) -> list[Matter]:
    return attention.matters(user_of(role), now=timezone.localtime())


@pytest.fixture
def busy() -> None:
    ProductFactory.create(unit_price=None)
    ProductFactory.create(unit_price=None, is_active=False)
    ProductFactory.create()
    load(LoadState.FAILED)
    load(LoadState.FAILED, days_ago=6)
    load(LoadState.FAILED, days_ago=8)
    load(LoadState.PREVIEWED)
    for days in (30, 400):
        day = timezone.localdate() + timedelta(days=days)
        TaxRate.objects.create(category_id="reduced", valid_from=day, rate=1)


def test_staff_are_told_what_needs_attention(busy: None) -> None:
    load_failed, load_waiting, without_price, rate = matters()

    assert (load_failed.label, load_failed.amount, load_failed.is_bad) == ("Loads that failed", "2 files", True)
    assert (load_waiting.label, load_waiting.amount) == ("Loads that wait to be confirmed", "1 file")
    assert (without_price.label, without_price.amount) == ("Products without a price", "1 product")
    assert (rate.amount, rate.label.endswith("(in 30 days)"), "軽減税率" in rate.label) == ("8% → 1%", True, True)


def test_each_matter_leads_to_the_list_of_as_many(signed_in: Client, busy: None) -> None:
    lists = [signed_in.get(matter.address) for matter in matters()[:3]]
    assert [answer.context["cl"].result_count for answer in lists] == [2, 1, 1]
    assert signed_in.get(matters()[3].address).context["original"].code == "reduced"


def test_nothing_is_told_when_all_is_well_or_not_for_the_viewer(signed_in: Client) -> None:
    assert matters() == []
    assert "Nothing needs attention today." in signed_in.get(START).content.decode()


def test_viewer_is_told_only_of_what_may_be_seen(busy: None) -> None:
    assert matters(Role.APPROVER) == []
    assert [matter.label for matter in matters(Role.CLERK)] == ["Products without a price"]
    assert len(matters(Role.AUDITOR)) == 4


def test_start_page_is_cheap_when_there_are_many(
    client: Client, many: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(user_of(Role.PRODUCT_STAFF))
    # Session, user, roles, permissions (of the user, of the roles), loads, whether prices end, products,
    # rates, and what the user did last.
    with django_assert_num_queries(10):
        body = client.get(START).content.decode()
    assert "<b>more than 10,000 products</b>" in body
