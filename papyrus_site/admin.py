"""Users and their roles in the admin."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from axes.utils import reset
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_lazy as _

from history.editing import SharedAdmin
from papyrus_site.roles import GROUPS, Role, give, roles_of
from papyrus_site.user_forms import ROLES_LABEL, NewUserForm, UserForm

logger = logging.getLogger("papyrus")

# A group is a role here, and what a role may do stands in the source.
admin.site.unregister(Group)
admin.site.unregister(User)


class RoleFilter(admin.SimpleListFilter):
    title = ROLES_LABEL
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(role.value, name) for role, name in GROUPS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return queryset.filter(groups__name=GROUPS[Role(chosen)]) if chosen in list(Role) else queryset


@admin.register(User)
class UserByRolesAdmin(SharedAdmin[User], UserAdmin[User]):
    """Users with roles. Nobody is deleted, since with a user Django deletes the record of what they changed."""

    form = UserForm
    add_form = NewUserForm
    list_display = ("username", "last_name", "first_name", "email", "roles", "is_active", "last_login")
    list_filter = (RoleFilter, "is_active")
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()
    add_fieldsets = ((None, {"fields": ("username", "usable_password", "password1", "password2", "roles")}),)
    names = (None, {"fields": ("username", "last_name", "first_name", "email")})
    names_and_password = (None, {"fields": ("username", "password", "last_name", "first_name", "email")})
    rights = (_("What they may do"), {"fields": ("is_active", "roles")})
    times = (_("History"), {"fields": ("last_login", "date_joined")})

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        # Who may only look would be shown the password's hash.
        names = self.names_and_password if self.has_change_permission(request, obj) else self.names
        return (names, self.rights, self.times)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        is_above = obj is not None and obj.is_superuser and not request.user.is_superuser
        return super().has_change_permission(request, obj) and not is_above

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Set a password, and end the lock on its user, whom the page about it told to ask for a new one."""
        answer: HttpResponse = super().user_change_password(request, id, form_url)
        if answer.status_code == HTTPStatus.FOUND:
            reset(username=User.objects.get(pk=unquote(id)).get_username())
        return answer

    @admin.display(description=ROLES_LABEL)
    def roles(self, user: User) -> str:
        names = [GROUPS[role] for role in Role if role in roles_of(user)]
        return "、".join([gettext("superuser"), *names] if user.is_superuser else names)

    def save_related(self, request: HttpRequest, form: ModelForm[User], formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if "roles" in form.changed_data:
            give(form.instance, form.cleaned_data["roles"])
            given = sorted(form.cleaned_data["roles"])
            logger.info("user.roles_given", extra={"of_user_id": form.instance.pk, "roles": given})
