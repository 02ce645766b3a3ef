"""Roles of users and what each may do. `migrate` brings the database in line with these tables."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from fnmatch import fnmatchcase

from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.core.exceptions import ImproperlyConfigured
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    """What somebody is here. The values are those that the sign-in provider's claim of groups names."""

    PRODUCT_STAFF = "product-staff"
    CLERK = "clerk"
    APPROVER = "approver"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


# The group that stands for a role in the database.
GROUPS = {
    Role.PRODUCT_STAFF: "商品担当",
    Role.CLERK: "納品書担当",
    Role.APPROVER: "承認者",
    Role.AUDITOR: "監査",
    Role.ADMINISTRATOR: "管理者",
}
DUTIES = {
    Role.PRODUCT_STAFF: _("Product staff: keeps products, tax rates, customers, issuers and numbers"),
    Role.CLERK: _("Clerk: writes, issues and voids delivery notes"),
    Role.APPROVER: _("Approver: reads delivery notes and approves them"),
    Role.AUDITOR: _("Auditor: reads and exports everything, changes nothing"),
    Role.ADMINISTRATOR: _("Administrator: everything, with users and their roles"),
}
# Patterns of permissions, `app.action_model`. Each has to match one that exists.
ROLES: dict[Role, tuple[str, ...]] = {
    Role.PRODUCT_STAFF: (
        "catalog.*_product",
        "catalog.*_listprice",
        "catalog.view_productload",
        "catalog.view_pricerevision",
        "catalog.*_taxcategory",
        "catalog.*_taxrate",
        "invoices.*_customer",
        "invoices.*_customerprice",
        "invoices.*_customerpercentage",
        "invoices.*_customeritemcode",
        "invoices.*_issuer",
        "invoices.view_numberseries",
        "invoices.change_numberseries",
    ),
    Role.CLERK: (
        "invoices.view_deliverynote",
        "invoices.add_deliverynote",
        "invoices.change_deliverynote",
        "invoices.delete_deliverynote",
        "invoices.view_customer",
        "invoices.view_customerprice",
        "invoices.view_customerpercentage",
        "catalog.view_product",
        "catalog.view_listprice",
    ),
    Role.APPROVER: ("invoices.view_deliverynote", "invoices.approve_deliverynote"),
    Role.AUDITOR: ("*.view_*",),
    Role.ADMINISTRATOR: ("*.*",),
}
# Whose work is in the admin.
IN_ADMIN = frozenset({Role.PRODUCT_STAFF, Role.AUDITOR, Role.ADMINISTRATOR})

_ROLE_OF = {name: role for role, name in GROUPS.items()}


def roles_of(user: User | AnonymousUser) -> frozenset[Role]:
    """Return the roles of `user`, none for somebody who is not signed in or not active.

    Asked again of the same object it takes no query, unless the groups were changed through that object.
    """
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    prefetch_related_objects([user], "groups")
    return frozenset(_ROLE_OF[group.name] for group in user.groups.all() if group.name in _ROLE_OF)


def may_open_admin(user: User | AnonymousUser) -> bool:
    """Whether a role of `user`, or being superuser, opens the admin. What may be done there say permissions."""
    return user.is_active and (user.is_superuser or bool(roles_of(user) & IN_ADMIN))


def give(user: User, roles: Iterable[Role]) -> None:
    """Give `user` exactly `roles`. Groups that stand for no role stay, and so does everything else of the user."""
    wanted = set(Group.objects.filter(name__in=[GROUPS[role] for role in roles]))
    others = set(user.groups.exclude(name__in=_ROLE_OF))
    user.groups.set(wanted | others)


def synchronise() -> None:
    """Make the group of every role and give it exactly its permissions.

    Raises ImproperlyConfigured when a pattern of ROLES matches no permission.
    """
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for role, patterns in ROLES.items():
        group, _made = Group.objects.get_or_create(name=GROUPS[role])
        group.permissions.set(known[name] for pattern in patterns for name in _matching(pattern, known))


def _matching(pattern: str, names: Iterable[str]) -> list[str]:
    found = [name for name in names if fnmatchcase(name, pattern)]
    if not found:
        raise ImproperlyConfigured(f"No permission is called {pattern}. Mend papyrus_site/roles.py, or migrate first.")
    return found
