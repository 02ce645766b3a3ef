"""The chain of hashes over issued documents. Who alters a row past the application breaks it."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Now

from invoices.models.base import survives_truncate
from invoices.triggers import LastingProtect, LastingTrigger

BEGINNING = "0" * 64
# What a link vouches for, as SQL over `note`, a row of delivery_notes. Links of existing notes rest on these texts:
# they never change; another content is another kind of link. Of numbers the value counts and not how it is stored.
ISSUED_CONTENT = """
encode(sha256(convert_to(jsonb_build_array(
    note.id, note.number, note.customer_id, note.delivered_on, note.order_number, note.subject, note.notes, note.total,
    note.issued_on, extract(epoch from note.issued_at), note.issued_by_id,
    extract(epoch from note.approved_at), note.approved_by_id, note.snapshot, note.pdf_sha256,
    note.line_rounding, note.tax_rounding, note.original_id, note.corrects_id, note.correction_reason,
    (select jsonb_agg(
        jsonb_build_array(line.position, line.code, line.name, trim_scale(line.quantity), line.unit,
            trim_scale(line.unit_price), line.tax_category_id, trim_scale(line.rate_override), line.rate_reason,
            line.note, line.original_position)
        order by line.position
     ) from delivery_note_lines as line where line.delivery_note_id = note.id)
)::text, 'UTF8')), 'hex')
"""
VOID_CONTENT = """
encode(sha256(convert_to(jsonb_build_array(
    note.id, note.number, extract(epoch from note.voided_at), note.voided_by_id, note.void_reason
)::text, 'UTF8')), 'hex')
"""
# A link's own hash, as SQL over its parts and that of the link before it.
LINK = """
encode(sha256(convert_to(jsonb_build_array({position}, {note_id}, {number}, {kind}, {content}, {previous})::text,
                         'UTF8')), 'hex')
"""
_BY_A_TRIGGER = """
    -- This trigger is one, what inserts must be another.
    if pg_trigger_depth() < 2 then
        raise exception 'links of the chain are made by the database alone' using errcode = 'restrict_violation';
    end if;
    return new;
"""


class ChainLink(models.Model):
    """What one event of a document was, and the hash of everything up to it. Positions have no gaps."""

    class Kind(models.TextChoices):
        ISSUED = "issued"
        VOID = "void"

    position = models.BigIntegerField(primary_key=True)
    # No reference, and the number once more: a link stays when its note was made to vanish.
    note_id = models.BigIntegerField()
    number = models.CharField(max_length=40)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    content_sha256 = models.CharField(max_length=64)
    link_sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "document_chain"
        default_permissions = ()
        constraints = (models.UniqueConstraint(name="document_chain_event", fields=["note_id", "kind"]),)
        triggers = (
            LastingTrigger(
                name="link_is_made_by_a_trigger",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_BY_A_TRIGGER,
            ),
            LastingProtect(name="link_is_kept", operation=pgtrigger.Update | pgtrigger.Delete),
            survives_truncate("links"),
        )

    def __str__(self) -> str:
        return f"{self.position} {self.number} {self.kind}"
