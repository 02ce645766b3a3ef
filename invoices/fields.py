"""Form fields that read what people in Japan type."""

from __future__ import annotations

import datetime
import re
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from catalog.composition import composed, half_width

_NUMBER = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]+)?")
_MINUS_SIGNS = str.maketrans(dict.fromkeys("−‐–▲△", "-"))


MOST_QUOTED = 40


class TypedField(forms.Field):
    """A field whose refusals can name it (`label`) and what was typed (`value`, its beginning)."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except ValidationError as refusal:
            for error in refusal.error_list:
                named = {"label": self.label, "value": str(value).strip()[:MOST_QUOTED]}
                error.params = {**(error.params or {}), **named}
            raise


class TypedTextField(TypedField, forms.CharField):
    """Text of any kind. The browser is given no limit, since it would cut what is pasted without a word."""

    default_error_messages: ClassVar = {
        "max_length": _("%(label)s has %(show_value)s characters. Write at most %(limit_value)s."),
        "null_characters_not_allowed": _("%(label)s contains the control character U+0000 (NUL). Remove it."),
    }

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs: dict[str, Any] = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


class PrintedTextField(TypedTextField):
    """Text that will be printed: its marks composed, without tabs, on at most `max_lines` lines."""

    default_error_messages: ClassVar = {
        "max_lines": _("%(label)s has %(lines)s lines. Write at most %(max)s."),
    }

    def __init__(self, *, max_lines: int = 1, **kwargs: Any) -> None:
        self.max_lines = max_lines
        kwargs["widget"] = forms.Textarea(attrs={"rows": 3}) if max_lines > 1 else forms.TextInput
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        text = "\n".join((super().to_python(value) or "").splitlines()).replace("\t", " ")
        return composed(text if self.max_lines > 1 else text.replace("\n", " "))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if (lines := value.count("\n") + 1) > self.max_lines:
            params = {"max": self.max_lines, "lines": lines}
            raise ValidationError(self.error_messages["max_lines"], code="max_lines", params=params)


class TypedDateField(TypedField, forms.DateField):
    """A day."""

    default_error_messages: ClassVar = {
        "invalid": _("%(label)s: “%(value)s” is not a date. Enter it as in 2026-11-24."),
    }


def typed_day(text: str) -> datetime.date | None:
    """Return the day that a field of the browser holds, None when it is none."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


class TypedNumberField(TypedField, forms.DecimalField):
    """A decimal as people type it: full width digits, thousands separators, a yen sign and ▲ are understood.

    A comma that does not separate thousands is refused rather than guessed at: 1,5 is neither 15 nor 1.5.
    """

    widget = forms.TextInput
    default_error_messages: ClassVar = {
        "invalid": _("Write %(label)s as a number, such as 1,200 or 3.5 (“%(value)s” was entered)."),
        "not_positive": _("%(label)s must be more than 0 (%(value)s was entered)."),
        "min_value": _("%(label)s must be at least %(limit_value)s (%(value)s was entered)."),
        "max_decimal_places": _("Write %(label)s with at most %(max)s digits after the point (%(value)s was entered)."),
        "max_whole_digits": _("Write %(label)s with at most %(max)s digits before the point (%(value)s was entered)."),
        "max_digits": _("Write %(label)s with at most %(max)s digits (%(value)s was entered)."),
    }

    def __init__(self, *, must_be_positive: bool = False, **kwargs: Any) -> None:
        self.must_be_positive = must_be_positive
        super().__init__(**kwargs)
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Any:
        typed = "" if value is None else str(value).strip()
        number = half_width(typed).translate(_MINUS_SIGNS).strip("¥円 ")
        if not number:
            return None
        if not _NUMBER.fullmatch(number) or number in ("-", "."):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(number.replace(",", ""))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if self.must_be_positive and value is not None and value <= 0:
            raise ValidationError(self.error_messages["not_positive"], code="not_positive")


class CopiesField(TypedNumberField):
    """How many copies; nothing typed is none."""

    default_error_messages: ClassVar = {
        "max_value": _("%(label)s: at most %(limit_value)s can be printed at once (%(value)s was entered)."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_digits": 12, "decimal_places": 0, "required": False} | kwargs)
        self.widget.attrs.update({"size": 2, "inputmode": "numeric"})

    def clean(self, value: Any) -> int:
        return int(super().clean(value) or 0)


class HalfWidthField(TypedTextField):
    """A code or telephone number: full width letters and digits become half width."""

    def to_python(self, value: Any) -> str:
        return half_width(super().to_python(value) or "").strip()


class MailAddressesField(TypedTextField):
    """Mail addresses with commas, semicolons or line breaks between; they come out with commas, none of them twice."""

    MOST = 10
    default_error_messages: ClassVar = {
        "no_address": _("“%(address)s” is no mail address. Write it as in a@example.jp."),
        "too_many": _("These are %(count)s addresses. Write at most %(most)s."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 1000} | kwargs)

    def to_python(self, value: Any) -> str:
        typed = half_width(super().to_python(value) or "")
        return ", ".join(dict.fromkeys(part for part in re.split(r"[\s,;、，]+", typed) if part))

    def validate(self, value: Any) -> None:
        super().validate(value)
        addresses = value.split(", ") if value else []
        for address in addresses:
            self._require_address(address)
        if len(addresses) > self.MOST:
            params = {"count": len(addresses), "most": self.MOST}
            raise ValidationError(self.error_messages["too_many"], code="too_many", params=params)

    def _require_address(self, address: str) -> None:
        try:
            validate_email(address)
            address.encode("ascii")
        except (ValidationError, UnicodeEncodeError):
            params = {"address": address[:MOST_QUOTED]}
            raise ValidationError(self.error_messages["no_address"], code="no_address", params=params) from None


class PostalCodeField(HalfWidthField):
    """A postal code, written 123-4567 however it was typed: without hyphen, in full width, after 〒."""

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value)
        digits = re.sub(r"[〒\s‐‑‒–—―−ー-]", "", typed)
        return f"{digits[:3]}-{digits[3:]}" if re.fullmatch(r"[0-9]{7}", digits) else typed
