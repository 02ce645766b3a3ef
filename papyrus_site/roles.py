"""Groups of users and what each may do. `migrate` brings the database in line with this table."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission

STAFF = "商品担当"
CLERK = "納品書担当"

ALL = ("view", "add", "change", "delete")
ROLES: dict[str, dict[str, tuple[str, ...]]] = {
    STAFF: {
        "catalog.product": ALL,
        "catalog.taxcategory": ALL,
        "catalog.taxrate": ALL,
        "invoices.customer": ALL,
        "invoices.issuer": ALL,
        "invoices.numberseries": ("view", "change"),
    },
    CLERK: {"invoices.deliverynote": ALL, "invoices.customer": ("view",), "catalog.product": ("view",)},
}


def synchronise() -> None:
    """Make every group of ROLES and give it exactly its permissions."""
    known = {
        (permission.content_type.app_label, permission.codename): permission
        for permission in Permission.objects.select_related("content_type")
    }
    for name, models in ROLES.items():
        group, _made = Group.objects.get_or_create(name=name)
        group.permissions.set(
            known[app, f"{action}_{model}"]
            for app, model in (label.split(".") for label in models)
            for action in models[f"{app}.{model}"]
        )
