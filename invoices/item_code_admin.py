"""What customers call our products, in the admin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest

from history.editing import SharedAdmin
from invoices import selectors
from invoices.fields import PrintedTextField
from invoices.models import CustomerItemCode


class ForgivingAutocomplete(AutocompleteSelect):
    """Django's, which fails on what no row can have as its key when it shows the form again."""

    def optgroups(self, name: str, value: Sequence[str], attr: dict[str, Any] | None = None) -> list[Any]:
        return super().optgroups(name, [each for each in value if self._may_be_key(each)], attr)

    def _may_be_key(self, typed: str) -> bool:
        try:
            self.field.target_field.to_python(typed)
        except ValidationError:
            return False
        return "\0" not in typed


class CustomerItemCodeForm(forms.ModelForm[CustomerItemCode]):
    code = CustomerItemCode._meta.get_field("code").formfield(form_class=PrintedTextField)

    class Meta:
        model = CustomerItemCode
        exclude = ()


class CustomerItemCodeAdmin(SharedAdmin[CustomerItemCode]):
    """A list of its own: a customer may have a code for each of thousands of products."""

    form = CustomerItemCodeForm
    list_display = ("customer", "product", "code")
    list_display_links = ("code",)
    list_select_related = ("customer", "product")
    list_per_page = 50
    show_full_result_count = False
    autocomplete_fields = ("customer", "product")
    search_fields = ("code",)

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["widget"] = ForgivingAutocomplete(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[CustomerItemCode], search_term: str
    ) -> tuple[QuerySet[CustomerItemCode], bool]:
        return selectors.item_codes_matching(queryset, search_term), False
