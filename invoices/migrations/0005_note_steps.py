"""The steps of delivery notes."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("invoices", "0004_approval_limit"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name="NoteStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("written", "Written"),
                            ("requested", "Approval asked for"),
                            ("withdrawn", "Withdrawn"),
                            ("returned", "Returned"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "delivery_note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="steps",
                        to="invoices.deliverynote",
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("reason", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "db_table": "delivery_note_steps",
                "ordering": ("id",),
            },
        ),
        migrations.AddConstraint(
            model_name="notestep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "returned"), models.Q(("reason", ""), _negated=True)),
                    models.Q(("kind__in", ["written", "requested", "withdrawn"]), ("reason", "")),
                    _connector="OR",
                ),
                name="delivery_note_steps_reason",
            ),
        ),
    ]
