"""JSON about products, for those signed in. Refusals are JSON too: {"error": a sentence}."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from catalog import prices, selectors
from catalog.models import Product

MAX_TYPED_LENGTH = 200
READING = ("GET", "HEAD")

Answer = Callable[[str], dict[str, object]]


def answers_typed(parameter: str) -> Callable[[Answer], Callable[[HttpRequest], HttpResponse]]:
    """Make a JSON view of a function that answers the text of a query parameter.

    405 for methods other than GET and HEAD, 401 when nobody is signed in, 400 for text that cannot be looked up.
    """

    def decorate(answer: Answer) -> Callable[[HttpRequest], HttpResponse]:
        # Checked here, since the middleware would send a program to the page where people sign in.
        @login_not_required
        @wraps(answer)
        def view(request: HttpRequest) -> HttpResponse:
            typed = request.GET.get(parameter, "").strip()
            return _refusal(request, typed) or JsonResponse(answer(typed))

        return view

    return decorate


@answers_typed("sku")
def product_by_sku(typed: str) -> dict[str, object]:
    """Answer the active product of that very SKU, or {}."""
    return _brief(selectors.product_by_sku(typed))


@answers_typed("name")
def product_by_name(typed: str) -> dict[str, object]:
    """Answer the active product of that name, else the first whose name contains it, or {}."""
    return _brief(selectors.product_by_name(typed))


@answers_typed("q")
def product_suggest(typed: str) -> dict[str, object]:
    """Answer what a clerk may mean, best first, at most 20 products."""
    return {"products": [_choice(product) for product in selectors.suggest(typed)]}


def _refusal(request: HttpRequest, typed: str) -> HttpResponse | None:
    if request.method not in READING:
        message = _("%(method)s is not possible here. Use GET.") % {"method": request.method}
        return JsonResponse({"error": message}, status=405, headers={"Allow": ", ".join(READING)})
    if not request.user.is_authenticated:
        return JsonResponse({"error": _("You are not signed in. Sign in and try again.")}, status=401)
    if "\0" in typed:
        message = _("The text contains a NUL character, which no product has. Remove it and try again.")
        return JsonResponse({"error": message}, status=400)
    if len(typed) > MAX_TYPED_LENGTH:
        message = _("The text has %(length)s characters. Enter at most %(limit)s.")
        values = {"length": len(typed), "limit": MAX_TYPED_LENGTH}
        return JsonResponse({"error": message % values}, status=400)
    return None


def _brief(product: Product | None) -> dict[str, object]:
    if product is None:
        return {}
    price = product.unit_price
    return {
        "sku": product.sku,
        "name": product.name,
        "unit_price": None if price is None else prices.json_number(price),
    }


def _choice(product: Product) -> dict[str, object]:
    price = product.unit_price
    return {
        "sku": product.sku,
        "name": product.name,
        "unit_price": None if price is None else prices.plain_text(price),
        "unit": product.unit,
        "tax_category": product.tax_category_id,
        "tax_category_name": product.tax_category.name,
        "jan": product.jan,
    }
