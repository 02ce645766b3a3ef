"""Rows and constraints of customers, issuers and delivery notes. Workflow is in services."""

from invoices.models.chain import ChainLink
from invoices.models.customers import Customer, CustomerItemCode
from invoices.models.history import NoteStep
from invoices.models.issuers import Issuer, Seal
from invoices.models.items import LineItem
from invoices.models.mails import MailState, MailTemplate, OutgoingMail
from invoices.models.notes import DeliveryNote, DeliveryNoteLine, NoteState
from invoices.models.numbers import NumberCounter, NumberSeries
from invoices.models.prices import CustomerPercentage, CustomerPrice
from invoices.models.printing import NotePrinting, PrintRun, UnprintedNote
from invoices.models.receipts import ScanKind, SignedReceipt

__all__ = [
    "ChainLink",
    "Customer",
    "CustomerItemCode",
    "CustomerPercentage",
    "CustomerPrice",
    "DeliveryNote",
    "DeliveryNoteLine",
    "Issuer",
    "LineItem",
    "MailState",
    "MailTemplate",
    "NotePrinting",
    "NoteState",
    "NoteStep",
    "NumberCounter",
    "NumberSeries",
    "OutgoingMail",
    "PrintRun",
    "ScanKind",
    "Seal",
    "SignedReceipt",
    "UnprintedNote",
]
