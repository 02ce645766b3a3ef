"""Which issued notes were not printed yet. Those issued before do not wait: nobody recorded it."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import history.triggers


class Migration(migrations.Migration):
    dependencies = [("invoices", "0013_print_runs")]
    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="deliverynote",
            name="issued_note_is_frozen",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="deliverynote",
            name="waiting_note_is_unchanged",
        ),
        migrations.AddField(
            model_name="deliverynote",
            name="awaits_printing",
            field=models.BooleanField(db_default=False, default=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliverynote",
            trigger=pgtrigger.compiler.Trigger(
                name="issued_note_is_frozen",
                sql=history.triggers.LastingTriggerSql(
                    condition="WHEN (OLD.\"state\" IN ('issued', 'void'))",
                    func="\n    if old.state = 'void' and (new.state, new.voided_at, new.voided_by_id, new.void_reason)\n            is distinct from (old.state, old.voided_at, old.voided_by_id, old.void_reason)\n       or new.state in ('draft', 'waiting')\n       or new.awaits_printing and not old.awaits_printing\n       or to_jsonb(old) - '{state,voided_at,voided_by_id,void_reason,archived_at,awaits_printing}'::text[]\n            is distinct from to_jsonb(new) - '{state,voided_at,voided_by_id,void_reason,archived_at,awaits_printing}'::text[] then\n        raise exception 'delivery note % is issued and cannot be changed', old.number\n            using errcode = 'restrict_violation';\n    end if;\n    return new;\n",
                    hash="55ab7b5968adc0610b624ea68705f53d2cc8dc93",
                    operation="UPDATE",
                    pgid="pgtrigger_issued_note_is_frozen_a61f3",
                    table="delivery_notes",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliverynote",
            trigger=pgtrigger.compiler.Trigger(
                name="waiting_note_is_unchanged",
                sql=history.triggers.LastingTriggerSql(
                    condition="WHEN (OLD.\"state\" = 'waiting')",
                    func="\n    if to_jsonb(old) - '{state,number,total,issued_on,issued_at,issued_by_id,snapshot,pdf_sha256,updated_at,requested_at,requested_by_id,approved_at,approved_by_id,awaits_printing}'::text[]\n            is distinct from to_jsonb(new) - '{state,number,total,issued_on,issued_at,issued_by_id,snapshot,pdf_sha256,updated_at,requested_at,requested_by_id,approved_at,approved_by_id,awaits_printing}'::text[] then\n        raise exception 'delivery note % waits for approval and cannot be changed', old.id\n            using errcode = 'restrict_violation';\n    end if;\n    return new;\n",
                    hash="2840fa9f3cfa99e53ce854be71430adc4ef02e80",
                    operation="UPDATE",
                    pgid="pgtrigger_waiting_note_is_unchanged_cab6c",
                    table="delivery_notes",
                    when="BEFORE",
                ),
            ),
        ),
    ]
