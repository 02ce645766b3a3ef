"""A delivery note as it is printed: every fact, nothing to look up, nothing to compute but its wording."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from invoices.domain.eras import Era
from invoices.domain.tax import PriceBasis, TaxClass, TaxKind, Totals


class Copy(StrEnum):
    """Which sheet of the set this is (domain: 納品書, 納品書（控）, 物品受領書)."""

    DELIVERY_NOTE = "delivery_note"
    FILE_COPY = "file_copy"
    RECEIPT = "receipt"


class InvoicePolicy(StrEnum):
    """Which paper is the customer's qualified invoice (適格請求書): this note, the monthly invoice, or both."""

    NOTE = "A"
    MONTHLY_INVOICE = "B"
    BOTH = "C"


class Language(StrEnum):
    """In which language the document is worded. What was typed stays as it is."""

    JAPANESE = "ja"
    ENGLISH = "en"


class Envelope(StrEnum):
    """What the document is posted in: with a window the address stands where that shows it, and nothing else does."""

    PLAIN = "plain"
    WINDOW = "window"


@dataclass(frozen=True, kw_only=True)
class Address:
    """Postal code as 123-4567 (or empty) and the address as typed, line breaks kept."""

    postal_code: str = ""
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """The buyer: legal name, and optionally a department, or a person with a job title."""

    name: str
    department: str = ""
    person_title: str = ""
    person: str = ""
    address: Address = Address()

    def addressee_lines(self) -> tuple[str, ...]:
        """Return the lines of the addressee with exactly one honorific: 様 for a person, else 御中."""
        organisation = tuple(part for part in (self.name, self.department) if part)
        if self.person:
            return (*organisation, " ".join(part for part in (self.person_title, self.person, "様") if part))
        return (*organisation[:-1], f"{organisation[-1]} 御中")


@dataclass(frozen=True, kw_only=True)
class ShipTo:
    """Where the goods go when that is not the buyer."""

    name: str
    address: Address = Address()


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """Our company. `seal` is a PNG or JPEG image, or None."""

    name: str
    address: Address = Address()
    telephone: str = ""
    fax: str = ""
    registration_number: str = ""
    seal: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row. `unit_price` has up to 4 decimals, `quantity` up to 3, `amount` is whole yen.

    `customer_code` is what the customer calls the goods; empty unless the customer wants that printed.
    """

    code: str
    name: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    amount: int
    tax_class: TaxClass
    note: str = ""
    customer_code: str = ""

    @property
    def is_reduced(self) -> bool:
        return self.tax_class.kind is TaxKind.REDUCED


@dataclass(frozen=True, kw_only=True)
class Original:
    """The document a return note takes back, or a correction stands in the place of."""

    number: str
    delivered_on: date


@dataclass(frozen=True, kw_only=True)
class Document:
    """All a sheet shows. `number` and `issued_on` are None on a draft, which prints 下書き instead.

    `original` is set on a return note (赤伝), whose quantities are negative, `corrects` on a note that was issued in
    the place of another (訂正). `eras` are those that were known when it was issued, and its dates are written by them;
    without any they are written by the common era.
    The last block describes this printing, not the transaction: the same note prints as several copies, with prices
    hidden, as the n-th reprint, or voided.
    """

    number: str | None
    issued_on: date | None
    delivered_on: date
    recipient: Recipient
    issuer: Issuer
    lines: tuple[Line, ...]
    basis: PriceBasis
    totals: Totals
    policy: InvoicePolicy
    ship_to: ShipTo | None = None
    order_number: str = ""
    subject: str = ""
    notes: str = ""
    original: Original | None = None
    corrects: Original | None = None
    language: Language = Language.JAPANESE
    eras: tuple[Era, ...] = ()
    envelope: Envelope = Envelope.PLAIN

    copy: Copy = Copy.DELIVERY_NOTE
    is_price_hidden: bool = False
    reprint_ordinal: int | None = None
    is_void: bool = False

    @property
    def has_reduced_line(self) -> bool:
        return any(line.is_reduced for line in self.lines)

    @property
    def is_tax_for_reference(self) -> bool:
        """Whether the tax shown is only for reference (参考), because the monthly invoice states the real one."""
        return self.policy is InvoicePolicy.MONTHLY_INVOICE
