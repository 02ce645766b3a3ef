"""Who can give roles, of whom one must stay."""

from __future__ import annotations

from django.contrib.auth.models import Group, User
from django.db.models import Q, QuerySet

from papyrus_site.roles import GROUPS, Role


def present() -> QuerySet[User]:
    """Return the users who can give roles: active, and administrator or superuser."""
    is_one = Q(is_superuser=True) | Q(groups__name=GROUPS[Role.ADMINISTRATOR])
    return User.objects.filter(is_one, is_active=True).distinct()


def is_last_administrator(user: User) -> bool:
    """Whether nobody could give roles without `user`.

    Inside a transaction; two that ask at the same time ask one after the other, so that both cannot leave.
    """
    Group.objects.select_for_update().get(name=GROUPS[Role.ADMINISTRATOR])
    return set(present().values_list("pk", flat=True)) == {user.pk}
