"""Steps that nobody changes, and that go with their draft."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

import invoices.triggers


class Migration(migrations.Migration):
    dependencies = [("invoices", "0006_steps_of_existing_notes")]
    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name="deliverynote",
            trigger=pgtrigger.compiler.Trigger(
                name="draft_takes_its_steps_along",
                sql=invoices.triggers.LastingTriggerSql(
                    func="\n    delete from delivery_note_steps where delivery_note_id = old.id;\n    return null;\n",
                    hash="09b1521ef0699a062ef4682de6c239920e4b71aa",
                    operation="DELETE",
                    pgid="pgtrigger_draft_takes_its_steps_along_b479c",
                    table="delivery_notes",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="notestep",
            trigger=pgtrigger.compiler.Trigger(
                name="note_steps_are_kept",
                sql=invoices.triggers.LastingTriggerSql(
                    func="\n    if tg_op = 'UPDATE'\n       or tg_op = 'DELETE' and exists (select from delivery_notes where id = old.delivery_note_id)\n       or tg_op = 'INSERT' and exists (\n           select from delivery_notes where id = new.delivery_note_id and number is not null\n       ) then\n        raise exception 'the history of a delivery note cannot be changed' using errcode = 'restrict_violation';\n    end if;\n    return case when tg_op = 'DELETE' then old else new end;\n",
                    hash="d496ae14478e704c5f58f619cca88cbe3f3ba4d8",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_note_steps_are_kept_3cae4",
                    table="delivery_note_steps",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="notestep",
            trigger=pgtrigger.compiler.Trigger(
                name="note_steps_survive_truncate",
                sql=invoices.triggers.LastingTriggerSql(
                    func="\n    if exists (select from delivery_notes where number is not null) then\n        raise exception 'issued delivery notes cannot be deleted' using errcode = 'restrict_violation';\n    end if;\n    return null;\n",
                    hash="5706218f0decb142cc14bcd6979df802541354cc",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_note_steps_survive_truncate_a1d81",
                    table="delivery_note_steps",
                    when="BEFORE",
                ),
            ),
        ),
    ]
