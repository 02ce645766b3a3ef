"""Signed receipts, which are kept as they were recorded."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import invoices.triggers


class Migration(migrations.Migration):
    dependencies = [
        ("invoices", "0019_one_correction_of_a_note"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SignedReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("received_on", models.DateField(verbose_name="received on")),
                ("signed_by", models.CharField(max_length=60, verbose_name="signed by")),
                (
                    "scan_kind",
                    models.CharField(
                        blank=True,
                        choices=[("application/pdf", "PDF"), ("image/jpeg", "JPEG"), ("image/png", "PNG")],
                        max_length=15,
                    ),
                ),
                ("scan_sha256", models.CharField(blank=True, max_length=64)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("creation_key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "delivery_note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="receipts", to="invoices.deliverynote"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "signed receipt",
                "verbose_name_plural": "signed receipts",
                "db_table": "signed_receipts",
                "ordering": ("id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("scan_kind", ""), ("scan_sha256", "")),
                            models.Q(
                                ("scan_kind__in", ["application/pdf", "image/jpeg", "image/png"]),
                                ("scan_sha256__regex", "^[0-9a-f]{64}$"),
                            ),
                            _connector="OR",
                        ),
                        name="signed_receipts_scan_facts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("signed_by", ""), _negated=True), name="signed_receipts_signer"
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="signedreceipt",
            trigger=pgtrigger.compiler.Trigger(
                name="signed_receipt_is_kept",
                sql=invoices.triggers.LastingTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="fe4a241060da0471c54b96d42bcb622f169035df",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_signed_receipt_is_kept_734bb",
                    table="signed_receipts",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="signedreceipt",
            trigger=pgtrigger.compiler.Trigger(
                name="signed_receipts_survive_truncate",
                sql=invoices.triggers.LastingTriggerSql(
                    func="\n    if exists (select from delivery_notes where number is not null) then\n        raise exception 'issued delivery notes cannot be deleted' using errcode = 'restrict_violation';\n    end if;\n    return null;\n",
                    hash="981fc7469173411fc7a6cb50186ec61536f2a876",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_signed_receipts_survive_truncate_5c7b3",
                    table="signed_receipts",
                    when="BEFORE",
                ),
            ),
        ),
    ]
