"""What to fill into forms that are not accepted as they come: by route, then by field."""

from __future__ import annotations

from collections.abc import Callable

from tests.abuse.targets import Form
from tests.abuse.world import PASSWORD, PRODUCT, World

LINE = {
    "lines-0-code": PRODUCT["sku"],
    "lines-0-name": "品物",
    "lines-0-quantity": "2",
    "lines-0-unit": "個",
    "lines-0-unit_price": "100",
}
NOTE = {"customer": "X1", "delivered_on": "2026-11-23", **LINE}
NEW_PASSWORD = "another-only-for-tests-2"

RECIPES: dict[str, Callable[[World], dict[str, str]]] = {
    "login": lambda world: {"username": world.user.username, "password": PASSWORD},
    "password": lambda world: {
        "old_password": PASSWORD,
        "new_password1": NEW_PASSWORD,
        "new_password2": NEW_PASSWORD,
    },
    "admin/auth/user/<id>/password/": lambda world: {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    "admin/auth/user/add/": lambda world: {
        "username": "somebody",
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD,
    },
    "admin/auth/group/add/": lambda world: {"name": "組"},
    "admin/catalog/pricerevision/<int:revision_id>/preview/": lambda world: {"value": "5", "valid_from": "2099-12-01"},
    "admin/catalog/product/add/": lambda world: {"sku": "N-1", "name": "新品"},
    "admin/catalog/taxcategory/add/": lambda world: {"code": "new", "name": "新区分", "kind": "standard"},
    "admin/invoices/customer/add/": lambda world: {"code": "N1", "name": "新会社"},
    "admin/invoices/customeritemcode/add/": lambda world: {
        "customer": str(world.customer.pk),
        "product": PRODUCT["sku"],
        "code": "K-2",
    },
    "admin/invoices/issuer/add/": lambda world: {"name": "新会社"},
    "notes/new": lambda world: NOTE,
    "notes/preview": lambda world: NOTE,
    "notes/totals": lambda world: NOTE,
    "notes/<int:note_id>/correct": lambda world: {"reason": "誤り"},
    "notes/<int:note_id>/returns/new": lambda world: {"quantity-1": "1"},
    "notes/<int:note_id>/receipts/new": lambda world: {"signed_by": "田中"},
    "notes/<int:note_id>/send": lambda world: {"recipients": "buyer@example.jp"},
    "notes/<int:note_id>/void": lambda world: {"reason": "誤り"},
}
# The files of forms that are not accepted without one: by route, then by field.
FILES: dict[str, dict[str, bytes]] = {
    "notes/<int:note_id>/receipts/new": {"scan": b"%PDF-1.4 %%EOF"},
    "admin/catalog/product/import/": {"file": "品番,品名,単価\nN-1,新品,100\n".encode()},
}
# The query parameters of addresses that answer JSON, which no form shows.
PARAMETERS: dict[str, tuple[str, ...]] = {
    "api/product_by_sku": ("sku",),
    "api/product_by_name": ("name",),
    "products/suggest": ("q",),
    "notes/products/suggest": ("q", "on", "customer"),
    "customers/suggest": ("q",),
    "healthz": (),
    "dbcheck": (),
}


def filled(form: Form, world: World) -> list[tuple[str, str]]:
    """Return what `form` sends once its recipe is filled in."""
    recipe = RECIPES[form.route](world) if form.route in RECIPES else {}
    names = {field.name for field in form.fields}
    typed = {name: value for name, value in recipe.items() if name in names}
    kept = [(name, value) for name, value in form.filled() if name not in typed]
    return kept + list(typed.items())
