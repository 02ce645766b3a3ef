"""Rows and constraints of customers, issuers and delivery notes. Workflow is in services."""

from invoices.models.customers import Customer
from invoices.models.history import NoteStep
from invoices.models.issuers import Issuer, Seal
from invoices.models.notes import DeliveryNote, DeliveryNoteLine, NoteState
from invoices.models.numbers import NumberCounter, NumberSeries
from invoices.models.prices import CustomerPercentage, CustomerPrice

__all__ = [
    "Customer",
    "CustomerPercentage",
    "CustomerPrice",
    "DeliveryNote",
    "DeliveryNoteLine",
    "Issuer",
    "NoteState",
    "NoteStep",
    "NumberCounter",
    "NumberSeries",
    "Seal",
]
