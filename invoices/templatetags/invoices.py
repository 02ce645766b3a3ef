"""How pages write yen, tax rates and form fields."""

from __future__ import annotations

from decimal import Decimal
from html import escape
from typing import Any
from urllib.parse import urlencode

from django.forms import BoundField
from django.forms.widgets import Input, Select
from django.template import Library
from django.template.context import RequestContext
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, gettext_lazy as _lazy

from catalog import prices
from invoices import wording
from invoices.domain.tax import TaxClass, TaxKind
from invoices.forms import LineForm

register = Library()
_COPY_NAMES = {
    "notes": _lazy("Delivery note"),
    "notes_without_prices": _lazy("Delivery note without prices"),
    "file_copies": _lazy("File copy"),
    "receipts": _lazy("Receipt"),
}


@register.filter
def yen(amount: int | None) -> str:
    """Whole yen with thousands separators, such as ¥1,530 or -¥1,530; nothing for None."""
    if amount is None:
        return ""
    return f"{'-' if amount < 0 else ''}¥{abs(amount):,}"


@register.simple_tag
def amount_of(form: LineForm, *, out_of_band: bool = False) -> SafeString:
    """What a line comes to, and for the script what its product costs by the rules and whether that is what it says."""
    offer, swap = form.offer, {"hx-swap-oob": "true"} if out_of_band else {}
    told: dict[str, object] = {}
    if offer is not None:
        told = {"data-sku": form["product_sku"].value()}
        told |= {"data-offer": "" if offer.unit_price is None else prices.plain_text(offer.unit_price)}
        told |= {"data-rule": wording.rule(offer), "data-is-own": form.has_own_price}
    attributes = _written(id=f"{form.prefix}-amount", **{"class": "amount"}, **told, **swap)
    return SafeString(f"<span{attributes}>{yen(form.amount)}</span>")


@register.filter
def copies(profile: dict[str, Any]) -> str:
    """What was printed by the JSON of a profile, such as Delivery note × 1, Receipt × 1."""
    return _(", ").join(f"{name} × {profile[key]}" for key, name in _COPY_NAMES.items() if profile[key])


@register.filter
def grouped(number: Decimal) -> str:
    """A number with thousands separators and no more decimals than it has, such as 1,200 or 42.5."""
    return prices.grouped_text(number)


@register.filter
def tax_label(tax_class: TaxClass) -> str:
    """What one block of the totals is called, such as 10% or 8%※."""
    if tax_class.kind is TaxKind.EXEMPT and not tax_class.rate:
        return _("Tax exempt")
    mark = "※" if tax_class.kind is TaxKind.REDUCED else ""
    return _("Tax %(rate)s%%%(mark)s") % {"rate": format(tax_class.rate.normalize(), "f"), "mark": mark}


@register.simple_tag
def cell(bound: BoundField, **attributes: str) -> SafeString:
    """A field with its name for screen readers, tied to its errors, which stand elsewhere. `aria_x` is aria-x."""
    attrs: dict[str, str | bool] = {name.replace("_", "-"): value for name, value in attributes.items()}
    attrs.setdefault("aria-label", str(bound.label))
    if bound.errors:
        attrs |= {"aria-invalid": "true", "aria-describedby": _error_id(bound)}
    return drawn(bound, **attrs)


@register.simple_tag
def drawn(bound: BoundField, **attributes: str | bool) -> SafeString:
    """What `as_widget` returns, without Django's template for each: a note of 2,000 lines has 20,000 fields."""
    attrs = bound.build_widget_attrs(attributes)
    attrs.setdefault("id", bound.auto_id)
    widget = bound.field.widget.get_context(bound.html_name, bound.value(), attrs)["widget"]
    if isinstance(bound.field.widget, Select):
        return SafeString(f"<select{_written(name=widget['name'], **widget['attrs'])}>{_options(widget)}</select>")
    if isinstance(bound.field.widget, Input):
        given = {"type": widget["type"], "name": widget["name"], "value": widget["value"]} | widget["attrs"]
        return SafeString(f"<input{_written(**given)}>")
    return bound.as_widget(attrs=attributes)


@register.simple_tag
def errors(bound: BoundField) -> SafeString:
    """What is wrong with a field, as what `cell` ties it to."""
    if not bound.errors:
        return SafeString("")
    texts = format_html_join(" ", "{}", ((error,) for error in bound.errors))
    return format_html('<span class="error" id="{}">{}</span>', _error_id(bound), texts)


@register.simple_tag
def field(bound: BoundField, **attributes: str) -> SafeString:
    """A field as in `cell`, with its errors under it."""
    return format_html("{}{}", cell(bound, **attributes), errors(bound))


@register.simple_tag
def labelled(bound: BoundField, **attributes: str) -> SafeString:
    """A field under its visible label."""
    return format_html('<label for="{}">{}</label>{}', bound.id_for_label, bound.label, field(bound, **attributes))


@register.simple_tag(takes_context=True)
def querystring_with(context: RequestContext, **changes: object) -> str:
    """The page's own query with some parameters set, or taken out where they are empty."""
    query = {**context["request"].GET.dict(), **{name: str(value) for name, value in changes.items()}}
    return urlencode({name: value for name, value in query.items() if value})


def _options(widget: dict[str, Any]) -> str:
    options = (option for _group, options, _place in widget["optgroups"] for option in options)
    return "".join(
        f"<option{_written(value=each['value'], **each['attrs'])}>{escape(str(each['label']))}</option>"
        for each in options
    )


def _written(**attributes: object) -> str:
    """Attributes as HTML; one that is True has no value, one that is None or False is left out."""
    # format_html and flatatt would take a third of the time of a page of 2,000 lines.
    return "".join(
        f" {name}" if value is True else f' {name}="{escape(str(value))}"'
        for name, value in attributes.items()
        if value is not None and value is not False
    )


def _error_id(bound: BoundField) -> str:
    return f"{bound.id_for_label}-error"
