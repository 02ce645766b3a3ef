"""How documents of a customer are worded, laid out and printed, and on which route it is."""

import django.core.validators
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import history.triggers


class Migration(migrations.Migration):
    dependencies = [("invoices", "0010_customer_prices")]
    operations = [
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
            name="delivery_route",
            field=models.CharField(
                blank=True,
                help_text="Notes of a day can be printed by route.",
                max_length=40,
                verbose_name="delivery route",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="envelope",
            field=models.CharField(
                choices=[("plain", "Without a window"), ("window", "Window envelope 長形3号")],
                default="plain",
                max_length=8,
                verbose_name="envelope",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="file_copies",
            field=models.PositiveSmallIntegerField(
                default=1,
                validators=[django.core.validators.MaxValueValidator(9)],
                verbose_name="file copies (納品書（控）)",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="has_era_dates",
            field=models.BooleanField(
                default=False, help_text="令和8年11月23日 instead of 2026年11月23日.", verbose_name="era dates"
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="has_item_codes",
            field=models.BooleanField(
                default=False, help_text="As a column of their own.", verbose_name="print the customer's item codes"
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="has_receipt_prices",
            field=models.BooleanField(default=True, verbose_name="prices on the receipt"),
        ),
        migrations.AddField(
            model_name="customer",
            name="language",
            field=models.CharField(
                choices=[("ja", "Japanese"), ("en", "English")],
                default="ja",
                max_length=2,
                verbose_name="language of documents",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="note_copies",
            field=models.PositiveSmallIntegerField(
                default=1,
                validators=[django.core.validators.MaxValueValidator(9)],
                verbose_name="delivery notes (納品書)",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="priceless_copies",
            field=models.PositiveSmallIntegerField(
                default=0,
                validators=[django.core.validators.MaxValueValidator(9)],
                verbose_name="delivery notes without prices",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="receipt_copies",
            field=models.PositiveSmallIntegerField(
                default=1,
                validators=[django.core.validators.MaxValueValidator(9)],
                verbose_name="receipts (物品受領書)",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="sheet_use",
            field=models.CharField(
                choices=[
                    ("whole", "Each copy on sheets of its own"),
                    ("halves", "Note and receipt on one sheet, to be cut"),
                ],
                default="whole",
                max_length=8,
                verbose_name="sheets",
            ),
        ),
        migrations.AddField(
            model_name="customerchange",
            name="delivery_route",
            field=models.CharField(
                blank=True,
                help_text="Notes of a day can be printed by route.",
                max_length=40,
                verbose_name="delivery route",
            ),
        ),
        migrations.AddField(
            model_name="customerchange",
            name="envelope",
            field=models.CharField(
                choices=[("plain", "Without a window"), ("window", "Window envelope 長形3号")],
                default="plain",
                max_length=8,
                verbose_name="envelope",
            ),
        ),
        migrations.AddField(
            model_name="customerchange",
            name="file_copies",
            field=models.PositiveSmallIntegerField(
                default=1,
                validators=[django.core.validators.MaxValueValidator(9)],
                verbose_name="file copies (納品書（控）)",
            ),
        ),
        migrations.AddField(
            model_name="customerchange",
            name="has_era_dates",
            field=models.BooleanField(
                default=False, help_text="令和8年11月23日 instead of 2026年11月23日.", verbose_name="era dates"
            ),
        ),
        migrations.AddField(
            model_name="customerchange",
            name="has_item_codes",
            field=models.BooleanField(
                default=False, help_text="As a column of their own.", verbose_name="print the customer's item codes"
            ),
        ),
        migrations.AddField(
            model_name="customerchange",
            name="has_receipt_prices",
            field=models.BooleanField(default=True, verbose_name="prices on the receipt"),
        ),
        migrations.AddField(
            model_name="customerchange",
            name="language",
            field=models.CharField(
                choices=[("ja", "Japanese"), ("en", "English")],
                default="ja",
                max_length=2,
                verbose_name="language of documents",
            ),
        ),
        migrations.AddField(
            model_name="customerchange",
            name="note_copies",
            field=models.PositiveSmallIntegerField(
                default=1,
                validators=[django.core.validators.MaxValueValidator(9)],
                verbose_name="delivery notes (納品書)",
            ),
        ),
        migrations.AddField(
            model_name="customerchange",
            name="priceless_copies",
            field=models.PositiveSmallIntegerField(
                default=0,
                validators=[django.core.validators.MaxValueValidator(9)],
                verbose_name="delivery notes without prices",
            ),
        ),
        migrations.AddField(
            model_name="customerchange",
            name="receipt_copies",
            field=models.PositiveSmallIntegerField(
                default=1,
                validators=[django.core.validators.MaxValueValidator(9)],
                verbose_name="receipts (物品受領書)",
            ),
        ),
        migrations.AddField(
            model_name="customerchange",
            name="sheet_use",
            field=models.CharField(
                choices=[
                    ("whole", "Each copy on sheets of its own"),
                    ("halves", "Note and receipt on one sheet, to be cut"),
                ],
                default="whole",
                max_length=8,
                verbose_name="sheets",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customer",
            trigger=pgtrigger.compiler.Trigger(
                name="record_insert",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO customer_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "code", "name", "kana", "department", "person_title", "person", "postal_code", "address", "telephone", "ship_to_name", "ship_to_postal_code", "ship_to_address", "price_basis", "line_rounding", "tax_rounding", "invoice_policy", "language", "has_era_dates", "has_item_codes", "envelope", "note_copies", "priceless_copies", "file_copies", "receipt_copies", "has_receipt_prices", "sheet_use", "delivery_route", "note", "is_active") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'insert\', NULL, new_row."id", new_row."code", new_row."name", new_row."kana", new_row."department", new_row."person_title", new_row."person", new_row."postal_code", new_row."address", new_row."telephone", new_row."ship_to_name", new_row."ship_to_postal_code", new_row."ship_to_address", new_row."price_basis", new_row."line_rounding", new_row."tax_rounding", new_row."invoice_policy", new_row."language", new_row."has_era_dates", new_row."has_item_codes", new_row."envelope", new_row."note_copies", new_row."priceless_copies", new_row."file_copies", new_row."receipt_copies", new_row."has_receipt_prices", new_row."sheet_use", new_row."delivery_route", new_row."note", new_row."is_active" FROM told, new_rows AS new_row; RETURN NULL;',
                    hash="ac315012b634b097d08f0d0b0f3d415619317c86",
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
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO customer_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "code", "name", "kana", "department", "person_title", "person", "postal_code", "address", "telephone", "ship_to_name", "ship_to_postal_code", "ship_to_address", "price_basis", "line_rounding", "tax_rounding", "invoice_policy", "language", "has_era_dates", "has_item_codes", "envelope", "note_copies", "priceless_copies", "file_copies", "receipt_copies", "has_receipt_prices", "sheet_use", "delivery_route", "note", "is_active") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."id", old_row."code", old_row."name", old_row."kana", old_row."department", old_row."person_title", old_row."person", old_row."postal_code", old_row."address", old_row."telephone", old_row."ship_to_name", old_row."ship_to_postal_code", old_row."ship_to_address", old_row."price_basis", old_row."line_rounding", old_row."tax_rounding", old_row."invoice_policy", old_row."language", old_row."has_era_dates", old_row."has_item_codes", old_row."envelope", old_row."note_copies", old_row."priceless_copies", old_row."file_copies", old_row."receipt_copies", old_row."has_receipt_prices", old_row."sheet_use", old_row."delivery_route", old_row."note", old_row."is_active" FROM told, old_rows AS old_row; RETURN NULL;',
                    hash="6d88ce70c082441a8b25f2a5f0df73b4f8849a26",
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
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO customer_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "code", "name", "kana", "department", "person_title", "person", "postal_code", "address", "telephone", "ship_to_name", "ship_to_postal_code", "ship_to_address", "price_basis", "line_rounding", "tax_rounding", "invoice_policy", "language", "has_era_dates", "has_item_codes", "envelope", "note_copies", "priceless_copies", "file_copies", "receipt_copies", "has_receipt_prices", "sheet_use", "delivery_route", "note", "is_active") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, CASE WHEN old_row."id" IS NULL THEN \'insert\' WHEN new_row."id" IS NULL THEN \'delete\' ELSE \'update\' END, CASE WHEN NOT (old_row."id" IS NULL OR new_row."id" IS NULL) THEN CASE WHEN old_row."id" IS DISTINCT FROM new_row."id" THEN jsonb_build_object(\'id\', old_row."id") ELSE \'{}\' END || CASE WHEN old_row."code" IS DISTINCT FROM new_row."code" THEN jsonb_build_object(\'code\', old_row."code") ELSE \'{}\' END || CASE WHEN old_row."name" IS DISTINCT FROM new_row."name" THEN jsonb_build_object(\'name\', old_row."name") ELSE \'{}\' END || CASE WHEN old_row."kana" IS DISTINCT FROM new_row."kana" THEN jsonb_build_object(\'kana\', old_row."kana") ELSE \'{}\' END || CASE WHEN old_row."department" IS DISTINCT FROM new_row."department" THEN jsonb_build_object(\'department\', old_row."department") ELSE \'{}\' END || CASE WHEN old_row."person_title" IS DISTINCT FROM new_row."person_title" THEN jsonb_build_object(\'person_title\', old_row."person_title") ELSE \'{}\' END || CASE WHEN old_row."person" IS DISTINCT FROM new_row."person" THEN jsonb_build_object(\'person\', old_row."person") ELSE \'{}\' END || CASE WHEN old_row."postal_code" IS DISTINCT FROM new_row."postal_code" THEN jsonb_build_object(\'postal_code\', old_row."postal_code") ELSE \'{}\' END || CASE WHEN old_row."address" IS DISTINCT FROM new_row."address" THEN jsonb_build_object(\'address\', old_row."address") ELSE \'{}\' END || CASE WHEN old_row."telephone" IS DISTINCT FROM new_row."telephone" THEN jsonb_build_object(\'telephone\', old_row."telephone") ELSE \'{}\' END || CASE WHEN old_row."ship_to_name" IS DISTINCT FROM new_row."ship_to_name" THEN jsonb_build_object(\'ship_to_name\', old_row."ship_to_name") ELSE \'{}\' END || CASE WHEN old_row."ship_to_postal_code" IS DISTINCT FROM new_row."ship_to_postal_code" THEN jsonb_build_object(\'ship_to_postal_code\', old_row."ship_to_postal_code") ELSE \'{}\' END || CASE WHEN old_row."ship_to_address" IS DISTINCT FROM new_row."ship_to_address" THEN jsonb_build_object(\'ship_to_address\', old_row."ship_to_address") ELSE \'{}\' END || CASE WHEN old_row."price_basis" IS DISTINCT FROM new_row."price_basis" THEN jsonb_build_object(\'price_basis\', old_row."price_basis") ELSE \'{}\' END || CASE WHEN old_row."line_rounding" IS DISTINCT FROM new_row."line_rounding" THEN jsonb_build_object(\'line_rounding\', old_row."line_rounding") ELSE \'{}\' END || CASE WHEN old_row."tax_rounding" IS DISTINCT FROM new_row."tax_rounding" THEN jsonb_build_object(\'tax_rounding\', old_row."tax_rounding") ELSE \'{}\' END || CASE WHEN old_row."invoice_policy" IS DISTINCT FROM new_row."invoice_policy" THEN jsonb_build_object(\'invoice_policy\', old_row."invoice_policy") ELSE \'{}\' END || CASE WHEN old_row."language" IS DISTINCT FROM new_row."language" THEN jsonb_build_object(\'language\', old_row."language") ELSE \'{}\' END || CASE WHEN old_row."has_era_dates" IS DISTINCT FROM new_row."has_era_dates" THEN jsonb_build_object(\'has_era_dates\', old_row."has_era_dates") ELSE \'{}\' END || CASE WHEN old_row."has_item_codes" IS DISTINCT FROM new_row."has_item_codes" THEN jsonb_build_object(\'has_item_codes\', old_row."has_item_codes") ELSE \'{}\' END || CASE WHEN old_row."envelope" IS DISTINCT FROM new_row."envelope" THEN jsonb_build_object(\'envelope\', old_row."envelope") ELSE \'{}\' END || CASE WHEN old_row."note_copies" IS DISTINCT FROM new_row."note_copies" THEN jsonb_build_object(\'note_copies\', old_row."note_copies") ELSE \'{}\' END || CASE WHEN old_row."priceless_copies" IS DISTINCT FROM new_row."priceless_copies" THEN jsonb_build_object(\'priceless_copies\', old_row."priceless_copies") ELSE \'{}\' END || CASE WHEN old_row."file_copies" IS DISTINCT FROM new_row."file_copies" THEN jsonb_build_object(\'file_copies\', old_row."file_copies") ELSE \'{}\' END || CASE WHEN old_row."receipt_copies" IS DISTINCT FROM new_row."receipt_copies" THEN jsonb_build_object(\'receipt_copies\', old_row."receipt_copies") ELSE \'{}\' END || CASE WHEN old_row."has_receipt_prices" IS DISTINCT FROM new_row."has_receipt_prices" THEN jsonb_build_object(\'has_receipt_prices\', old_row."has_receipt_prices") ELSE \'{}\' END || CASE WHEN old_row."sheet_use" IS DISTINCT FROM new_row."sheet_use" THEN jsonb_build_object(\'sheet_use\', old_row."sheet_use") ELSE \'{}\' END || CASE WHEN old_row."delivery_route" IS DISTINCT FROM new_row."delivery_route" THEN jsonb_build_object(\'delivery_route\', old_row."delivery_route") ELSE \'{}\' END || CASE WHEN old_row."note" IS DISTINCT FROM new_row."note" THEN jsonb_build_object(\'note\', old_row."note") ELSE \'{}\' END || CASE WHEN old_row."is_active" IS DISTINCT FROM new_row."is_active" THEN jsonb_build_object(\'is_active\', old_row."is_active") ELSE \'{}\' END END, CASE WHEN new_row."id" IS NULL THEN old_row."id" ELSE new_row."id" END, CASE WHEN new_row."id" IS NULL THEN old_row."code" ELSE new_row."code" END, CASE WHEN new_row."id" IS NULL THEN old_row."name" ELSE new_row."name" END, CASE WHEN new_row."id" IS NULL THEN old_row."kana" ELSE new_row."kana" END, CASE WHEN new_row."id" IS NULL THEN old_row."department" ELSE new_row."department" END, CASE WHEN new_row."id" IS NULL THEN old_row."person_title" ELSE new_row."person_title" END, CASE WHEN new_row."id" IS NULL THEN old_row."person" ELSE new_row."person" END, CASE WHEN new_row."id" IS NULL THEN old_row."postal_code" ELSE new_row."postal_code" END, CASE WHEN new_row."id" IS NULL THEN old_row."address" ELSE new_row."address" END, CASE WHEN new_row."id" IS NULL THEN old_row."telephone" ELSE new_row."telephone" END, CASE WHEN new_row."id" IS NULL THEN old_row."ship_to_name" ELSE new_row."ship_to_name" END, CASE WHEN new_row."id" IS NULL THEN old_row."ship_to_postal_code" ELSE new_row."ship_to_postal_code" END, CASE WHEN new_row."id" IS NULL THEN old_row."ship_to_address" ELSE new_row."ship_to_address" END, CASE WHEN new_row."id" IS NULL THEN old_row."price_basis" ELSE new_row."price_basis" END, CASE WHEN new_row."id" IS NULL THEN old_row."line_rounding" ELSE new_row."line_rounding" END, CASE WHEN new_row."id" IS NULL THEN old_row."tax_rounding" ELSE new_row."tax_rounding" END, CASE WHEN new_row."id" IS NULL THEN old_row."invoice_policy" ELSE new_row."invoice_policy" END, CASE WHEN new_row."id" IS NULL THEN old_row."language" ELSE new_row."language" END, CASE WHEN new_row."id" IS NULL THEN old_row."has_era_dates" ELSE new_row."has_era_dates" END, CASE WHEN new_row."id" IS NULL THEN old_row."has_item_codes" ELSE new_row."has_item_codes" END, CASE WHEN new_row."id" IS NULL THEN old_row."envelope" ELSE new_row."envelope" END, CASE WHEN new_row."id" IS NULL THEN old_row."note_copies" ELSE new_row."note_copies" END, CASE WHEN new_row."id" IS NULL THEN old_row."priceless_copies" ELSE new_row."priceless_copies" END, CASE WHEN new_row."id" IS NULL THEN old_row."file_copies" ELSE new_row."file_copies" END, CASE WHEN new_row."id" IS NULL THEN old_row."receipt_copies" ELSE new_row."receipt_copies" END, CASE WHEN new_row."id" IS NULL THEN old_row."has_receipt_prices" ELSE new_row."has_receipt_prices" END, CASE WHEN new_row."id" IS NULL THEN old_row."sheet_use" ELSE new_row."sheet_use" END, CASE WHEN new_row."id" IS NULL THEN old_row."delivery_route" ELSE new_row."delivery_route" END, CASE WHEN new_row."id" IS NULL THEN old_row."note" ELSE new_row."note" END, CASE WHEN new_row."id" IS NULL THEN old_row."is_active" ELSE new_row."is_active" END FROM told, old_rows AS old_row FULL JOIN new_rows AS new_row ON old_row."id" = new_row."id" WHERE old_row."id" IS DISTINCT FROM new_row."id" OR old_row."code" IS DISTINCT FROM new_row."code" OR old_row."name" IS DISTINCT FROM new_row."name" OR old_row."kana" IS DISTINCT FROM new_row."kana" OR old_row."department" IS DISTINCT FROM new_row."department" OR old_row."person_title" IS DISTINCT FROM new_row."person_title" OR old_row."person" IS DISTINCT FROM new_row."person" OR old_row."postal_code" IS DISTINCT FROM new_row."postal_code" OR old_row."address" IS DISTINCT FROM new_row."address" OR old_row."telephone" IS DISTINCT FROM new_row."telephone" OR old_row."ship_to_name" IS DISTINCT FROM new_row."ship_to_name" OR old_row."ship_to_postal_code" IS DISTINCT FROM new_row."ship_to_postal_code" OR old_row."ship_to_address" IS DISTINCT FROM new_row."ship_to_address" OR old_row."price_basis" IS DISTINCT FROM new_row."price_basis" OR old_row."line_rounding" IS DISTINCT FROM new_row."line_rounding" OR old_row."tax_rounding" IS DISTINCT FROM new_row."tax_rounding" OR old_row."invoice_policy" IS DISTINCT FROM new_row."invoice_policy" OR old_row."language" IS DISTINCT FROM new_row."language" OR old_row."has_era_dates" IS DISTINCT FROM new_row."has_era_dates" OR old_row."has_item_codes" IS DISTINCT FROM new_row."has_item_codes" OR old_row."envelope" IS DISTINCT FROM new_row."envelope" OR old_row."note_copies" IS DISTINCT FROM new_row."note_copies" OR old_row."priceless_copies" IS DISTINCT FROM new_row."priceless_copies" OR old_row."file_copies" IS DISTINCT FROM new_row."file_copies" OR old_row."receipt_copies" IS DISTINCT FROM new_row."receipt_copies" OR old_row."has_receipt_prices" IS DISTINCT FROM new_row."has_receipt_prices" OR old_row."sheet_use" IS DISTINCT FROM new_row."sheet_use" OR old_row."delivery_route" IS DISTINCT FROM new_row."delivery_route" OR old_row."note" IS DISTINCT FROM new_row."note" OR old_row."is_active" IS DISTINCT FROM new_row."is_active"; RETURN NULL;',
                    hash="3891e5857c306980b0af7032927dc53ab02fa5a9",
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
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO customer_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "code", "name", "kana", "department", "person_title", "person", "postal_code", "address", "telephone", "ship_to_name", "ship_to_postal_code", "ship_to_address", "price_basis", "line_rounding", "tax_rounding", "invoice_policy", "language", "has_era_dates", "has_item_codes", "envelope", "note_copies", "priceless_copies", "file_copies", "receipt_copies", "has_receipt_prices", "sheet_use", "delivery_route", "note", "is_active") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."id", old_row."code", old_row."name", old_row."kana", old_row."department", old_row."person_title", old_row."person", old_row."postal_code", old_row."address", old_row."telephone", old_row."ship_to_name", old_row."ship_to_postal_code", old_row."ship_to_address", old_row."price_basis", old_row."line_rounding", old_row."tax_rounding", old_row."invoice_policy", old_row."language", old_row."has_era_dates", old_row."has_item_codes", old_row."envelope", old_row."note_copies", old_row."priceless_copies", old_row."file_copies", old_row."receipt_copies", old_row."has_receipt_prices", old_row."sheet_use", old_row."delivery_route", old_row."note", old_row."is_active" FROM told, customers AS old_row; RETURN NULL;',
                    hash="406db0afbfd12bb517df677c79d3f0c5d0af01d6",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_record_truncate_39037",
                    table="customers",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("language__in", ["ja", "en"]),
                    ("envelope__in", ["plain", "window"]),
                    ("sheet_use__in", ["whole", "halves"]),
                ),
                name="customers_layout_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="customer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("file_copies__lte", 9),
                    ("note_copies__lte", 9),
                    ("priceless_copies__lte", 9),
                    ("receipt_copies__lte", 9),
                    models.Q(
                        ("file_copies", 0),
                        ("note_copies", 0),
                        ("priceless_copies", 0),
                        ("receipt_copies", 0),
                        _negated=True,
                    ),
                ),
                name="customers_copies",
            ),
        ),
    ]
