"""The rows an attack can name: at least one of each model that the admin shows, and a note in each state."""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any
from urllib.parse import quote

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import quote as admin_quoted
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connection
from django.db.models import Model, TextChoices
from django.middleware.csrf import CSRF_SECRET_LENGTH
from django.test import Client

from catalog.bulk_prices import revising
from catalog.bulk_prices.models import Kind, PriceRevision, RevisionState, Rounded
from catalog.loads import applying, staging, undoing
from catalog.loads.models import LoadState, ProductLoad
from catalog.merging import services as merging
from catalog.models import Product
from invoices import printing, receipts, services
from invoices.models import (
    Customer,
    CustomerItemCode,
    DeliveryNote,
    NoteState,
    PrintRun,
    ScanKind,
    SignedReceipt,
)
from invoices.origin import Origin
from invoices.scans import Scan
from papyrus_site.roles import Role
from papyrus_site.sign_in.models import Identity
from tests.abuse.targets import Address
from tests.catalog.factories import ProductFactory
from tests.invoices.factories import (
    NOW,
    CustomerFactory,
    IssuerFactory,
    draft_note,
    issued_note,
    limit,
    return_draft,
    user_of,
    waiting_note,
)

# The same each time, so that the forms of one world are good in the next.
CSRF_SECRET = "z" * CSRF_SECRET_LENGTH
OUTSIDE = {"Cookie": f"{settings.CSRF_COOKIE_NAME}={CSRF_SECRET}", "X-CSRFToken": CSRF_SECRET}
PASSWORD = "only-for-tests-1"
PRODUCT = {"sku": "A-1", "name": "品物", "jan": "4901234567894"}


class Unknown(AssertionError):
    """Something was added to the product that these tests know nothing of yet."""


@dataclass(frozen=True, kw_only=True)
class World:
    """Who attacks, with the right to everything, and on whose rows. Their author is somebody else."""

    user: User
    author: User
    customer: Customer
    headers: dict[str, str]

    def paths(self, address: Address) -> list[str]:
        """Return the paths at `address` of every row there is one for. Raises Unknown for a new kind of parameter."""
        values = [self._values(name, address) for name in address.parameters]
        return [
            "/" + address.template.format(**dict(zip(address.parameters, chosen, strict=True)))
            for chosen in product(*values)
        ]

    def _values(self, parameter: str, address: Address) -> list[str]:
        if parameter == "object_id" and (model := admin_model(address.route)):
            return [quote(str(admin_quoted(row.pk))) for row in rows_of(model)]
        if parameter not in VALUES:
            raise Unknown(f"{address.route} has the parameter {parameter}: add its values to VALUES in world.py.")
        return [str(value) for value in VALUES[parameter](self)]


# What stands in an address in the place of a parameter.
VALUES: dict[str, Callable[[World], list[Any]]] = {
    "note_id": lambda world: list(DeliveryNote.objects.order_by("pk").values_list("pk", flat=True)),
    "app_label": lambda world: sorted({model._meta.app_label for model in admin.site._registry}),
    "content_type_id": lambda world: [ContentType.objects.get_for_model(Customer).pk],
    "object_id": lambda world: [world.customer.pk],
    "id": lambda world: [world.user.pk],
    "load_id": lambda world: list(ProductLoad.objects.order_by("pk").values_list("pk", flat=True)),
    "revision_id": lambda world: list(PriceRevision.objects.order_by("pk").values_list("pk", flat=True)),
    "run_id": lambda world: list(PrintRun.objects.order_by("pk").values_list("pk", flat=True)),
    "receipt_id": lambda world: list(SignedReceipt.objects.values_list("pk", flat=True)),
    "suffix": lambda world: ["csv", "xlsx"],
    "url": lambda world: ["nowhere"],
}
# A load of products in each state it can be in.
LOADS: dict[str, Callable[[ProductLoad], object]] = {
    LoadState.PREVIEWED: lambda load: load,
    LoadState.APPLIED: lambda load: applying.apply(load.pk),
    LoadState.UNDONE: lambda load: (applying.apply(load.pk), undoing.undo(load.pk, user=load.started_by)),
    LoadState.FAILED: lambda load: ProductLoad.objects.create(state=LoadState.FAILED, file_name="a.csv", failure="x"),
}
# A bulk change in each state it can be in.
REVISIONS: dict[str, Callable[[PriceRevision], object]] = {
    RevisionState.CHOSEN: lambda revision: revision,
    RevisionState.PREVIEWED: lambda revision: _previewed(revision),
    RevisionState.APPLIED: lambda revision: revising.apply(_previewed(revision).pk),
    RevisionState.UNDONE: lambda revision: (
        revising.apply(_previewed(revision).pk),
        revising.undo(revision.pk, user=revision.started_by),
    ),
}
# A note in each state it can be in.
NOTES: dict[str, Callable[[User], object]] = {
    NoteState.DRAFT: lambda author: draft_note(author),
    NoteState.WAITING: lambda author: waiting_note(author),
    NoteState.ISSUED: lambda author: issued_note(author),
    NoteState.VOID: lambda author: services.void(note_id=issued_note(author).pk, reason="誤り", author=author, now=NOW),
}


def admin_model(route: str) -> type[Model] | None:
    """Return the model whose rows `route` is about in the admin."""
    found = re.match(r"admin/(\w+)/(\w+)/", route)
    if found is None or not apps.is_installed(_module_of(found[1])):
        return None
    return apps.get_model(found[1], found[2])


def rows_of(model: type[Model]) -> list[Model]:
    """Return a row of `model`; of one with states, a row in each; of products, a merged one, too.

    Raises Unknown when the world has none.
    """
    rows = list(model._default_manager.order_by("pk"))
    if not rows:
        raise Unknown(f"The admin shows {model._meta.label}, of which the world has no row: make one in world.py.")
    return list({getattr(row, "state", hasattr(row, "merged")): row for row in reversed(rows)}.values())


def known(states: type[TextChoices], makers: Mapping[str, object]) -> list[str]:
    """Return every state. Raises Unknown when there is one that `makers` does not make."""
    for state in states.values:
        if state not in makers:
            raise Unknown(f"Something can be {states.__name__}.{state}: add to world.py how it becomes that.")
    return list(states.values)


def _module_of(app_label: str) -> str:
    return next((each.name for each in apps.get_app_configs() if each.label == app_label), "")


def inhabited() -> World:
    """Fill an empty database with a world and return it. The keys of its rows are the same each time."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(statement)
    # Named, not numbered on: what a page of one world was opened with has to stand in the next.
    author = user_of(Role.CLERK, username="author")
    user = User.objects.create_superuser("attacker", "attacker@example.com", PASSWORD)
    ProductFactory.create(**PRODUCT)
    ProductFactory.create(sku="MERGED", name="重複")
    merging.merge(["MERGED"], into=PRODUCT["sku"])
    IssuerFactory.create()
    customer = CustomerFactory.create(code="X1", name="株式会社見本")
    Identity.objects.create(user=author, issuer="https://provider.example/", subject="somebody")
    IssuerFactory.create(name="二社目", is_current=False)
    coded = ProductFactory.create(sku="A-2")
    CustomerItemCode.objects.create(customer=customer, product=coded, code="K-1")
    for state in known(NoteState, NOTES):
        NOTES[state](author)
        limit(None)
    everything = list(DeliveryNote.objects.order_by("pk").values_list("pk", flat=True))
    printing.print_notes(note_ids=everything, key=uuid.UUID(int=1), by=author, origin=Origin())
    issued = DeliveryNote.objects.get(state=NoteState.ISSUED)
    return_draft(issued, author)
    _receipt_of(issued, author)
    for state in known(RevisionState, REVISIONS):
        REVISIONS[state](revising.begin(Product.objects.all(), user=author))
    for state in known(LoadState, LOADS):
        file = io.BytesIO(f"品番,品名,単価\nL-{state},品物,100\n".encode())
        LOADS[state](staging.preview(file, file_name=f"{state}.csv", user=author))
    return World(user=user, author=author, customer=customer, headers=_signed_in(user))


def _receipt_of(note: DeliveryNote, author: User) -> None:
    receipts.record(
        note=note,
        received_on=NOW.date(),
        signed_by="田中",
        scan=Scan(content=b"%PDF-1.4 %%EOF", kind=ScanKind.PDF),
        creation_key=uuid.UUID(int=1),
        author=author,
    )


def _previewed(revision: PriceRevision) -> PriceRevision:
    terms = revising.Terms(
        kind=Kind.PERCENT,
        value=Decimal(5),
        rounded_to=Decimal(1),
        rounding=Rounded.CEIL,
        valid_from=date(2099, 1, 1) + timedelta(days=revision.pk),
    )
    return revising.preview(revision.pk, terms)


def _signed_in(user: User) -> dict[str, str]:
    """The headers by which a browser of `user` is known, and by which its forms are its own."""
    client = Client()
    client.force_login(user)
    client.cookies[settings.CSRF_COOKIE_NAME] = CSRF_SECRET
    cookie = "; ".join(f"{name}={each.value}" for name, each in client.cookies.items())
    return {"Cookie": cookie, "X-CSRFToken": CSRF_SECRET}
