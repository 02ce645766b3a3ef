"""What was printed, by whom, and what could not be."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import history.triggers

# What the triggers call. Going back, pgtrigger takes the triggers and leaves these.
FUNCTIONS = [
    "pgtrigger_print_runs_are_kept_22a9b",
    "pgtrigger_print_runs_survive_truncate_72be7",
    "pgtrigger_note_printings_are_kept_30b67",
    "pgtrigger_note_printings_survive_truncate_3a53b",
    "pgtrigger_unprinted_notes_are_kept_1c4ae",
    "pgtrigger_unprinted_notes_survive_truncate_7a3ce",
]
DROP = ";".join(f"drop function if exists {settings.SCHEMA}.{name}()" for name in FUNCTIONS)


class Migration(migrations.Migration):
    dependencies = [("invoices", "0012_customer_item_codes"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, DROP),
        migrations.CreateModel(
            name="NotePrinting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveIntegerField()),
                ("ordinal", models.PositiveIntegerField()),
                ("profile", models.JSONField()),
            ],
            options={
                "db_table": "note_printings",
                "ordering": ("run", "place"),
            },
        ),
        migrations.CreateModel(
            name="PrintRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="printed at"
                    ),
                ),
                ("address", models.GenericIPAddressField(null=True)),
                ("request_id", models.CharField(blank=True, max_length=128)),
            ],
            options={
                "db_table": "print_runs",
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="UnprintedNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveIntegerField()),
                ("number", models.CharField(max_length=80)),
                ("customer", models.CharField(max_length=200)),
                ("reason", models.TextField()),
            ],
            options={
                "db_table": "unprinted_notes",
                "ordering": ("run", "place"),
            },
        ),
        migrations.AddField(
            model_name="noteprinting",
            name="delivery_note",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="printings", to="invoices.deliverynote"
            ),
        ),
        migrations.AddField(
            model_name="printrun",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="noteprinting",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="printings", to="invoices.printrun"
            ),
        ),
        migrations.AddField(
            model_name="unprintednote",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="unprinted", to="invoices.printrun"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="printrun",
            trigger=pgtrigger.compiler.Trigger(
                name="print_runs_are_kept",
                sql=history.triggers.LastingTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="8b9789fc064cf7fb24d18499eb4114549f9b9384",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_print_runs_are_kept_22a9b",
                    table="print_runs",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="printrun",
            trigger=pgtrigger.compiler.Trigger(
                name="print_runs_survive_truncate",
                sql=history.triggers.LastingTriggerSql(
                    func="\n    if exists (select from delivery_notes where number is not null) then\n        raise exception 'issued delivery notes cannot be deleted' using errcode = 'restrict_violation';\n    end if;\n    return null;\n",
                    hash="0aa417bde421bd9308c8c006b740e5a9180b6b36",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_print_runs_survive_truncate_72be7",
                    table="print_runs",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="noteprinting",
            constraint=models.UniqueConstraint(fields=("run", "place"), name="note_printings_place"),
        ),
        migrations.AddConstraint(
            model_name="noteprinting",
            constraint=models.UniqueConstraint(fields=("delivery_note", "ordinal"), name="note_printings_ordinal"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="noteprinting",
            trigger=pgtrigger.compiler.Trigger(
                name="note_printings_are_kept",
                sql=history.triggers.LastingTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="30be51ae4486272045149aebb83d7b41d172e8fa",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_note_printings_are_kept_30b67",
                    table="note_printings",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="noteprinting",
            trigger=pgtrigger.compiler.Trigger(
                name="note_printings_survive_truncate",
                sql=history.triggers.LastingTriggerSql(
                    func="\n    if exists (select from delivery_notes where number is not null) then\n        raise exception 'issued delivery notes cannot be deleted' using errcode = 'restrict_violation';\n    end if;\n    return null;\n",
                    hash="993ef191649cc232cf3c32e1cc5b2eb0da7f2499",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_note_printings_survive_truncate_3a53b",
                    table="note_printings",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="unprintednote",
            constraint=models.UniqueConstraint(fields=("run", "place"), name="unprinted_notes_place"),
        ),
        migrations.AddConstraint(
            model_name="unprintednote",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="unprinted_notes_reason"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="unprintednote",
            trigger=pgtrigger.compiler.Trigger(
                name="unprinted_notes_are_kept",
                sql=history.triggers.LastingTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="66b230372ccf4e611228801e7c693c5c041448b9",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_unprinted_notes_are_kept_1c4ae",
                    table="unprinted_notes",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="unprintednote",
            trigger=pgtrigger.compiler.Trigger(
                name="unprinted_notes_survive_truncate",
                sql=history.triggers.LastingTriggerSql(
                    func="\n    if exists (select from delivery_notes where number is not null) then\n        raise exception 'issued delivery notes cannot be deleted' using errcode = 'restrict_violation';\n    end if;\n    return null;\n",
                    hash="f5b907494291caaf32d84a300bbdfa50f83cb07a",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_unprinted_notes_survive_truncate_7a3ce",
                    table="unprinted_notes",
                    when="BEFORE",
                ),
            ),
        ),
    ]
