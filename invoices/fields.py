"""Form fields that read what people in Japan type."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from catalog.composition import composed

_NUMBER = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.[0-9]+)?")
_MINUS_SIGNS = str.maketrans(dict.fromkeys("−‐–▲△", "-"))


class PrintedTextField(forms.CharField):
    """Text that will be printed: its marks composed, without tabs, on at most `max_lines` lines."""

    default_error_messages: ClassVar = {
        "max_lines": _("Write at most %(max)s lines (%(lines)s were entered)."),
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


class TypedNumberField(forms.DecimalField):
    """A decimal as people type it: full width digits, thousands separators, a yen sign and ▲ are understood.

    A comma that does not separate thousands is refused rather than guessed at: 1,5 is neither 15 nor 1.5.
    """

    widget = forms.TextInput
    default_error_messages: ClassVar = {
        "invalid": _("Write a number, such as 1,200 or 3.5 (“%(value)s” was entered)."),
        "not_positive": _("%(label)s must be more than 0 (%(value)s was entered)."),
        "max_decimal_places": _("Write at most %(max)s digits after the point."),
        "max_whole_digits": _("Write at most %(max)s digits before the point."),
        "max_digits": _("Write at most %(max)s digits."),
    }

    def __init__(self, *, must_be_positive: bool = False, **kwargs: Any) -> None:
        self.must_be_positive = must_be_positive
        super().__init__(**kwargs)
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Any:
        typed = "" if value is None else str(value).strip()
        number = unicodedata.normalize("NFKC", typed).translate(_MINUS_SIGNS).strip("¥円 ")
        if not number:
            return None
        if not _NUMBER.fullmatch(number) or number in ("-", "."):
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": typed[:40]})
        return super().to_python(number.replace(",", ""))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if self.must_be_positive and value is not None and value <= 0:
            params = {"label": self.label, "value": format(value.normalize(), "f")}
            raise ValidationError(self.error_messages["not_positive"], code="not_positive", params=params)


class HalfWidthField(forms.CharField):
    """A code or telephone number: full width letters and digits become half width."""

    def to_python(self, value: Any) -> str:
        return unicodedata.normalize("NFKC", super().to_python(value) or "").strip()


class PostalCodeField(HalfWidthField):
    """A postal code, written 123-4567 however it was typed: without hyphen, in full width, after 〒."""

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value)
        digits = re.sub(r"[〒\s‐‑‒–—―−ー-]", "", typed)
        return f"{digits[:3]}-{digits[3:]}" if re.fullmatch(r"[0-9]{7}", digits) else typed
