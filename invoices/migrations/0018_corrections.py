"""Corrections: which note stands in the place of which, and why."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import invoices.triggers


class Migration(migrations.Migration):
    dependencies = [
        ("invoices", "0017_index_of_returns"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="deliverynote",
            name="correction_reason",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=200, verbose_name="reason for correcting"
            ),
        ),
        migrations.AddField(
            model_name="deliverynote",
            name="corrects",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="invoices.deliverynote",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliverynote",
            trigger=pgtrigger.compiler.Trigger(
                name="corrected_note_is_void",
                sql=invoices.triggers.LastingTriggerSql(
                    condition='WHEN (NEW."corrects_id" IS NOT NULL AND NEW."state" = \'issued\')',
                    func="\n    if tg_op = 'UPDATE' and old.state = new.state then\n        return new;\n    end if;\n    if new.corrects_id = new.id or exists (select from delivery_notes where id = new.corrects_id and state <> 'void')\n    then\n        raise exception 'delivery note % is the correction of a note that is not void', new.id\n            using errcode = 'restrict_violation';\n    end if;\n    return new;\n",
                    hash="7eacc218d6c1ce4f1823851836e84a578b6a1fc7",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_corrected_note_is_void_b0f3b",
                    table="delivery_notes",
                    when="BEFORE",
                ),
            ),
        ),
    ]
