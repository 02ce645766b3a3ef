"""Dated prices on the page of their product."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from catalog.list_prices.forms import ListPriceForm, ListPriceFormSet
from catalog.models import ListPrice, Product

# A price a month for eight years.
MOST_PRICES = 100


class ListPriceInline(admin.TabularInline[ListPrice, Product]):
    model = ListPrice
    form = ListPriceForm
    formset = ListPriceFormSet
    extra = 1
    max_num = MOST_PRICES
    ordering = ("-valid_from",)

    def get_formset(self, request: HttpRequest, obj: Product | None = None, **kwargs: Any) -> Any:
        # Else a form that claims to have a million rows is shown again with a thousand more than max_num.
        return super().get_formset(request, obj, absolute_max=MOST_PRICES, validate_max=True, **kwargs)
