"""Where staff keep products, tax categories and rates."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from catalog import prices, selectors
from catalog.forms import ProductForm, ProductRowForm, TaxRateFormSet
from catalog.labels.admin import LabelsMixin
from catalog.loads.admin import LoadsMixin, ProductLoadAdmin
from catalog.merging.admin import MergingMixin
from catalog.models import Product, ProductLoad, TaxCategory, TaxRate
from history.deletion import KeptWhenUsed
from history.editing import SharedAdmin

# A rate a year is much.
MOST_RATES = 100


class _PresenceFilter(admin.SimpleListFilter):
    """Products that have a value and those that lack it."""

    missing: ClassVar[dict[str, Any]]
    missing_label: Any
    present_label: Any

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("missing", self.missing_label), ("present", self.present_label)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "missing":
            return queryset.filter(**self.missing)
        if self.value() == "present":
            return queryset.exclude(**self.missing)
        return queryset


class PriceFilter(_PresenceFilter):
    title = gettext_lazy("unit price")
    parameter_name = "price"
    missing: ClassVar = {"unit_price__isnull": True}
    missing_label = gettext_lazy("not set")
    present_label = gettext_lazy("set")


class JanFilter(_PresenceFilter):
    title = gettext_lazy("JAN")
    parameter_name = "jan"
    missing: ClassVar = {"jan": ""}
    missing_label = gettext_lazy("none")
    present_label = gettext_lazy("entered")


@admin.register(Product)
class ProductAdmin(LabelsMixin, MergingMixin, LoadsMixin, KeptWhenUsed[Product], SharedAdmin[Product]):
    form = ProductForm
    list_display = ("sku", "name", "unit_price", "unit", "tax_category", "jan", "is_active", "updated_at")
    list_editable = ("unit_price", "is_active")
    list_filter = ("is_active", "tax_category", PriceFilter, JanFilter)
    list_select_related = ("tax_category",)
    list_per_page = 50
    show_full_result_count = False
    # What is searched says get_search_results; without a name here the page shows no search box.
    search_fields = ("sku", "name", "jan")
    search_help_text = gettext_lazy("Beginning of a SKU, any part of a name, or a whole JAN")
    actions = ("activate", "deactivate", "merge_selected", "print_labels")
    change_form_template = "catalog/product_change_form.html"
    instead = gettext_lazy("Deactivate it instead: it is not offered any more, and old notes keep it.")
    readonly_fields = ("created_at", "updated_at")
    fieldsets = (
        (None, {"fields": ("sku", "name", "is_active")}),
        (gettext_lazy("Price and tax"), {"fields": ("unit_price", "unit", "tax_category")}),
        (gettext_lazy("More"), {"fields": ("jan", "note")}),
    )
    times = (gettext_lazy("History"), {"fields": ("created_at", "updated_at")})

    class Media:
        css: ClassVar = {"all": ["catalog/admin.css"]}

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        # Who may not change prices is shown them as text.
        if self.has_change_permission(request):
            return self.list_display
        return tuple("price" if name == "unit_price" else name for name in self.list_display)

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, form=ProductRowForm, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Product | None = None) -> tuple[str, ...]:
        # Documents and other systems know a product by its SKU.
        return self.readonly_fields if obj is None else ("sku", *self.readonly_fields)

    def get_fieldsets(self, request: HttpRequest, obj: Product | None = None) -> Any:
        # The database gives the times, so a product that is being added has none to show.
        return self.fieldsets if obj is None else (*self.fieldsets, self.times)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Product], search_term: str
    ) -> tuple[QuerySet[Product], bool]:
        return selectors.search(queryset, search_term), False

    @admin.display(description=gettext_lazy("unit price"), ordering="unit_price")
    def price(self, product: Product) -> str:
        return _("not set") if product.unit_price is None else prices.grouped_text(product.unit_price)

    @admin.action(description=gettext_lazy("Activate selected products"), permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        count = self._update(request, queryset.filter(merged=None), is_active=True)
        if count is not None:
            message = ngettext("%(count)d product is active now.", "%(count)d products are active now.", count)
            messages.success(request, message % {"count": count})

    @admin.action(description=gettext_lazy("Deactivate selected products"), permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        count = self._update(request, queryset, is_active=False)
        if count is not None:
            message = ngettext("%(count)d product is inactive now.", "%(count)d products are inactive now.", count)
            messages.success(request, message % {"count": count})

    def _update(self, request: HttpRequest, queryset: QuerySet[Product], **changes: Any) -> int | None:
        try:
            with transaction.atomic():
                return queryset.update(**changes)
        except IntegrityError:  # an adopted row that breaks a rule of ours, see migration 0008
            message = _(
                "Nothing was changed: among the selected products is an old one with a name, SKU or price that is no "
                "longer allowed. Open the products one by one and mend that one."
            )
            messages.error(request, message)
            return None


admin.site.register(ProductLoad, ProductLoadAdmin)


class TaxRateInline(admin.TabularInline[TaxRate, TaxCategory]):
    model = TaxRate
    formset = TaxRateFormSet
    extra = 1
    max_num = MOST_RATES

    def get_formset(self, request: HttpRequest, obj: TaxCategory | None = None, **kwargs: Any) -> Any:
        # Else a form that claims to have a million rates is shown again with a thousand more than max_num.
        return super().get_formset(request, obj, absolute_max=MOST_RATES, validate_max=True, **kwargs)


@admin.register(TaxCategory)
class TaxCategoryAdmin(KeptWhenUsed[TaxCategory], SharedAdmin[TaxCategory]):
    instead = gettext_lazy("Products, notes or rates belong to it. Give the products another category first.")
    list_display = ("name", "code", "kind", "sort_order")
    fields = ("code", "name", "kind", "sort_order")
    inlines = (TaxRateInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: TaxCategory | None = None) -> tuple[str, ...]:
        return () if obj is None else ("code",)

    def get_form(
        self, request: HttpRequest, obj: TaxCategory | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        # One line of text; the database's text type would show boxes of ten lines.
        widgets = {name: AdminTextInputWidget() for name in ("code", "name")}
        return super().get_form(request, obj, change=change, widgets=widgets, **kwargs)
