"""What may stand in a product: typed text made plain, and refusals that name the value and the remedy.

The form and the loader of files both read through here, so that one rule says the same in both places.
"""

from __future__ import annotations

import re
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _, gettext_lazy

from catalog import jan
from catalog.composition import composed, half_width
from catalog.models import CONTROL, MAX_NAME_LENGTH, MAX_PRICE, MAX_SKU_LENGTH
from catalog.prices import plain_text

DECIMAL_PLACES = 4
SKU_EMPTY = gettext_lazy("The SKU is empty. Enter the code that names the product.")
NAME_EMPTY = gettext_lazy("The product name is empty. Enter the name to print on delivery notes.")
UNIT_EMPTY = gettext_lazy("The unit is empty. Enter the unit the product is sold in, such as 個.")

_SEPARATORS = str.maketrans("", "", ",、")
_YEN = str.maketrans("−ー", "--", "¥円 ")
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}([,、][0-9]{3})+(\.[0-9]*)?")
# A comma that became a point: 1.280円.
_POINTED_THOUSANDS = re.compile(r"[+]?[1-9][0-9]{0,2}\.[0-9]{3}")
_CONTROL = re.compile(f"[\0{CONTROL}]")


def line(typed: str, *, label: object) -> str:
    """Return one line of text, trimmed and composed, since decomposed kana would be printed in pieces.

    Raises ValidationError when it contains a control character; `label` names the field then, and is not translated
    before.
    """
    text = composed(typed).strip()
    if any(ending in text for ending in "\r\n"):
        message = _("%(label)s contains a line break. Write it in one line.")
        raise ValidationError(message, code="control", params={"label": label})
    if found := _CONTROL.search(text):
        message = _("%(label)s contains the control character U+%(code)04X. Remove it.")
        raise ValidationError(message, code="control", params={"label": label, "code": ord(found.group())})
    return text


def sku(text: str) -> str:
    """Return `text`, a line. Raises ValidationError when it is too long for a SKU."""
    if len(text) > MAX_SKU_LENGTH:
        message = _("The SKU “%(sku)s” has %(length)s characters. Enter at most %(limit)s.")
        raise ValidationError(message, params={"sku": text, "length": len(text), "limit": MAX_SKU_LENGTH})
    return text


def name(text: str) -> str:
    """Return `text`, a line. Raises ValidationError when it is too long for a product name."""
    if len(text) > MAX_NAME_LENGTH:
        message = _("The product name has %(length)s characters. Enter at most %(limit)s.")
        raise ValidationError(message, params={"length": len(text), "limit": MAX_NAME_LENGTH})
    return text


def price(typed: str) -> Decimal | None:
    """Return the price that `typed` says, None when it says none.

    Full-width digits, thousands separators and a yen sign are understood. Raises ValidationError for what is no
    number, negative, too large or has more than 4 decimals, and for yen with three, which may be thousands.
    """
    written = half_width(typed).translate(_YEN)
    plain = written.translate(_SEPARATORS)
    if not plain:
        return None
    # Decimal() itself would take 1e3, NaN, 1_000 and digits of any script.
    if not re.fullmatch(r"[-+]?[0-9]*\.?[0-9]*", plain) or not re.search("[0-9]", plain):
        message = _("The unit price “%(typed)s” is not a number. Enter digits such as 1200 or 42.5, or nothing.")
        raise _price_error(message, typed)
    if plain != written and not _GROUPED.fullmatch(written):
        message = _("The unit price “%(typed)s” has a comma that separates no thousands. Enter it without, as in 1200.")
        raise _price_error(message, typed)
    if any(sign in half_width(typed) for sign in "¥円") and _POINTED_THOUSANDS.fullmatch(plain):
        message = _("“%(typed)s” may mean %(thousands)s yen or %(plain)s yen. Enter %(thousands)s or %(plain)s.")
        thousands, decimal = plain.replace(".", ""), plain_text(Decimal(plain))
        raise ValidationError(message, params={"typed": typed, "thousands": thousands, "plain": decimal})
    return _checked_price(Decimal(plain), typed)


def _checked_price(price: Decimal, typed: str) -> Decimal:
    if price < 0:
        raise _price_error(_("The unit price “%(typed)s” is negative. Enter 0 or more, or leave it empty."), typed)
    if price > MAX_PRICE:
        raise _price_error(_("The unit price “%(typed)s” is too large. Enter less than 10,000,000,000."), typed)
    if price != round(price, DECIMAL_PLACES):
        raise _price_error(_("The unit price “%(typed)s” has too many decimals. Enter at most 4."), typed)
    return price


def _price_error(message: str, typed: str) -> ValidationError:
    return ValidationError(message, code="invalid", params={"typed": typed})


def jan_code(typed: str) -> str:
    """Return the digits of a JAN, or "" when nothing is typed. Raises ValidationError when they are none."""
    digits = jan.normalise(typed)
    if digits and not jan.is_digits(digits):
        message = _("The JAN “%(typed)s” is not 8 or 13 digits. Enter all of them, or leave it empty.")
        raise ValidationError(message, params={"typed": typed})
    if digits and not jan.has_valid_check_digit(digits):
        message = _("The last digit of the JAN “%(jan)s” should be %(expected)s. Compare it with the package.")
        raise ValidationError(message, params={"jan": digits, "expected": jan.expected_check_digit(digits)})
    return digits


def note(typed: str) -> str:
    """Return a remark of any number of lines, trimmed and composed. Raises ValidationError for a NUL character."""
    if "\0" in typed:
        message = _("The note contains the control character U+0000. Remove it.")
        raise ValidationError(message, code="control")
    return composed(typed).strip()
