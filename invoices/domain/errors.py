"""Refusals of the domain, each with a translatable sentence and the values it names."""

from __future__ import annotations


def gettext_noop(message: str) -> str:
    """Return `message`; the name lets makemessages find it while the domain stays standard library only."""
    return message


class DomainError(ValueError):
    """A rule was broken. `template` is an English sentence to translate, `params` its named values."""

    template: str = gettext_noop("This is not possible.")

    def __init__(self, **params: object) -> None:
        self.params = params
        super().__init__(self.template % params)


class NoTaxRate(DomainError):
    template = gettext_noop(
        "No tax rate is known for category “%(category)s” on %(date)s. Ask the product staff to add the rate."
    )


class ExemptWithRate(DomainError):
    template = gettext_noop(
        "An exempt line cannot be taxed at %(rate)s %%. Choose another tax category, or clear the other tax rate."
    )


class AmountTooLarge(DomainError):
    template = gettext_noop(
        "The lines come to %(amount)s yen, more than one note can state. Split them over several notes."
    )


class InvalidRegistrationNumber(DomainError):
    template = gettext_noop(
        "A registration number is “T” and 13 digits (“%(value)s” was entered). Copy it from the tax office's notice."
    )


class InvalidNumberFormat(DomainError):
    template = gettext_noop(
        "The number format “%(format)s” cannot be used: %(reason)s. An example that works: DN-{year}-{number:06d}."
    )


class MissingFacts(DomainError):
    """The document lacks something it must state; `missing` names each item (already worded by the caller)."""

    template = gettext_noop("The note cannot be issued yet. Missing: %(missing)s.")


class UnprintableCharacter(DomainError):
    template = gettext_noop(
        "“%(character)s” (%(codepoints)s) in “%(field)s” cannot be printed. Replace the character and try again."
    )
