from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.core.exceptions import ImproperlyConfigured
from pytest_django import DjangoAssertNumQueries

from papyrus_site import roles
from papyrus_site.roles import GROUPS, Role, give, roles_of
from tests.invoices.factories import UserFactory, user_of

pytestmark = pytest.mark.django_db


def permissions_of(*given: Role) -> set[str]:
    return set(User.objects.get(pk=user_of(*given).pk).get_all_permissions())


def test_every_role_has_a_group_of_its_own() -> None:
    assert list(GROUPS) == list(Role) == list(roles.ROLES) == list(roles.DUTIES)
    assert len(set(GROUPS.values())) == len(Role)
    assert set(GROUPS.values()) <= set(Group.objects.values_list("name", flat=True))


def test_staff_keep_masters_and_nothing_else() -> None:
    models = {name.split("_")[1] for name in permissions_of(Role.PRODUCT_STAFF)}
    assert models == {
        "product",
        "listprice",
        "productload",
        "pricerevision",
        "taxcategory",
        "taxrate",
        "customer",
        "customerprice",
        "customerpercentage",
        "customeritemcode",
        "issuer",
        "numberseries",
    }


def test_auditor_may_view_every_model_and_only_view() -> None:
    assert permissions_of(Role.AUDITOR) == {
        f"{permission.content_type.app_label}.{permission.codename}"
        for permission in Permission.objects.filter(codename__startswith="view_").select_related("content_type")
    }


def test_administrator_may_everything_without_being_superuser() -> None:
    assert len(permissions_of(Role.ADMINISTRATOR)) == Permission.objects.count()


def test_approver_may_read_and_approve() -> None:
    assert permissions_of(Role.APPROVER) == {"invoices.view_deliverynote", "invoices.approve_deliverynote"}


def test_several_roles_add_up() -> None:
    both = permissions_of(Role.PRODUCT_STAFF, Role.CLERK)
    assert both == permissions_of(Role.PRODUCT_STAFF) | permissions_of(Role.CLERK)


def test_give_sets_exactly_these_roles_and_leaves_the_rest_of_the_user() -> None:
    user = user_of(Role.CLERK, is_staff=True, is_superuser=True, email="a@example.com")
    user.groups.add(Group.objects.create(name="社内"))
    give(user, [Role.AUDITOR, Role.APPROVER])
    again = User.objects.get(pk=user.pk)
    assert sorted(group.name for group in again.groups.all()) == ["承認者", "監査", "社内"]
    assert (again.is_staff, again.is_superuser, again.email) == (True, True, "a@example.com")
    give(user, [])
    assert roles_of(user) == frozenset()
    assert [group.name for group in User.objects.get(pk=user.pk).groups.all()] == ["社内"]


def test_roles_are_asked_for_once_and_anew_after_a_change(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    user = User.objects.get(pk=user_of(Role.CLERK, Role.AUDITOR).pk)
    with django_assert_num_queries(1):
        assert roles_of(user) == roles_of(user) == {Role.CLERK, Role.AUDITOR}
    give(user, [Role.APPROVER])
    assert roles_of(user) == {Role.APPROVER}


def test_nobody_without_an_active_account_has_a_role() -> None:
    assert roles_of(AnonymousUser()) == frozenset()
    assert roles_of(user_of(Role.CLERK, is_active=False)) == frozenset()
    assert roles_of(UserFactory.create()) == frozenset()


def test_synchronise_takes_away_what_was_added_by_hand_and_gives_what_is_missing() -> None:
    group = Group.objects.get(name=GROUPS[Role.CLERK])
    before = set(group.permissions.all())
    group.permissions.set([Permission.objects.get(codename="delete_user")])
    roles.synchronise()
    assert set(group.permissions.all()) == before


def test_synchronise_names_the_permission_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(roles.ROLES, Role.CLERK, ("invoices.fly_deliverynote",))
    with pytest.raises(ImproperlyConfigured) as refused:
        roles.synchronise()
    assert str(refused.value).startswith("No permission is called invoices.fly_deliverynote.")
