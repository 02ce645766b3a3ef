"""No page of the admin asks the database more than twelve times, however many rows it is about.

The pages are those that docs/roles.md names, which is held complete by tests/papyrus_site/access.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.bulk_prices import revising
from catalog.models import LoadState, Product, ProductLoad, TaxCategory
from invoices.models import Customer, CustomerItemCode, Issuer, MailTemplate, NumberSeries
from papyrus_site.roles import Role
from papyrus_site.sign_in.models import Identity
from tests.catalog.factories import ProductFactory, TaxCategoryFactory, TaxRateFactory
from tests.catalog.loads.loading import previewed
from tests.invoices.factories import CustomerFactory, IssuerFactory, draft_note, line, user_of
from tests.papyrus_site.access import table
from tests.papyrus_site.access.addresses import path_of
from tests.papyrus_site.access.office import Office, furnish, query_of

pytestmark = pytest.mark.django_db

MOST = 12
ADMINISTRATOR = Role.ADMINISTRATOR.value
PAGES = sorted(
    {
        (asked.address, asked.case)
        for asked, outcomes in table.outcomes().items()
        if asked.verb == "GET" and asked.address.startswith("/admin/") and outcomes[ADMINISTRATOR].startswith("200")
    }
)
DELETIONS = (Product, TaxCategory, Customer, Issuer)


def grow(office: Office, number: int) -> None:
    """Give every model of the admin one more row, and the first of each one more of what belongs to it."""
    clerk = office.colleague
    product = ProductFactory.create(tax_category=office.tax_category)
    customer = CustomerFactory.create()
    IssuerFactory.create(is_current=False)
    for each in (office.customer, customer):
        CustomerItemCode.objects.create(customer=each, product=product, code=f"MORE-{number}")
    revising.begin(Product.objects.all(), user=clerk)
    for category in (office.tax_category, TaxCategoryFactory.create()):
        TaxRateFactory.create(category=category, valid_from=f"20{30 + number}-04-01")
    previewed(("品番", "品名"), (f"N-{number}", "茶"), ("", "無"))
    ProductLoad.objects.create(state=LoadState.FAILED, file_name=f"{number}.csv", started_by=clerk)
    for each in (office.customer, customer):
        draft_note(clerk, customer=each, lines=(line(product_sku=office.product.pk), line(product_sku=product.pk)))
    Identity.objects.create(user=user_of(*Role), issuer="https://idp.example", subject=f"more-{number}")
    for row in (office.product, office.customer, office.issuer, office.tax_category, clerk, office.identity):
        record(row, by=User.objects.get(username=ADMINISTRATOR))


def record(row: Model, *, by: User) -> None:
    """Let it stand in the history of `row` that somebody changed it."""
    facts = {"user": by, "content_type": ContentType.objects.get_for_model(row), "object_id": row.pk}
    LogEntry.objects.create(object_repr=str(row), action_flag=CHANGE, change_message="[]", **facts)


def asked(client: Client, path: str, **sent: Any) -> int:
    """Return how many queries a page takes."""
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(path, sent) if sent else client.get(path)
        if answer.streaming:
            list(answer)  # or its file stays open
    assert answer.status_code == 200, path
    return len(queries)


def queries_of_every_page(client: Client, office: Office) -> dict[str, int]:
    found = {}
    for address, case in PAGES:
        path = path_of(address, office.arguments(address, case))
        query = f"?{urlencode(query_of(address, case))}"
        found[f"{address} {case}"] = asked(client, path + query)
    for model in DELETIONS:
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        keys = list(model._default_manager.values_list("pk", flat=True))
        found[f"{path} delete_selected"] = asked(client, path, action="delete_selected", _selected_action=keys)
    return found


def test_every_page_asks_at_most_twelve_times_at_one_row_and_at_three(client: Client) -> None:
    office = furnish()
    client.cookies[settings.SESSION_COOKIE_NAME] = office.sessions[ADMINISTRATOR]
    # In this one transaction what is written later counts as this person's, and their name is looked up.
    asked(client, "/admin/catalog/product/", action="delete_selected", _selected_action=office.product.pk)
    grow(office, 1)
    few = queries_of_every_page(client, office)
    grow(office, 2)
    grow(office, 3)
    many = queries_of_every_page(client, office)

    assert {page: number for page, number in (few | many).items() if number > MOST} == {}
    assert {page: (few[page], number) for page, number in many.items() if number > few[page]} == {}
    # There is one series, and as many texts for mails as there are kinds of them.
    few_kept = {NumberSeries, MailTemplate}
    assert {model for model in admin.site._registry if model._default_manager.count() < 3} == few_kept
