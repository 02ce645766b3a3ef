"""The chain of hashes, to which each note that is issued or voided from now on is appended."""

import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import invoices.triggers

SCHEMA = settings.SCHEMA

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
# Whoever appends waits until the transaction that appended last has ended. Nothing is locked after this.
APPEND = f"""
create function {SCHEMA}.append_to_chain(chained bigint, event text) returns void
language plpgsql set search_path = {SCHEMA}, pg_temp
as $$
declare
    next_position bigint;
    previous text;
    numbered text;
    content text;
begin
    perform pg_advisory_xact_lock(7205759403792793);
    if exists (select from document_chain where note_id = chained and kind = event) then
        return;
    end if;
    select note.number, case event when 'issued' then {ISSUED_CONTENT} else {VOID_CONTENT} end
        into numbered, content
        from delivery_notes as note where note.id = chained;
    if numbered is null then
        return;
    end if;
    select position + 1, link_sha256 into next_position, previous
        from document_chain order by position desc limit 1;
    next_position := coalesce(next_position, 1);
    previous := coalesce(previous, repeat('0', 64));
    insert into document_chain (position, note_id, number, kind, content_sha256, link_sha256) values (
        next_position, chained, numbered, event, content,
        encode(sha256(convert_to(
            jsonb_build_array(next_position, chained, numbered, event, content, previous)::text, 'UTF8'
        )), 'hex')
    );
end
$$
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0023_index_of_void_notes")]
    operations = [
        migrations.CreateModel(
            name="ChainLink",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("note_id", models.BigIntegerField()),
                ("number", models.CharField(max_length=40)),
                ("kind", models.CharField(choices=[("issued", "Issued"), ("void", "Void")], max_length=8)),
                ("content_sha256", models.CharField(max_length=64)),
                ("link_sha256", models.CharField(max_length=64)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "document_chain",
                "default_permissions": (),
            },
        ),
        migrations.AddConstraint(
            model_name="chainlink",
            constraint=models.UniqueConstraint(fields=("note_id", "kind"), name="document_chain_event"),
        ),
        migrations.RunSQL(APPEND, f"drop function {SCHEMA}.append_to_chain(bigint, text)"),
        pgtrigger.migrations.AddTrigger(
            model_name="deliverynote",
            trigger=pgtrigger.compiler.Trigger(
                name="issued_note_is_chained",
                sql=invoices.triggers.LastingTriggerSql(
                    condition='WHEN (NEW."number" IS NOT NULL)',
                    constraint="CONSTRAINT",
                    func="\n    perform append_to_chain(new.id, 'issued');\n    return null;\n",
                    hash="221024f65c646f72bac704c42530aa032a655f7d",
                    operation='INSERT OR UPDATE OF "number"',
                    pgid="pgtrigger_issued_note_is_chained_f8fd9",
                    table="delivery_notes",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliverynote",
            trigger=pgtrigger.compiler.Trigger(
                name="void_note_is_chained",
                sql=invoices.triggers.LastingTriggerSql(
                    condition="WHEN (NEW.\"state\" = 'void')",
                    constraint="CONSTRAINT",
                    func="\n    perform append_to_chain(new.id, 'void');\n    return null;\n",
                    hash="c9a5e5171a2d9cf5fa0c55e18c2a546ea76131a7",
                    operation='INSERT OR UPDATE OF "state"',
                    pgid="pgtrigger_void_note_is_chained_d6666",
                    table="delivery_notes",
                    timing="DEFERRABLE INITIALLY DEFERRED",
                    when="AFTER",
                ),
            ),
        ),
    ]
