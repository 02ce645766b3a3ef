"""What a clerk types, checked for shape and turned into a Draft. Whether it can be issued is not asked here."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from catalog.models import Product, TaxCategory
from catalog.selectors import products_meant
from catalog.sent_rows import SentRows
from invoices import pricing, selectors
from invoices.domain.errors import ExemptWithRate
from invoices.domain.tax import PriceBasis, Totals
from invoices.drafts import Draft, DraftLine
from invoices.fields import PrintedTextField, TypedDateField, TypedNumberField, TypedTextField
from invoices.models import Customer
from invoices.offers import Offer, offers
from invoices.services import MissingReason

MAX_LINES = 2000
EMPTY_ROWS = 5


class NoteForm(forms.Form):
    """The head of a note."""

    creation_key = forms.UUIDField(widget=forms.HiddenInput)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    customer_id = forms.IntegerField(widget=forms.HiddenInput, required=False)
    customer = TypedTextField(
        label=_("Customer"),
        max_length=250,
        error_messages={"required": _("Enter the customer, or choose one from the list.")},
    )
    delivered_on = TypedDateField(
        label=_("Delivery date"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        # A date that cannot be, such as 31 February, comes from the browser as nothing at all.
        error_messages={"required": _("Enter the delivery date as in 2026-11-24.")},
    )
    order_number = PrintedTextField(label=_("Order number"), max_length=60, required=False)
    subject = PrintedTextField(label=_("Subject"), max_length=120, required=False)
    notes = PrintedTextField(label=_("Notes"), max_length=1000, required=False, max_lines=20)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if typed := cleaned.get("customer"):
            cleaned["chosen_customer"] = self._customer(cleaned.get("customer_id"), typed)
        return cleaned

    def _customer(self, customer_id: int | None, typed: str) -> Customer | None:
        """The customer chosen from the list, or the only one whose code or name was typed out."""
        found = selectors.customer_typed(customer_id=customer_id, typed=typed)
        if found is None:
            self.add_error("customer", _("No customer “%(typed)s”. Choose one from the list.") % {"typed": typed})
        return found


class LineForm(forms.Form):
    """One line. Left empty it is no line."""

    amount: int | None = None
    # What became of the product since it was chosen. The line is well all the same.
    remark: str = ""
    # What the product of the line costs by the rules; None without a product.
    offer: Offer | None = None

    product_sku = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    code = PrintedTextField(label=_("Item code"), max_length=64, required=False)
    name = PrintedTextField(label=_("Item name"), max_length=200, required=False)
    quantity = TypedNumberField(
        label=_("Quantity"), max_digits=10, decimal_places=3, required=False, must_be_positive=True
    )
    unit = PrintedTextField(label=_("Unit"), max_length=20, required=False)
    unit_price = TypedNumberField(label=_("Unit price"), max_digits=14, decimal_places=4, required=False)
    tax_category = forms.ChoiceField(label=_("Tax category"))
    rate_override = TypedNumberField(
        label=_("Other tax rate (%)"), max_digits=4, decimal_places=2, min_value=0, required=False
    )
    rate_reason = TypedTextField(label=_("Reason for the other rate"), max_length=200, required=False)
    note = PrintedTextField(label=_("Line note"), max_length=100, required=False)

    def __init__(self, *args: Any, tax_categories: list[TaxCategory], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._exempt = {category.code for category in tax_categories if category.kind == TaxCategory.Kind.EXEMPT}
        field = self.fields["tax_category"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [(category.code, category.name) for category in tax_categories]

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed: unit and tax category come filled in."""
        typed = ("code", "name", "quantity", "unit_price", "rate_override", "rate_reason", "note")
        return not any(str(self[name].value() or "").strip() for name in typed)

    def full_clean(self) -> None:
        # An untouched row is no line and has no errors.
        self.empty_permitted = self.is_bound and self.is_blank
        self.use_required_attribute = False
        super().full_clean()

    def has_changed(self) -> bool:
        return not self.is_blank

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "quantity" in cleaned and cleaned["quantity"] is None:
            self.add_error("quantity", _("Enter the quantity."))
        if cleaned.get("rate_override") and cleaned.get("tax_category") in self._exempt:
            rate = plain(cleaned["rate_override"])
            self.add_error("rate_override", gettext(ExemptWithRate.template) % {"rate": rate})
        if cleaned.get("rate_override") is not None and not cleaned.get("rate_reason"):
            self.add_error("rate_reason", _("Say why another tax rate applies; the reason is kept with the note."))
        if cleaned.get("rate_override") is None and "rate_override" in cleaned and cleaned.get("rate_reason"):
            self.add_error("rate_override", _("Enter the rate, or clear its reason."))
        return cleaned

    def fill_from(self, products: Mapping[str, Product], offered: Mapping[str, Offer]) -> None:
        """Complete a line of which only the code was typed, and refuse one that names nothing at all.

        `products` holds the product of each typed code that means one, `offered` what those cost.
        """
        cleaned = self.cleaned_data
        chosen = products.get(cleaned.get("product_sku") or "")
        cleaned["product_sku"] = None if chosen is None else chosen.sku
        if cleaned.get("name") or "name" in self.errors:
            return
        product = products.get(cleaned.get("code", ""))
        if product is None:
            code = cleaned.get("code")
            unknown = _("No product has the code “%(code)s”. Choose one from the list or type the item name.")
            self.add_error("name", unknown % {"code": code} if code else _("Enter the item name."))
            return
        if not product.is_active:
            text = _("The product “%(code)s” is inactive. Choose another one, or type the item name.")
            self.add_error("name", text % {"code": product.sku})
            return
        cleaned.update(product_sku=product.sku, code=self._printed("code", product.sku))
        cleaned["unit"] = cleaned.get("unit") or self._printed("unit", product.unit)
        cleaned["name"] = self._printed("name", product.name)
        if cleaned.get("unit_price") is None:
            price = offered[product.sku].unit_price if product.sku in offered else None
            cleaned.update(unit_price=price, tax_category=product.tax_category_id)

    def remark_on(self, products: Mapping[str, Product]) -> None:
        """Say when the chosen product was merged into another one or deactivated; `products` as in `fill_from`."""
        sku = str(self["product_sku"].value() or "")
        product = products.get(sku)
        if product is None:
            return
        if product.sku != sku:
            text = _("The product “%(old)s” was merged into “%(new)s”. Choose that one, or leave the line as it is.")
            self.remark = text % {"old": sku, "new": product.sku}
        elif not product.is_active:
            text = _("The product “%(code)s” was deactivated. Choose another one, or leave the line as it is.")
            self.remark = text % {"code": sku}

    def _printed(self, name: str, text: str) -> str:
        """A text of the product master as if it was typed here: plain SQL can put into it what no note can hold."""
        try:
            return str(self.fields[name].clean(text))
        except ValidationError as error:
            self.add_error(name, error)
            return ""

    def sku_meant(self) -> str:
        """The SKU of the product that the line is of: of a merged one, that of the product it was merged into."""
        cleaned = getattr(self, "cleaned_data", {}).get("product_sku")
        return str(cleaned or self["product_sku"].value() or "")

    @property
    def has_own_price(self) -> bool:
        """Whether the line says another price than the rules give."""
        if self.offer is None:
            return False
        typed = self.fields["unit_price"]
        try:
            return bool(typed.clean(self["unit_price"].value()) != self.offer.unit_price)
        except ValidationError:
            return True

    def line(self) -> DraftLine:
        cleaned = self.cleaned_data
        return DraftLine(
            product_sku=cleaned["product_sku"],
            code=cleaned["code"],
            name=cleaned["name"],
            quantity=cleaned["quantity"],
            unit=cleaned["unit"],
            unit_price=cleaned["unit_price"],
            tax_category=cleaned["tax_category"],
            rate_override=cleaned["rate_override"],
            rate_reason=cleaned["rate_reason"],
            note=cleaned["note"],
        )

    def line_for_totals(self) -> DraftLine | None:
        """The line as far as it counts: quantity, price and tax. None while the quantity or the tax is unreadable."""
        cleaned = getattr(self, "cleaned_data", {})
        if cleaned.get("quantity") is None or not cleaned.get("tax_category"):
            return None
        return DraftLine(
            product_sku=None,
            code="",
            name="",
            quantity=cleaned["quantity"],
            unit="",
            unit_price=cleaned.get("unit_price"),
            tax_category=cleaned["tax_category"],
            rate_override=cleaned.get("rate_override"),
        )


class BaseLineFormSet(SentRows, forms.BaseFormSet[LineForm]):
    # Who buys, and when the goods are delivered: that decides what they cost.
    customer: Customer | None = None
    day: date | None = None

    def clean(self) -> None:
        typed = [form for form in self.forms if not form.is_blank]
        codes = {form.cleaned_data.get(name) or "" for form in typed for name in ("product_sku", "code")} - {""}
        products = products_meant(codes)
        alone = {form.cleaned_data.get("code") for form in typed if not form.cleaned_data.get("name")}
        skus = {product.sku for code, product in products.items() if code in alone}
        offered = offers(skus, customer=self.customer, day=self.day) if self.day else {}
        for form in typed:
            form.remark_on(products)
            form.fill_from(products, offered)

    def remark_on_products(self) -> None:
        """Note on the lines of a form that was not sent what became of their products. At most three queries."""
        products = products_meant({form["product_sku"].value() for form in self.forms} - {None})
        for form in self.forms:
            form.remark_on(products)

    def lines(self) -> tuple[DraftLine, ...]:
        return tuple(form.line() for form in self.forms if not form.is_blank)


LineFormSet = forms.formset_factory(
    LineForm, formset=BaseLineFormSet, extra=0, max_num=MAX_LINES, absolute_max=MAX_LINES, validate_max=True
)


class NoteEditor:
    """The head and the lines of a note as one form. `typed` is the POST, `draft` what an unsent form starts from."""

    def __init__(
        self,
        *,
        typed: Any = None,
        draft: Draft | None = None,
        customer: Customer | None = None,
        creation_key: uuid.UUID | None = None,
        revision: int | None = None,
        today: date | None = None,
    ) -> None:
        self._draft, self._customer = draft, customer
        categories = list(TaxCategory.objects.all())
        head = {"creation_key": creation_key or uuid.uuid4(), "revision": revision, "delivered_on": today}
        self.head = NoteForm(typed, initial=head | _head_of(draft, customer))
        self.lines = cast(
            BaseLineFormSet,
            LineFormSet(typed, prefix="lines", initial=_rows_of(draft), form_kwargs={"tax_categories": categories}),
        )
        if typed is None and draft is not None:
            self.lines.remark_on_products()

    def is_valid(self) -> bool:
        # Both are asked, so that every error shows at once.
        is_head_valid = self.head.is_valid()
        if self.head.is_bound:
            self.lines.customer = self.head.cleaned_data.get("chosen_customer")
            self.lines.day = self.head.cleaned_data.get("delivered_on")
        return all([is_head_valid, self.lines.is_valid()])

    @cached_property
    def draft(self) -> Draft:
        """The typed draft of a valid editor."""
        cleaned = self.head.cleaned_data
        return Draft(
            customer_id=cleaned["chosen_customer"].pk,
            delivered_on=cleaned["delivered_on"],
            order_number=cleaned["order_number"],
            subject=cleaned["subject"],
            notes=cleaned["notes"],
            lines=self.lines.lines(),
        )

    @property
    def is_inclusive(self) -> bool:
        """Whether the prices typed here contain the tax: the customer's setting."""
        customer = self._customer if not self.head.is_bound else self.head.cleaned_data.get("chosen_customer")
        return customer is not None and customer.price_basis == PriceBasis.INCLUSIVE

    @property
    def basis_label(self) -> str:
        """What stands beside prices and the subtotal."""
        return gettext("with tax") if self.is_inclusive else gettext("without tax")

    def totals(self, *, today: date) -> Totals:
        """Return what the lines come to so far, and note each row's amount on its form (`amount`, None if unknown).

        Notes there, too, what its product costs by the rules (`offer`). Raises what `pricing.price` raises.
        """
        customer, delivered_on, counted = self._counted()
        self._note_offers(customer=customer, day=delivered_on or today)
        priced = pricing.price(
            [line for line in counted if line is not None],
            customer=customer or Customer(),
            delivered_on=delivered_on or today,
        )
        amounts = iter(priced.lines)
        for form, line in zip(self.lines.forms, counted, strict=False):
            form.amount = None if line is None else next(amounts).amount
        return priced.totals

    def _note_offers(self, *, customer: Customer | None, day: date) -> None:
        skus = {form: form.sku_meant() for form in self.lines.forms}
        offered = offers(set(skus.values()) - {""}, customer=customer, day=day)
        for form, sku in skus.items():
            form.offer = offered.get(sku)

    def _counted(self) -> tuple[Customer | None, date | None, list[DraftLine | None]]:
        if not self.head.is_bound:
            if self._draft is None:
                return None, None, []
            return self._customer, self._draft.delivered_on, list(self._draft.lines)
        self.is_valid()
        cleaned = self.head.cleaned_data
        lines = [form.line_for_totals() for form in self.lines.forms]
        return cleaned.get("chosen_customer"), cleaned.get("delivered_on"), lines


class VoidForm(forms.Form):
    """Why a note is voided."""

    reason = PrintedTextField(
        label=_("Reason for voiding"),
        max_length=200,
        error_messages={"required": _(MissingReason.template)},
    )


class CopyForm(forms.Form):
    """Which press of a copy button this is."""

    creation_key = forms.UUIDField()


def _head_of(draft: Draft | None, customer: Customer | None) -> dict[str, Any]:
    if draft is None or customer is None:
        return {}
    return {
        "customer_id": draft.customer_id,
        "customer": str(customer),
        "delivered_on": draft.delivered_on,
        "order_number": draft.order_number,
        "subject": draft.subject,
        "notes": draft.notes,
    }


def _rows_of(draft: Draft | None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [_row_of(line) for line in draft.lines] if draft else []
    return rows + [{"tax_category": "standard"}] * max(1, EMPTY_ROWS - len(rows))


def _row_of(line: DraftLine) -> dict[str, Any]:
    return {
        "product_sku": line.product_sku,
        "code": line.code,
        "name": line.name,
        "quantity": plain(line.quantity),
        "unit": line.unit,
        "unit_price": plain(line.unit_price),
        "tax_category": line.tax_category,
        "rate_override": plain(line.rate_override),
        "rate_reason": line.rate_reason,
        "note": line.note,
    }


def plain(number: Decimal | None) -> str:
    """Return `number` as one would type it: no trailing zeros, no exponent; nothing for None."""
    return "" if number is None else format(number.normalize(), "f")
