"""Returns: what takes back what, and how much of it at most."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import invoices.triggers


class Migration(migrations.Migration):
    dependencies = [
        ("invoices", "0015_unprinted_and_delivery_date_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="deliverynote",
            name="waiting_note_is_unchanged",
        ),
        migrations.AddField(
            model_name="deliverynote",
            name="line_rounding",
            field=models.CharField(blank=True, db_default="", default="", max_length=8),
        ),
        migrations.AddField(
            model_name="deliverynote",
            name="original",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="returns",
                to="invoices.deliverynote",
            ),
        ),
        migrations.AddField(
            model_name="deliverynote",
            name="tax_rounding",
            field=models.CharField(blank=True, db_default="", default="", max_length=8),
        ),
        migrations.AddField(
            model_name="deliverynoteline",
            name="original_position",
            field=models.PositiveIntegerField(null=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliverynote",
            trigger=pgtrigger.compiler.Trigger(
                name="waiting_note_is_unchanged",
                sql=invoices.triggers.LastingTriggerSql(
                    condition="WHEN (OLD.\"state\" = 'waiting')",
                    func="\n    if to_jsonb(old) - '{state,number,total,issued_on,issued_at,issued_by_id,snapshot,pdf_sha256,updated_at,requested_at,requested_by_id,approved_at,approved_by_id,awaits_printing,line_rounding,tax_rounding}'::text[]\n            is distinct from to_jsonb(new) - '{state,number,total,issued_on,issued_at,issued_by_id,snapshot,pdf_sha256,updated_at,requested_at,requested_by_id,approved_at,approved_by_id,awaits_printing,line_rounding,tax_rounding}'::text[] then\n        raise exception 'delivery note % waits for approval and cannot be changed', old.id\n            using errcode = 'restrict_violation';\n    end if;\n    return new;\n",
                    hash="4330ddada10f4b855d12da4d272c9e2ec6ae7dc9",
                    operation="UPDATE",
                    pgid="pgtrigger_waiting_note_is_unchanged_cab6c",
                    table="delivery_notes",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliverynote",
            trigger=pgtrigger.compiler.Trigger(
                name="returned_within_delivered",
                sql=invoices.triggers.LastingTriggerSql(
                    condition="WHEN (NEW.\"original_id\" IS NOT NULL AND NEW.\"state\" IN ('waiting', 'issued'))",
                    func="\n    if tg_op = 'UPDATE' and old.state = new.state then\n        return new;\n    end if;\n    perform from delivery_notes where id = new.original_id for no key update;\n    if not exists (select from delivery_notes where id = new.original_id and state = 'issued' and original_id is null)\n    then\n        raise exception 'delivery note % takes back goods of a note that is not issued', new.id\n            using errcode = 'restrict_violation';\n    end if;\n    if exists (\n        select from delivery_note_lines as back\n        left join delivery_note_lines as delivered\n            on delivered.delivery_note_id = new.original_id and delivered.position = back.original_position\n        where back.delivery_note_id = new.id\n          and (delivered.id is null or sign(back.quantity) = sign(delivered.quantity)\n               or (back.unit_price, back.tax_category_id, back.rate_override)\n                  is distinct from (delivered.unit_price, delivered.tax_category_id, delivered.rate_override))\n    ) then\n        raise exception 'the lines of return % are not those of its original', new.id\n            using errcode = 'restrict_violation';\n    end if;\n    if exists (\n        select from delivery_notes as slip\n        join delivery_note_lines as back on back.delivery_note_id = slip.id\n        join delivery_note_lines as delivered\n            on delivered.delivery_note_id = slip.original_id and delivered.position = back.original_position\n        where slip.original_id = new.original_id and (slip.state in ('waiting', 'issued') or slip.id = new.id)\n        group by delivered.id, delivered.quantity\n        having abs(sum(back.quantity)) > abs(delivered.quantity)\n    ) then\n        raise exception 'return % takes back more than was delivered', new.id using errcode = 'restrict_violation';\n    end if;\n    return new;\n",
                    hash="d008e4f4693aea945300888ecfcaf7bbd35ed821",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_returned_within_delivered_7403d",
                    table="delivery_notes",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliverynote",
            trigger=pgtrigger.compiler.Trigger(
                name="returned_note_is_not_void",
                sql=invoices.triggers.LastingTriggerSql(
                    condition="WHEN (NEW.\"state\" = 'void' AND OLD.\"state\" = 'issued')",
                    func="\n    if exists (select from delivery_notes where original_id = new.id and state in ('waiting', 'issued')) then\n        raise exception 'delivery note % has returns and cannot be void', new.number\n            using errcode = 'restrict_violation';\n    end if;\n    return new;\n",
                    hash="06a545094bac9c9d9ac806675194085eb0dad78e",
                    operation="UPDATE",
                    pgid="pgtrigger_returned_note_is_not_void_45777",
                    table="delivery_notes",
                    when="BEFORE",
                ),
            ),
        ),
    ]
