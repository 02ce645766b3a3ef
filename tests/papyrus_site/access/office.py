"""An office in which everything that can be asked for exists, and what is sent to ask for it.

A new address or case needs a row in docs/roles.md. Where it has parameters it needs their values in `arguments`, and
where it takes a form or a query, a valid one in `SENT` or `QUERIES`, so that whoever may do it does it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from catalog.bulk_prices import revising
from catalog.bulk_prices.models import Kind, PriceRevision, Rounded
from catalog.bulk_prices.revising import Terms
from catalog.merging import services
from catalog.models import Product, ProductLoad, TaxCategory
from invoices import printing, receipts
from invoices.domain.printing import PrintProfile
from invoices.models import Customer, CustomerItemCode, DeliveryNote, Issuer, PrintRun, ScanKind, SignedReceipt
from invoices.origin import Origin
from invoices.scans import Scan
from papyrus_site.roles import Role
from papyrus_site.sign_in.models import Identity
from tests import inline_rows
from tests.catalog.factories import ProductFactory, TaxCategoryFactory
from tests.catalog.loads.loading import loaded, previewed
from tests.invoices.factories import (
    TODAY,
    CustomerFactory,
    IssuerFactory,
    UserFactory,
    draft_note,
    issued_note,
    limit,
    read_sha256,
    return_draft,
    user_of,
    waiting_note,
)

PASSWORD = "only-for-tests-1"
SUPERUSER = "superuser"


@dataclass(frozen=True, kw_only=True)
class Office:
    """Its people, who stand under a column of the table, and its things."""

    sessions: dict[str, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    colleague: User
    superuser: User
    identity: Identity
    product: Product
    merged: Product
    tax_category: TaxCategory
    customer: Customer
    item_code: CustomerItemCode
    issuer: Issuer
    notes: dict[str, DeliveryNote]
    # Of the issued note, with its scan.
    receipt: SignedReceipt
    # By case: one that waits, and one that was loaded.
    loads: dict[str, ProductLoad]
    # By case: one that is previewed, and one that was applied.
    revisions: dict[str, PriceRevision]
    run: PrintRun

    def people_for(self, case: str) -> list[tuple[str, str]]:
        """Return who asks, and under which column each stands. What is done to a superuser another does not ask."""
        return [(who, column) for who, column in self.columns.items() if not who == case == SUPERUSER]

    def arguments(self, address: str, case: str) -> dict[str, object]:
        """Return the values of an address's parameters."""
        if "<path:object_id>" in address or "<id>" in address:
            identity = self._row(address.split("/")[3], case).pk
            content_type = ContentType.objects.get_for_model(Product).pk
            return {"object_id": identity, "id": identity, "content_type_id": content_type}
        note = self.notes.get(case, self.notes["draft"])
        load = self.loads.get(case, self.loads[""])
        revision = self.revisions.get(case, self.revisions[""])
        return {
            "note_id": note.pk,
            "receipt_id": self.receipt.pk,
            "app_label": case,
            "url": "nowhere",
            "load_id": load.pk,
            "revision_id": revision.pk,
            "run_id": self.run.pk,
            "suffix": "csv",
        }

    def _row(self, model: str, case: str) -> Any:
        rows = {
            "product": self.merged if case == "merged" else self.product,
            "taxcategory": self.tax_category,
            "customer": self.customer,
            "customeritemcode": self.item_code,
            "issuer": self.issuer,
            "productload": self.loads[""],
            "pricerevision": self.revisions[""],
            "numberseries": _Keyed(pk="delivery_note"),
            "mailtemplate": _Keyed(pk="delivery_note"),
            "identity": self.identity,
            "user": self.superuser if case == SUPERUSER else self.colleague,
        }
        return rows.get(model, self.product)


@dataclass(frozen=True, kw_only=True)
class _Keyed:
    pk: str


def furnish() -> Office:
    """Make the office."""
    author = user_of(Role.CLERK)
    IssuerFactory.create()
    customer, product = CustomerFactory.create(code="C-new"), ProductFactory.create(sku="A", jan="4901234567894")
    # Only drafts name the first product; a code of its own keeps it, so that code is for another.
    coded = ProductFactory.create(sku="A-coded")
    notes = {"draft": draft_note(author), "issued": issued_note(author), "waiting": waiting_note(author)}
    notes["return"] = return_draft(notes["issued"], author)
    colleague = user_of(Role.CLERK, username="colleague")
    office = Office(
        colleague=colleague,
        identity=Identity.objects.create(user=colleague, issuer="https://idp.example", subject="1"),
        superuser=UserFactory.create(username="above", is_superuser=True),
        product=product,
        merged=merged_product(),
        tax_category=TaxCategoryFactory.create(code="extra"),
        customer=customer,
        item_code=CustomerItemCode.objects.create(customer=customer, product=coded, code="K-1"),
        issuer=IssuerFactory.create(name="二社目", is_current=False),
        revisions={"applied": _revision("A", is_applied=True), "": _revision("A")},
        notes=notes,
        run=printing.print_note(
            note_id=notes["issued"].pk, profile=PrintProfile(), key=uuid.uuid4(), by=author, origin=Origin()
        ),
        receipt=receipts.record(
            note=notes["issued"],
            received_on=TODAY,
            signed_by="田中",
            scan=Scan(content=b"%PDF- a scan", kind=ScanKind.PDF),
            creation_key=uuid.uuid4(),
            author=author,
        ),
        loads={"loaded": loaded(("品番", "品名"), ("L-1", "茶")), "": previewed(("品番", "品名"), ("L-2", "茶"))},
    )
    limit(None)
    office.colleague.set_password(PASSWORD)
    office.colleague.save()
    people = _people()
    # Everybody has that password.
    User.objects.update(password=office.colleague.password)
    for name, column, user in people:
        user.refresh_from_db()
        office.columns[name] = column
        office.sessions[name] = _session_of(user)
    office.columns["nobody"] = "nobody"
    return office


def merged_product() -> Product:
    """One of three further products, merged into the second of them; the third is there to be merged."""
    merged: Product = ProductFactory.create(sku="M")
    ProductFactory.create(sku="M-kept")
    ProductFactory.create(sku="C")
    services.merge(["M"], into="M-kept")
    return merged


def _revision(sku: str, *, is_applied: bool = False) -> PriceRevision:
    # The later one does not touch what the earlier one wrote.
    day = date(2099, 1, 1) if is_applied else date(2099, 2, 1)
    terms = Terms(kind=Kind.PERCENT, value=Decimal(5), rounded_to=Decimal(1), rounding=Rounded.HALF_UP, valid_from=day)
    revision = revising.preview(revising.begin(Product.objects.filter(sku=sku), user=None).pk, terms)
    if is_applied:
        revising.apply(revision.pk)
        revision.refresh_from_db()
    return revision


def _people() -> list[tuple[str, str, User]]:
    roles = [(role.value, role.value, user_of(role, username=role.value)) for role in Role]
    return [
        ("inactive", "nobody", user_of(*Role, username="inactive", is_active=False)),
        ("without", "without", UserFactory.create(username="without")),
        *roles,
        (SUPERUSER, Role.ADMINISTRATOR.value, UserFactory.create(username=SUPERUSER, is_superuser=True)),
    ]


def _session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _note(office: Office, **pressed: str) -> dict[str, Any]:
    row = {"name": "品物", "quantity": "2", "unit": "個", "unit_price": "100", "tax_category": "standard"}
    return {
        "creation_key": str(uuid.uuid4()),
        "revision": "1",
        "customer_id": str(office.customer.pk),
        "customer": str(office.customer),
        "delivered_on": "2026-11-23",
        "lines-TOTAL_FORMS": "1",
        "lines-INITIAL_FORMS": "0",
        **{f"lines-0-{name}": value for name, value in row.items()},
        **pressed,
    }


def _customer(office: Office) -> dict[str, str]:
    choices = {"price_basis": "exclusive", "line_rounding": "floor", "tax_rounding": "floor", "invoice_policy": "A"}
    layout = {"language": "en", "envelope": "window", "sheet_use": "halves", "note_copies": "1"}
    return {"code": "C-other", "name": "株式会社別"} | choices | layout | inline_rows.OF_CUSTOMER


def _item_code(office: Office) -> dict[str, str]:
    return {"customer": str(office.customer.pk), "product": office.product.sku, "code": "K-2"}


def _print(office: Office) -> dict[str, str]:
    return {"key": str(uuid.uuid4()), "notes": "1", "sheet_use": "whole", "envelope": "plain"}


def _tax_category(office: Office) -> dict[str, str]:
    rates = {"rates-TOTAL_FORMS": "0", "rates-INITIAL_FORMS": "0"}
    return {"code": "other", "name": "別区分", "kind": "standard", "sort_order": "9"} | rates


def _product(office: Office) -> dict[str, str]:
    facts = {"sku": "B", "name": "別の品", "unit_price": "5", "unit": "個", "tax_category": "standard"}
    return facts | inline_rows.OF_PRODUCT


def _chosen(action: str) -> Callable[[Office, str], dict[str, Any]]:
    def sent(office: Office, model: str) -> dict[str, Any]:
        chosen = [str(office._row(model, "").pk), *(["C"] if action == "merge_selected" else [])]
        return {"action": action, "_selected_action": chosen, "post": "yes"}

    return sent


def _labels(office: Office) -> dict[str, str]:
    settings = {"file": "pdf", "sheet": "44", "start": "1", "copies": "1", "price": "none", "without_jan": "0"}
    return _chosen("print_labels")(office, "product") | settings


def _user(office: Office) -> dict[str, Any]:
    return {"username": "renamed", "is_active": "on", "roles": ["auditor"]}


_PASSWORDS = {"password1": "a-new-Passw0rd-1", "password2": "a-new-Passw0rd-1", "usable_password": "true"}
_NEW_PASSWORD = {"old_password": PASSWORD, "new_password1": "a-new-Passw0rd-1", "new_password2": "a-new-Passw0rd-1"}
_SERIES = {"number_format": "N{year}-{number:05d}", "fiscal_year_start_month": "4", "restarts_yearly": "on"}
_CONFIRMED = {"post": "yes"}
_RETURN = {"revision": "1", "returned_on": "2026-11-25", "quantity-1": "1"}

# What a POST sends, by address or by address and case.
SENT: Mapping[str | tuple[str, str], Callable[[Office], Mapping[str, Any]]] = {
    "/notes/new": _note,
    ("/notes/new", "issue"): lambda office: _note(office, issue="1"),
    "/notes/preview": _note,
    "/notes/totals": _note,
    "/notes/<int:note_id>/edit": _note,
    "/notes/<int:note_id>/preview": _note,
    "/notes/<int:note_id>/copy": lambda office: {"creation_key": str(uuid.uuid4())},
    "/notes/<int:note_id>/void": lambda office: {"reason": "誤記"},
    "/notes/<int:note_id>/correct": lambda office: {"creation_key": str(uuid.uuid4()), "reason": "誤記"},
    "/notes/<int:note_id>/returns/new": lambda office: _RETURN | {"creation_key": str(uuid.uuid4())},
    "/notes/<int:note_id>/returns/totals": lambda office: _RETURN,
    "/notes/<int:note_id>/take-back": lambda office: _RETURN | {"creation_key": str(uuid.uuid4())},
    "/notes/<int:note_id>/receipts/new": lambda office: {
        "creation_key": str(uuid.uuid4()),
        "received_on": "2026-11-23",
        "signed_by": "佐藤",
    },
    "/notes/<int:note_id>/send": lambda office: {
        "creation_key": str(uuid.uuid4()),
        "known": "0",
        "recipients": "buyer@example.jp",
        "mail_subject": "納品書",
        "body": "本文",
    },
    "/notes/<int:note_id>/approve": lambda office: {
        "revision": "1",
        "read_sha256": read_sha256(office.notes["waiting"]),
    },
    "/notes/<int:note_id>/print": _print,
    "/prints/new": lambda office: {"note": str(office.notes["issued"].pk)},
    ("/prints/new", "nothing"): lambda office: {"order": "number"},
    "/notes/<int:note_id>/return": lambda office: {"revision": "1", "reason": "単価違い"},
    "/login": lambda office: {"username": "colleague", "password": PASSWORD},
    "/password": lambda office: _NEW_PASSWORD,
    "/admin/sign_in/identity/<path:object_id>/change/": lambda _: {
        "user": str(User.objects.get(username="without").pk)
    },
    ("/admin/catalog/product/", "print_labels"): _labels,
    "/admin/catalog/product/add/": _product,
    "/admin/catalog/product/<path:object_id>/change/": _product,
    "/admin/catalog/product/merge/": lambda office: {"sku": ["A", "C"], "kept": "A"},
    "/admin/catalog/pricerevision/<int:revision_id>/preview/": lambda office: {
        "kind": "percent",
        "value": "6",
        "rounded_to": "1",
        "rounding": "floor",
        "valid_from": "2099-02-01",
    },
    "/admin/catalog/product/export/": lambda office: {"form": "csv"},
    "/admin/catalog/taxcategory/add/": _tax_category,
    "/admin/catalog/taxcategory/<path:object_id>/change/": _tax_category,
    "/admin/invoices/customer/add/": _customer,
    "/admin/invoices/customer/<path:object_id>/change/": _customer,
    "/admin/invoices/customeritemcode/add/": _item_code,
    "/admin/invoices/customeritemcode/<path:object_id>/change/": _item_code,
    "/admin/invoices/issuer/add/": lambda office: {"name": "三社目"},
    "/admin/invoices/issuer/<path:object_id>/change/": lambda office: {"name": "別名"},
    "/admin/invoices/numberseries/<path:object_id>/change/": lambda office: _SERIES,
    "/admin/invoices/mailtemplate/<path:object_id>/change/": lambda office: {
        "mail_subject": "{number}",
        "body": "本文",
    },
    "/admin/auth/user/add/": lambda office: _user(office) | _PASSWORDS,
    "/admin/auth/user/<path:object_id>/change/": _user,
    "/admin/auth/user/<id>/password/": lambda office: _PASSWORDS,
}
ACTIONS = ("revise_prices", "delete_selected", "activate", "deactivate", "merge_selected")
_AUTOCOMPLETE = {"app_label": "invoices", "model_name": "deliverynote", "term": ""}
QUERIES: Mapping[str | tuple[str, str], Mapping[str, str]] = {
    "/api/product_by_sku": {"sku": "A"},
    "/api/product_by_name": {"name": "A"},
    "/products/suggest": {"q": "A"},
    "/notes/products/suggest": {"q": "A", "on": "2026-12-01"},
    "/customers/suggest": {"q": "C"},
    "/notes/search": {"state": "issued"},
    "/notes/search.zip": {"state": "issued"},
    ("/admin/autocomplete/", "customers"): _AUTOCOMPLETE | {"field_name": "customer"},
    ("/admin/autocomplete/", "users"): _AUTOCOMPLETE | {"field_name": "created_by"},
}


def sent_to(office: Office, address: str, case: str) -> Mapping[str, Any]:
    """Return what is sent to an address in a case."""
    if case in ACTIONS:
        return _chosen(case)(office, address.split("/")[3])
    if address.endswith("/delete/"):
        return _CONFIRMED
    made = SENT.get((address, case)) or SENT.get(address)
    return made(office) if made else {}


def query_of(address: str, case: str) -> Mapping[str, str]:
    """Return the query an address is asked with in a case."""
    return QUERIES.get((address, case)) or QUERIES.get(address) or {}
