"""Where staff keep products, tax categories and rates."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from catalog import prices, selectors, taxation
from catalog.bulk_prices.admin import BulkPricesMixin, PriceRevisionAdmin
from catalog.filters import ActiveFilter, ChangedFilter, JanFilter, PriceFilter
from catalog.forms import ProductForm, ProductRowForm, RateField, TaxCategoryField, TaxRateFormSet
from catalog.labels.admin import LabelsMixin
from catalog.list_prices.admin import ListPriceInline
from catalog.loads.admin import LoadsMixin, ProductLoadAdmin
from catalog.merging.admin import MergingMixin
from catalog.models import PriceRevision, Product, ProductLoad, StoredProduct, TaxCategory, TaxRate
from catalog.product_list import ProductList
from history.deletion import KeptWhenUsed
from history.editing import SharedAdmin

# A rate a year is much.
MOST_RATES = 100


@admin.register(Product)
class ProductAdmin(LabelsMixin, MergingMixin, BulkPricesMixin, LoadsMixin, KeptWhenUsed[Product], SharedAdmin[Product]):
    form = ProductForm
    list_display = ("sku", "name", "unit_price", "unit", "taxation", "jan", "is_active", "updated_at")
    list_editable = ("unit_price", "is_active")
    list_filter = (ActiveFilter, "tax_category", PriceFilter, JanFilter, ChangedFilter)
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    change_list_template = "catalog/product_list.html"
    # What is searched says get_search_results; without a name here the page shows no search box.
    search_fields = ("sku", "name", "jan")
    search_help_text = gettext_lazy("Beginning of a SKU, any part of a name, or a whole JAN")
    inlines: ClassVar[tuple[type[InlineModelAdmin[Any, Any]], ...]] = (ListPriceInline,)
    actions = ("revise_prices", "activate", "deactivate", "merge_selected", "print_labels")
    change_form_template = "catalog/product_change_form.html"
    instead = gettext_lazy("Deactivate it instead: it is not offered any more, and old notes keep it.")
    readonly_fields = ("first_price", "created_at", "updated_at")
    # As one reads a price list: what it is, what it costs, and then the rest.
    fieldsets = (
        (None, {"fields": ("sku", "name", "jan")}),
        (gettext_lazy("Price and tax"), {"fields": (("unit_price", "unit"), "tax_category")}),
        (gettext_lazy("More"), {"fields": ("is_active", "note")}),
    )
    times = (gettext_lazy("History"), {"fields": ("first_price", "created_at", "updated_at")})

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

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ProductList]:
        return ProductList

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "tax_category":
            kwargs |= {"form_class": TaxCategoryField, "queryset": TaxCategory.objects.prefetch_related("rates")}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Product], search_term: str
    ) -> tuple[QuerySet[Product], bool]:
        return selectors.search(queryset, search_term), False

    @admin.display(description=gettext_lazy("unit price"), ordering="unit_price")
    def price(self, product: Product) -> str:
        if product.unit_price is None:
            return format_html('<span class="lacking">{}</span>', _("not set"))
        return prices.yen_text(product.unit_price)

    @admin.display(description=gettext_lazy("tax category"))
    def taxation(self, product: Product) -> str:
        return taxation.briefly(product.tax_category, day=timezone.localdate())

    @admin.display(description=gettext_lazy("price before the first dated one"))
    def first_price(self, product: Product) -> str:
        first = StoredProduct.objects.get(pk=product.pk).unit_price
        return _("not set") if first is None else prices.grouped_text(first)

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
                # The table behind the view: by way of the view 100,000 products take ten times as long.
                return StoredProduct.objects.filter(pk__in=queryset.values("pk")).update(**changes)
        except IntegrityError:  # an adopted row that breaks a rule of ours, see migration 0008
            message = _(
                "Nothing was changed: among the selected products is an old one with a name, SKU or price that is no "
                "longer allowed. Open the products one by one and mend that one."
            )
            messages.error(request, message)
            return None


admin.site.register(ProductLoad, ProductLoadAdmin)
admin.site.register(PriceRevision, PriceRevisionAdmin)


class TaxRateInline(admin.TabularInline[TaxRate, TaxCategory]):
    model = TaxRate
    formset = TaxRateFormSet
    extra = 1
    max_num = MOST_RATES

    def get_formset(self, request: HttpRequest, obj: TaxCategory | None = None, **kwargs: Any) -> Any:
        # Else a form that claims to have a million rates is shown again with a thousand more than max_num.
        return super().get_formset(request, obj, absolute_max=MOST_RATES, validate_max=True, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "rate":
            kwargs["form_class"] = RateField
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class CategoryList(ChangeList):
    """Tax categories with their rates."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = self.result_list.prefetch_related("rates")


@admin.register(TaxCategory)
class TaxCategoryAdmin(KeptWhenUsed[TaxCategory], SharedAdmin[TaxCategory]):
    instead = gettext_lazy("Products, notes or rates belong to it. Give the products another category first.")
    list_display = ("name", "code", "kind", "present_rate", "next_rate", "sort_order")
    fields = ("code", "name", "kind", "sort_order")
    inlines = (TaxRateInline,)
    show_full_result_count = False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[CategoryList]:
        return CategoryList

    @admin.display(description=gettext_lazy("rate today"))
    def present_rate(self, category: TaxCategory) -> str:
        return taxation.dated(taxation.rates_of(category, day=timezone.localdate()).present)

    @admin.display(description=gettext_lazy("next rate"))
    def next_rate(self, category: TaxCategory) -> str:
        return taxation.dated(taxation.rates_of(category, day=timezone.localdate()).next)

    def get_readonly_fields(self, request: HttpRequest, obj: TaxCategory | None = None) -> tuple[str, ...]:
        return () if obj is None else ("code",)

    def get_form(
        self, request: HttpRequest, obj: TaxCategory | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        # One line of text; the database's text type would show boxes of ten lines.
        widgets = {name: AdminTextInputWidget() for name in ("code", "name")}
        return super().get_form(request, obj, change=change, widgets=widgets, **kwargs)
