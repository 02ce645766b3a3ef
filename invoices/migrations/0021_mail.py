"""Mails: their texts, their queue, and where customers get them."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import history.triggers


class Migration(migrations.Migration):
    dependencies = [
        ("invoices", "0020_signed_receipts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MailTemplate",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True,
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="created at",
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        auto_now=True, db_default=django.db.models.functions.datetime.Now(), verbose_name="updated at"
                    ),
                ),
                (
                    "code",
                    models.CharField(max_length=32, primary_key=True, serialize=False, verbose_name="kind of document"),
                ),
                ("mail_subject", models.CharField(max_length=200, verbose_name="mail's subject")),
                ("body", models.TextField(max_length=4000, verbose_name="mail's text")),
            ],
            options={
                "verbose_name": "mail template",
                "verbose_name_plural": "mail templates",
                "db_table": "mail_templates",
            },
        ),
        migrations.CreateModel(
            name="MailTemplateChange",
            fields=[
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField()),
                (
                    "pgh_label",
                    models.TextField(choices=[("insert", "added"), ("update", "changed"), ("delete", "deleted")]),
                ),
                ("pgh_role", models.TextField()),
                ("pgh_program", models.TextField()),
                ("pgh_request", models.TextField()),
                ("pgh_load", models.BigIntegerField(null=True)),
                ("pgh_former", models.JSONField(null=True)),
                ("code", models.CharField(max_length=32, serialize=False, verbose_name="kind of document")),
                ("mail_subject", models.CharField(max_length=200, verbose_name="mail's subject")),
                ("body", models.TextField(max_length=4000, verbose_name="mail's text")),
            ],
            options={
                "verbose_name": "mail template",
                "db_table": "mail_template_changes",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="OutgoingMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("recipient", models.EmailField(max_length=254, verbose_name="recipient")),
                ("mail_subject", models.CharField(max_length=200, verbose_name="mail's subject")),
                ("body", models.TextField(max_length=8000, verbose_name="mail's text")),
                ("pdf_sha256", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "To be sent"),
                            ("sending", "Being sent"),
                            ("sent", "Sent"),
                            ("failed", "Not sent"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="queued",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent at")),
                ("failure", models.CharField(blank=True, max_length=500)),
                ("message_id", models.CharField(max_length=200)),
                ("queued_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("creation_key", models.UUIDField(default=uuid.uuid4, editable=False)),
            ],
            options={
                "verbose_name": "outgoing mail",
                "verbose_name_plural": "outgoing mails",
                "db_table": "outgoing_mails",
                "ordering": ("id",),
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="customer",
            name="record_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="customer",
            name="record_delete",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="customer",
            name="record_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="customer",
            name="record_truncate",
        ),
        migrations.AddField(
            model_name="customer",
            name="mail_to",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=1000, verbose_name="mail addresses"
            ),
        ),
        migrations.AddField(
            model_name="customerchange",
            name="mail_to",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=1000, verbose_name="mail addresses"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customer",
            trigger=pgtrigger.compiler.Trigger(
                name="record_insert",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO customer_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "code", "name", "kana", "department", "person_title", "person", "postal_code", "address", "telephone", "mail_to", "ship_to_name", "ship_to_postal_code", "ship_to_address", "price_basis", "line_rounding", "tax_rounding", "invoice_policy", "language", "has_era_dates", "has_item_codes", "envelope", "note_copies", "priceless_copies", "file_copies", "receipt_copies", "has_receipt_prices", "sheet_use", "delivery_route", "note", "is_active") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'insert\', NULL, new_row."id", new_row."code", new_row."name", new_row."kana", new_row."department", new_row."person_title", new_row."person", new_row."postal_code", new_row."address", new_row."telephone", new_row."mail_to", new_row."ship_to_name", new_row."ship_to_postal_code", new_row."ship_to_address", new_row."price_basis", new_row."line_rounding", new_row."tax_rounding", new_row."invoice_policy", new_row."language", new_row."has_era_dates", new_row."has_item_codes", new_row."envelope", new_row."note_copies", new_row."priceless_copies", new_row."file_copies", new_row."receipt_copies", new_row."has_receipt_prices", new_row."sheet_use", new_row."delivery_route", new_row."note", new_row."is_active" FROM told, new_rows AS new_row; RETURN NULL;',
                    hash="c1878833ca1609e02616901d82a3692b253b5416",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_record_insert_3384a",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="customers",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customer",
            trigger=pgtrigger.compiler.Trigger(
                name="record_delete",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO customer_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "code", "name", "kana", "department", "person_title", "person", "postal_code", "address", "telephone", "mail_to", "ship_to_name", "ship_to_postal_code", "ship_to_address", "price_basis", "line_rounding", "tax_rounding", "invoice_policy", "language", "has_era_dates", "has_item_codes", "envelope", "note_copies", "priceless_copies", "file_copies", "receipt_copies", "has_receipt_prices", "sheet_use", "delivery_route", "note", "is_active") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."id", old_row."code", old_row."name", old_row."kana", old_row."department", old_row."person_title", old_row."person", old_row."postal_code", old_row."address", old_row."telephone", old_row."mail_to", old_row."ship_to_name", old_row."ship_to_postal_code", old_row."ship_to_address", old_row."price_basis", old_row."line_rounding", old_row."tax_rounding", old_row."invoice_policy", old_row."language", old_row."has_era_dates", old_row."has_item_codes", old_row."envelope", old_row."note_copies", old_row."priceless_copies", old_row."file_copies", old_row."receipt_copies", old_row."has_receipt_prices", old_row."sheet_use", old_row."delivery_route", old_row."note", old_row."is_active" FROM told, old_rows AS old_row; RETURN NULL;',
                    hash="58df0cff95e3a64f5339e3932ed33c2900739c3a",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_record_delete_5b66f",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="customers",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customer",
            trigger=pgtrigger.compiler.Trigger(
                name="record_update",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO customer_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "code", "name", "kana", "department", "person_title", "person", "postal_code", "address", "telephone", "mail_to", "ship_to_name", "ship_to_postal_code", "ship_to_address", "price_basis", "line_rounding", "tax_rounding", "invoice_policy", "language", "has_era_dates", "has_item_codes", "envelope", "note_copies", "priceless_copies", "file_copies", "receipt_copies", "has_receipt_prices", "sheet_use", "delivery_route", "note", "is_active") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, CASE WHEN old_row."id" IS NULL THEN \'insert\' WHEN new_row."id" IS NULL THEN \'delete\' ELSE \'update\' END, CASE WHEN NOT (old_row."id" IS NULL OR new_row."id" IS NULL) THEN CASE WHEN old_row."id" IS DISTINCT FROM new_row."id" THEN jsonb_build_object(\'id\', old_row."id") ELSE \'{}\' END || CASE WHEN old_row."code" IS DISTINCT FROM new_row."code" THEN jsonb_build_object(\'code\', old_row."code") ELSE \'{}\' END || CASE WHEN old_row."name" IS DISTINCT FROM new_row."name" THEN jsonb_build_object(\'name\', old_row."name") ELSE \'{}\' END || CASE WHEN old_row."kana" IS DISTINCT FROM new_row."kana" THEN jsonb_build_object(\'kana\', old_row."kana") ELSE \'{}\' END || CASE WHEN old_row."department" IS DISTINCT FROM new_row."department" THEN jsonb_build_object(\'department\', old_row."department") ELSE \'{}\' END || CASE WHEN old_row."person_title" IS DISTINCT FROM new_row."person_title" THEN jsonb_build_object(\'person_title\', old_row."person_title") ELSE \'{}\' END || CASE WHEN old_row."person" IS DISTINCT FROM new_row."person" THEN jsonb_build_object(\'person\', old_row."person") ELSE \'{}\' END || CASE WHEN old_row."postal_code" IS DISTINCT FROM new_row."postal_code" THEN jsonb_build_object(\'postal_code\', old_row."postal_code") ELSE \'{}\' END || CASE WHEN old_row."address" IS DISTINCT FROM new_row."address" THEN jsonb_build_object(\'address\', old_row."address") ELSE \'{}\' END || CASE WHEN old_row."telephone" IS DISTINCT FROM new_row."telephone" THEN jsonb_build_object(\'telephone\', old_row."telephone") ELSE \'{}\' END || CASE WHEN old_row."mail_to" IS DISTINCT FROM new_row."mail_to" THEN jsonb_build_object(\'mail_to\', old_row."mail_to") ELSE \'{}\' END || CASE WHEN old_row."ship_to_name" IS DISTINCT FROM new_row."ship_to_name" THEN jsonb_build_object(\'ship_to_name\', old_row."ship_to_name") ELSE \'{}\' END || CASE WHEN old_row."ship_to_postal_code" IS DISTINCT FROM new_row."ship_to_postal_code" THEN jsonb_build_object(\'ship_to_postal_code\', old_row."ship_to_postal_code") ELSE \'{}\' END || CASE WHEN old_row."ship_to_address" IS DISTINCT FROM new_row."ship_to_address" THEN jsonb_build_object(\'ship_to_address\', old_row."ship_to_address") ELSE \'{}\' END || CASE WHEN old_row."price_basis" IS DISTINCT FROM new_row."price_basis" THEN jsonb_build_object(\'price_basis\', old_row."price_basis") ELSE \'{}\' END || CASE WHEN old_row."line_rounding" IS DISTINCT FROM new_row."line_rounding" THEN jsonb_build_object(\'line_rounding\', old_row."line_rounding") ELSE \'{}\' END || CASE WHEN old_row."tax_rounding" IS DISTINCT FROM new_row."tax_rounding" THEN jsonb_build_object(\'tax_rounding\', old_row."tax_rounding") ELSE \'{}\' END || CASE WHEN old_row."invoice_policy" IS DISTINCT FROM new_row."invoice_policy" THEN jsonb_build_object(\'invoice_policy\', old_row."invoice_policy") ELSE \'{}\' END || CASE WHEN old_row."language" IS DISTINCT FROM new_row."language" THEN jsonb_build_object(\'language\', old_row."language") ELSE \'{}\' END || CASE WHEN old_row."has_era_dates" IS DISTINCT FROM new_row."has_era_dates" THEN jsonb_build_object(\'has_era_dates\', old_row."has_era_dates") ELSE \'{}\' END || CASE WHEN old_row."has_item_codes" IS DISTINCT FROM new_row."has_item_codes" THEN jsonb_build_object(\'has_item_codes\', old_row."has_item_codes") ELSE \'{}\' END || CASE WHEN old_row."envelope" IS DISTINCT FROM new_row."envelope" THEN jsonb_build_object(\'envelope\', old_row."envelope") ELSE \'{}\' END || CASE WHEN old_row."note_copies" IS DISTINCT FROM new_row."note_copies" THEN jsonb_build_object(\'note_copies\', old_row."note_copies") ELSE \'{}\' END || CASE WHEN old_row."priceless_copies" IS DISTINCT FROM new_row."priceless_copies" THEN jsonb_build_object(\'priceless_copies\', old_row."priceless_copies") ELSE \'{}\' END || CASE WHEN old_row."file_copies" IS DISTINCT FROM new_row."file_copies" THEN jsonb_build_object(\'file_copies\', old_row."file_copies") ELSE \'{}\' END || CASE WHEN old_row."receipt_copies" IS DISTINCT FROM new_row."receipt_copies" THEN jsonb_build_object(\'receipt_copies\', old_row."receipt_copies") ELSE \'{}\' END || CASE WHEN old_row."has_receipt_prices" IS DISTINCT FROM new_row."has_receipt_prices" THEN jsonb_build_object(\'has_receipt_prices\', old_row."has_receipt_prices") ELSE \'{}\' END || CASE WHEN old_row."sheet_use" IS DISTINCT FROM new_row."sheet_use" THEN jsonb_build_object(\'sheet_use\', old_row."sheet_use") ELSE \'{}\' END || CASE WHEN old_row."delivery_route" IS DISTINCT FROM new_row."delivery_route" THEN jsonb_build_object(\'delivery_route\', old_row."delivery_route") ELSE \'{}\' END || CASE WHEN old_row."note" IS DISTINCT FROM new_row."note" THEN jsonb_build_object(\'note\', old_row."note") ELSE \'{}\' END || CASE WHEN old_row."is_active" IS DISTINCT FROM new_row."is_active" THEN jsonb_build_object(\'is_active\', old_row."is_active") ELSE \'{}\' END END, CASE WHEN new_row."id" IS NULL THEN old_row."id" ELSE new_row."id" END, CASE WHEN new_row."id" IS NULL THEN old_row."code" ELSE new_row."code" END, CASE WHEN new_row."id" IS NULL THEN old_row."name" ELSE new_row."name" END, CASE WHEN new_row."id" IS NULL THEN old_row."kana" ELSE new_row."kana" END, CASE WHEN new_row."id" IS NULL THEN old_row."department" ELSE new_row."department" END, CASE WHEN new_row."id" IS NULL THEN old_row."person_title" ELSE new_row."person_title" END, CASE WHEN new_row."id" IS NULL THEN old_row."person" ELSE new_row."person" END, CASE WHEN new_row."id" IS NULL THEN old_row."postal_code" ELSE new_row."postal_code" END, CASE WHEN new_row."id" IS NULL THEN old_row."address" ELSE new_row."address" END, CASE WHEN new_row."id" IS NULL THEN old_row."telephone" ELSE new_row."telephone" END, CASE WHEN new_row."id" IS NULL THEN old_row."mail_to" ELSE new_row."mail_to" END, CASE WHEN new_row."id" IS NULL THEN old_row."ship_to_name" ELSE new_row."ship_to_name" END, CASE WHEN new_row."id" IS NULL THEN old_row."ship_to_postal_code" ELSE new_row."ship_to_postal_code" END, CASE WHEN new_row."id" IS NULL THEN old_row."ship_to_address" ELSE new_row."ship_to_address" END, CASE WHEN new_row."id" IS NULL THEN old_row."price_basis" ELSE new_row."price_basis" END, CASE WHEN new_row."id" IS NULL THEN old_row."line_rounding" ELSE new_row."line_rounding" END, CASE WHEN new_row."id" IS NULL THEN old_row."tax_rounding" ELSE new_row."tax_rounding" END, CASE WHEN new_row."id" IS NULL THEN old_row."invoice_policy" ELSE new_row."invoice_policy" END, CASE WHEN new_row."id" IS NULL THEN old_row."language" ELSE new_row."language" END, CASE WHEN new_row."id" IS NULL THEN old_row."has_era_dates" ELSE new_row."has_era_dates" END, CASE WHEN new_row."id" IS NULL THEN old_row."has_item_codes" ELSE new_row."has_item_codes" END, CASE WHEN new_row."id" IS NULL THEN old_row."envelope" ELSE new_row."envelope" END, CASE WHEN new_row."id" IS NULL THEN old_row."note_copies" ELSE new_row."note_copies" END, CASE WHEN new_row."id" IS NULL THEN old_row."priceless_copies" ELSE new_row."priceless_copies" END, CASE WHEN new_row."id" IS NULL THEN old_row."file_copies" ELSE new_row."file_copies" END, CASE WHEN new_row."id" IS NULL THEN old_row."receipt_copies" ELSE new_row."receipt_copies" END, CASE WHEN new_row."id" IS NULL THEN old_row."has_receipt_prices" ELSE new_row."has_receipt_prices" END, CASE WHEN new_row."id" IS NULL THEN old_row."sheet_use" ELSE new_row."sheet_use" END, CASE WHEN new_row."id" IS NULL THEN old_row."delivery_route" ELSE new_row."delivery_route" END, CASE WHEN new_row."id" IS NULL THEN old_row."note" ELSE new_row."note" END, CASE WHEN new_row."id" IS NULL THEN old_row."is_active" ELSE new_row."is_active" END FROM told, old_rows AS old_row FULL JOIN new_rows AS new_row ON old_row."id" = new_row."id" WHERE old_row."id" IS DISTINCT FROM new_row."id" OR old_row."code" IS DISTINCT FROM new_row."code" OR old_row."name" IS DISTINCT FROM new_row."name" OR old_row."kana" IS DISTINCT FROM new_row."kana" OR old_row."department" IS DISTINCT FROM new_row."department" OR old_row."person_title" IS DISTINCT FROM new_row."person_title" OR old_row."person" IS DISTINCT FROM new_row."person" OR old_row."postal_code" IS DISTINCT FROM new_row."postal_code" OR old_row."address" IS DISTINCT FROM new_row."address" OR old_row."telephone" IS DISTINCT FROM new_row."telephone" OR old_row."mail_to" IS DISTINCT FROM new_row."mail_to" OR old_row."ship_to_name" IS DISTINCT FROM new_row."ship_to_name" OR old_row."ship_to_postal_code" IS DISTINCT FROM new_row."ship_to_postal_code" OR old_row."ship_to_address" IS DISTINCT FROM new_row."ship_to_address" OR old_row."price_basis" IS DISTINCT FROM new_row."price_basis" OR old_row."line_rounding" IS DISTINCT FROM new_row."line_rounding" OR old_row."tax_rounding" IS DISTINCT FROM new_row."tax_rounding" OR old_row."invoice_policy" IS DISTINCT FROM new_row."invoice_policy" OR old_row."language" IS DISTINCT FROM new_row."language" OR old_row."has_era_dates" IS DISTINCT FROM new_row."has_era_dates" OR old_row."has_item_codes" IS DISTINCT FROM new_row."has_item_codes" OR old_row."envelope" IS DISTINCT FROM new_row."envelope" OR old_row."note_copies" IS DISTINCT FROM new_row."note_copies" OR old_row."priceless_copies" IS DISTINCT FROM new_row."priceless_copies" OR old_row."file_copies" IS DISTINCT FROM new_row."file_copies" OR old_row."receipt_copies" IS DISTINCT FROM new_row."receipt_copies" OR old_row."has_receipt_prices" IS DISTINCT FROM new_row."has_receipt_prices" OR old_row."sheet_use" IS DISTINCT FROM new_row."sheet_use" OR old_row."delivery_route" IS DISTINCT FROM new_row."delivery_route" OR old_row."note" IS DISTINCT FROM new_row."note" OR old_row."is_active" IS DISTINCT FROM new_row."is_active"; RETURN NULL;',
                    hash="f2331e204a281e3b53385decfcacc3bdb00cfaf5",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_record_update_70c7a",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="customers",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customer",
            trigger=pgtrigger.compiler.Trigger(
                name="record_truncate",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO customer_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "code", "name", "kana", "department", "person_title", "person", "postal_code", "address", "telephone", "mail_to", "ship_to_name", "ship_to_postal_code", "ship_to_address", "price_basis", "line_rounding", "tax_rounding", "invoice_policy", "language", "has_era_dates", "has_item_codes", "envelope", "note_copies", "priceless_copies", "file_copies", "receipt_copies", "has_receipt_prices", "sheet_use", "delivery_route", "note", "is_active") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."id", old_row."code", old_row."name", old_row."kana", old_row."department", old_row."person_title", old_row."person", old_row."postal_code", old_row."address", old_row."telephone", old_row."mail_to", old_row."ship_to_name", old_row."ship_to_postal_code", old_row."ship_to_address", old_row."price_basis", old_row."line_rounding", old_row."tax_rounding", old_row."invoice_policy", old_row."language", old_row."has_era_dates", old_row."has_item_codes", old_row."envelope", old_row."note_copies", old_row."priceless_copies", old_row."file_copies", old_row."receipt_copies", old_row."has_receipt_prices", old_row."sheet_use", old_row."delivery_route", old_row."note", old_row."is_active" FROM told, customers AS old_row; RETURN NULL;',
                    hash="3d48f6321a0bd38593f3827512491c0e120e635a",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_record_truncate_39037",
                    table="customers",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="mailtemplate",
            trigger=pgtrigger.compiler.Trigger(
                name="record_insert",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO mail_template_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "code", "mail_subject", "body") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'insert\', NULL, new_row."code", new_row."mail_subject", new_row."body" FROM told, new_rows AS new_row; RETURN NULL;',
                    hash="388253e822ea58dc5a711f9f59db0bea4538cf69",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_record_insert_778fc",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="mail_templates",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="mailtemplate",
            trigger=pgtrigger.compiler.Trigger(
                name="record_delete",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO mail_template_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "code", "mail_subject", "body") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."code", old_row."mail_subject", old_row."body" FROM told, old_rows AS old_row; RETURN NULL;',
                    hash="3bc83f0fcbb21a561731ac6e7010e1da2732f35b",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_record_delete_61883",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="mail_templates",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="mailtemplate",
            trigger=pgtrigger.compiler.Trigger(
                name="record_update",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO mail_template_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "code", "mail_subject", "body") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, CASE WHEN old_row."code" IS NULL THEN \'insert\' WHEN new_row."code" IS NULL THEN \'delete\' ELSE \'update\' END, CASE WHEN NOT (old_row."code" IS NULL OR new_row."code" IS NULL) THEN CASE WHEN old_row."code" IS DISTINCT FROM new_row."code" THEN jsonb_build_object(\'code\', old_row."code") ELSE \'{}\' END || CASE WHEN old_row."mail_subject" IS DISTINCT FROM new_row."mail_subject" THEN jsonb_build_object(\'mail_subject\', old_row."mail_subject") ELSE \'{}\' END || CASE WHEN old_row."body" IS DISTINCT FROM new_row."body" THEN jsonb_build_object(\'body\', old_row."body") ELSE \'{}\' END END, CASE WHEN new_row."code" IS NULL THEN old_row."code" ELSE new_row."code" END, CASE WHEN new_row."code" IS NULL THEN old_row."mail_subject" ELSE new_row."mail_subject" END, CASE WHEN new_row."code" IS NULL THEN old_row."body" ELSE new_row."body" END FROM told, old_rows AS old_row FULL JOIN new_rows AS new_row ON old_row."code" = new_row."code" WHERE old_row."code" IS DISTINCT FROM new_row."code" OR old_row."mail_subject" IS DISTINCT FROM new_row."mail_subject" OR old_row."body" IS DISTINCT FROM new_row."body"; RETURN NULL;',
                    hash="3f6c2059a10cd503b8acd434b7f63e98037f82de",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_record_update_3ed4f",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="mail_templates",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="mailtemplate",
            trigger=pgtrigger.compiler.Trigger(
                name="record_truncate",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO mail_template_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "code", "mail_subject", "body") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."code", old_row."mail_subject", old_row."body" FROM told, mail_templates AS old_row; RETURN NULL;',
                    hash="fffea64f685c46c36b38d28d55db8d64faabbcb9",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_record_truncate_f3b78",
                    table="mail_templates",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="mailtemplatechange",
            name="pgh_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="delivery_note",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="mails", to="invoices.deliverynote"
            ),
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="queued_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="mailtemplatechange",
            index=models.Index(fields=["-pgh_created_at", "-pgh_id"], name="mail_template_changes_at"),
        ),
        migrations.AddIndex(
            model_name="mailtemplatechange",
            index=models.Index(fields=["pgh_by", "-pgh_created_at", "-pgh_id"], name="mail_template_changes_by"),
        ),
        migrations.AddIndex(
            model_name="mailtemplatechange",
            index=models.Index(fields=["code", "-pgh_created_at", "-pgh_id"], name="mail_template_changes_of"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="mailtemplatechange",
            trigger=pgtrigger.compiler.Trigger(
                name="history_is_kept",
                sql=history.triggers.LastingTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="76e4430bc888bc28d1909a5b66763777873b1e9f",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_history_is_kept_07116",
                    table="mail_template_changes",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="outgoingmail",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "sending"])),
                fields=["due_at", "id"],
                name="outgoing_mails_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingmail",
            constraint=models.UniqueConstraint(fields=("creation_key", "recipient"), name="outgoing_mails_once"),
        ),
        migrations.AddConstraint(
            model_name="outgoingmail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("mail_subject__regex", "^[^[:cntrl:]]+$"),
                    ("message_id__regex", "^[^[:cntrl:]]+$"),
                    ("recipient__regex", "^[^[:cntrl:]]+$"),
                ),
                name="outgoing_mails_headers",
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingmail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sent_at__isnull", False), ("state", "sent")),
                    models.Q(models.Q(("state", "sent"), _negated=True), ("sent_at", None)),
                    _connector="OR",
                ),
                name="outgoing_mails_sent_facts",
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingmail",
            constraint=models.CheckConstraint(
                condition=models.Q(("pdf_sha256__regex", "^[0-9a-f]{64}$")), name="outgoing_mails_sha256"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="outgoingmail",
            trigger=pgtrigger.compiler.Trigger(
                name="outgoing_mail_is_kept",
                sql=history.triggers.LastingTriggerSql(
                    func="\n    if tg_op = 'DELETE' or old.state not in ('queued', 'sending')\n       or to_jsonb(old) - '{state,attempts,due_at,sent_at,failure}'::text[]\n            is distinct from to_jsonb(new) - '{state,attempts,due_at,sent_at,failure}'::text[] then\n        raise exception 'mail % is kept as it was sent', old.id using errcode = 'restrict_violation';\n    end if;\n    return new;\n",
                    hash="3cb60e273e0439dd171de8751bb706c09f08637a",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_outgoing_mail_is_kept_04402",
                    table="outgoing_mails",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="outgoingmail",
            trigger=pgtrigger.compiler.Trigger(
                name="outgoing_mails_survive_truncate",
                sql=history.triggers.LastingTriggerSql(
                    func="\n    if exists (select from delivery_notes where number is not null) then\n        raise exception 'issued delivery notes cannot be deleted' using errcode = 'restrict_violation';\n    end if;\n    return null;\n",
                    hash="720cc9b13e81cf2fd2a755e66fb1741619912e5c",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_outgoing_mails_survive_truncate_257a5",
                    table="outgoing_mails",
                    when="BEFORE",
                ),
            ),
        ),
    ]
