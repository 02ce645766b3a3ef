"""One correction of a note, and why it was made; index and check are made while notes are written on."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

ONCE = models.UniqueConstraint(
    name="delivery_notes_corrected_once", fields=["corrects"], condition=models.Q(("corrects__isnull", False))
)
FACTS = models.CheckConstraint(
    name="delivery_notes_correction_facts",
    condition=models.Q(
        models.Q(("correction_reason", ""), ("corrects", None)),
        models.Q(
            ("corrects__isnull", False),
            ("original", None),
            models.Q(("correction_reason", ""), _negated=True),
        ),
        _connector="OR",
    ),
)
DROP = "drop index concurrently if exists delivery_notes_corrected_once"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("invoices", "0018_corrections")]
    operations = [
        # What an attempt that was cut short left behind goes first.
        migrations.RunSQL(
            [
                DROP,
                "create unique index concurrently delivery_notes_corrected_once on delivery_notes (corrects_id)"
                " where corrects_id is not null",
            ],
            [DROP],
            state_operations=[migrations.AddConstraint(model_name="deliverynote", constraint=ONCE)],
        ),
        AddConstraintNotValid(model_name="deliverynote", constraint=FACTS),
        ValidateConstraint(model_name="deliverynote", name="delivery_notes_correction_facts"),
    ]
