"""Prices of customers on the page of the customer and of the product."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from catalog.admin import ProductAdmin
from invoices.models import CustomerPercentage, CustomerPrice
from invoices.price_forms import (
    PercentageForm,
    PeriodFormSet,
    PriceFormSet,
    PriceOfCustomerForm,
    PriceOfProductForm,
    label_of,
)

MOST_ROWS = 2_000


class _PeriodInline(admin.TabularInline[Any, Any]):
    extra = 1
    max_num = MOST_ROWS

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        # Else a form that claims to have a million rows is shown again with a thousand more than max_num.
        return super().get_formset(request, obj, absolute_max=MOST_ROWS, validate_max=True, **kwargs)


class PricesOfCustomer(_PeriodInline):
    model = CustomerPrice
    form = PriceOfCustomerForm
    formset = PriceFormSet
    fields = ("product", "product_name", "unit_price", "valid_from", "valid_until")
    readonly_fields = ("product_name",)
    ordering = ("product", "-valid_from")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("product")

    @admin.display(description=_("product (list price today)"))
    def product_name(self, row: CustomerPrice) -> str:
        return label_of(row.product) if row.product_id else ""


class PercentagesOfCustomer(_PeriodInline):
    model = CustomerPercentage
    form = PercentageForm
    formset = PeriodFormSet
    fields = ("percentage", "valid_from", "valid_until")
    ordering = ("-valid_from",)


class PricesOfProduct(_PeriodInline):
    model = CustomerPrice
    form = PriceOfProductForm
    formset = PriceFormSet
    fields = ("customer", "customer_name", "unit_price", "valid_from", "valid_until")
    readonly_fields = ("customer_name",)
    ordering = ("customer__code", "-valid_from")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("customer")

    @admin.display(description=_("customer"))
    def customer_name(self, row: CustomerPrice) -> str:
        return row.customer.name if row.customer_id else ""


INLINES_OF_CUSTOMER = (PricesOfCustomer, PercentagesOfCustomer)
# The product master knows no customers; their prices come to its page from here.
ProductAdmin.inlines = (*ProductAdmin.inlines, PricesOfProduct)
