"""What happens to customers, issuers and number series is recorded by triggers."""

import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import history.triggers
import invoices.domain.document
import invoices.domain.money
import invoices.domain.tax

# What the triggers call. Going back, pgtrigger takes the triggers and leaves these.
FUNCTIONS = [
    "pgtrigger_record_insert_3384a",
    "pgtrigger_record_delete_5b66f",
    "pgtrigger_record_update_70c7a",
    "pgtrigger_record_truncate_39037",
    "pgtrigger_record_insert_6bc5b",
    "pgtrigger_record_delete_bc92a",
    "pgtrigger_record_update_876b6",
    "pgtrigger_record_truncate_721fa",
    "pgtrigger_record_insert_c62a0",
    "pgtrigger_record_delete_3ccef",
    "pgtrigger_record_update_2a85f",
    "pgtrigger_record_truncate_95642",
    "pgtrigger_history_is_kept_9aeae",
    "pgtrigger_history_is_kept_16310",
    "pgtrigger_history_is_kept_1759d",
]
DROP = ";".join(f"drop function if exists {settings.SCHEMA}.{name}()" for name in FUNCTIONS)


class Migration(migrations.Migration):
    dependencies = [
        ("invoices", "0008_waiting_for_approval"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, DROP),
        migrations.CreateModel(
            name="CustomerChange",
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
                ("id", models.BigIntegerField()),
                ("code", models.CharField(max_length=32, verbose_name="customer code")),
                (
                    "name",
                    models.CharField(
                        help_text="As registered, for example 株式会社 written out.",
                        max_length=200,
                        verbose_name="legal name",
                    ),
                ),
                ("kana", models.CharField(blank=True, max_length=200, verbose_name="kana")),
                ("department", models.CharField(blank=True, max_length=200, verbose_name="department")),
                ("person_title", models.CharField(blank=True, max_length=100, verbose_name="job title")),
                (
                    "person",
                    models.CharField(
                        blank=True,
                        help_text="With a person the note says 様, otherwise 御中.",
                        max_length=100,
                        verbose_name="contact person",
                    ),
                ),
                (
                    "postal_code",
                    models.CharField(
                        blank=True,
                        max_length=8,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[0-9]{3}-[0-9]{4}$", "Write the postal code as 123-4567."
                            )
                        ],
                        verbose_name="postal code",
                    ),
                ),
                ("address", models.TextField(blank=True, max_length=300, verbose_name="address")),
                ("telephone", models.CharField(blank=True, max_length=30, verbose_name="telephone")),
                (
                    "ship_to_name",
                    models.CharField(
                        blank=True,
                        help_text="Only when the goods go elsewhere.",
                        max_length=200,
                        verbose_name="ship-to name",
                    ),
                ),
                (
                    "ship_to_postal_code",
                    models.CharField(
                        blank=True,
                        max_length=8,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[0-9]{3}-[0-9]{4}$", "Write the postal code as 123-4567."
                            )
                        ],
                        verbose_name="ship-to postal code",
                    ),
                ),
                ("ship_to_address", models.TextField(blank=True, max_length=300, verbose_name="ship-to address")),
                (
                    "price_basis",
                    models.CharField(
                        choices=[
                            (invoices.domain.tax.PriceBasis["EXCLUSIVE"], "Prices without tax"),
                            (invoices.domain.tax.PriceBasis["INCLUSIVE"], "Prices with tax"),
                        ],
                        default=invoices.domain.tax.PriceBasis["EXCLUSIVE"],
                        max_length=16,
                        verbose_name="price basis",
                    ),
                ),
                (
                    "line_rounding",
                    models.CharField(
                        choices=[
                            (invoices.domain.money.Rounding["FLOOR"], "Round down"),
                            (invoices.domain.money.Rounding["HALF_UP"], "Round half up"),
                            (invoices.domain.money.Rounding["CEIL"], "Round up"),
                        ],
                        default=invoices.domain.money.Rounding["FLOOR"],
                        max_length=16,
                        verbose_name="rounding of line amounts",
                    ),
                ),
                (
                    "tax_rounding",
                    models.CharField(
                        choices=[
                            (invoices.domain.money.Rounding["FLOOR"], "Round down"),
                            (invoices.domain.money.Rounding["HALF_UP"], "Round half up"),
                            (invoices.domain.money.Rounding["CEIL"], "Round up"),
                        ],
                        default=invoices.domain.money.Rounding["FLOOR"],
                        max_length=16,
                        verbose_name="rounding of tax",
                    ),
                ),
                (
                    "invoice_policy",
                    models.CharField(
                        choices=[
                            (
                                invoices.domain.document.InvoicePolicy["NOTE"],
                                "A: the delivery note is the qualified invoice",
                            ),
                            (
                                invoices.domain.document.InvoicePolicy["MONTHLY_INVOICE"],
                                "B: the monthly invoice is the qualified invoice",
                            ),
                            (
                                invoices.domain.document.InvoicePolicy["BOTH"],
                                "C: both together are the qualified invoice",
                            ),
                        ],
                        default=invoices.domain.document.InvoicePolicy["MONTHLY_INVOICE"],
                        max_length=1,
                        verbose_name="qualified invoice",
                    ),
                ),
                ("note", models.TextField(blank=True, max_length=1000, verbose_name="internal note")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "customer",
                "db_table": "customer_changes",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="IssuerChange",
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
                ("id", models.BigIntegerField()),
                ("name", models.CharField(max_length=200, verbose_name="legal name")),
                (
                    "postal_code",
                    models.CharField(
                        blank=True,
                        max_length=8,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[0-9]{3}-[0-9]{4}$", "Write the postal code as 123-4567."
                            )
                        ],
                        verbose_name="postal code",
                    ),
                ),
                ("address", models.TextField(blank=True, max_length=300, verbose_name="address")),
                ("telephone", models.CharField(blank=True, max_length=30, verbose_name="telephone")),
                ("fax", models.CharField(blank=True, max_length=30, verbose_name="fax")),
                (
                    "registration_number",
                    models.CharField(
                        blank=True, help_text="T and 13 digits.", max_length=14, verbose_name="registration number"
                    ),
                ),
                (
                    "is_current",
                    models.BooleanField(
                        default=False,
                        help_text="New documents are issued in this company's name.",
                        verbose_name="current",
                    ),
                ),
                (
                    "approval_above",
                    models.PositiveBigIntegerField(
                        blank=True,
                        help_text="A delivery note whose total with tax is above this amount is issued only after an approver, who did not write on it, has agreed. Empty: no note needs approval.",
                        null=True,
                        verbose_name="approval needed above (yen)",
                    ),
                ),
            ],
            options={
                "verbose_name": "issuer",
                "db_table": "issuer_changes",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="NumberSeriesChange",
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
                (
                    "number_format",
                    models.CharField(
                        default="DN-{year}-{number:06d}",
                        help_text="{year} is the fiscal year, {number:06d} the number with six digits.",
                        max_length=60,
                        verbose_name="number format",
                    ),
                ),
                (
                    "fiscal_year_start_month",
                    models.PositiveSmallIntegerField(
                        default=4,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(12),
                        ],
                        verbose_name="first month of the fiscal year",
                    ),
                ),
                (
                    "restarts_yearly",
                    models.BooleanField(default=True, verbose_name="starts again at 1 every fiscal year"),
                ),
            ],
            options={
                "verbose_name": "number series",
                "db_table": "number_series_changes",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customer",
            trigger=pgtrigger.compiler.Trigger(
                name="record_insert",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO customer_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "code", "name", "kana", "department", "person_title", "person", "postal_code", "address", "telephone", "ship_to_name", "ship_to_postal_code", "ship_to_address", "price_basis", "line_rounding", "tax_rounding", "invoice_policy", "note", "is_active") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'insert\', NULL, new_row."id", new_row."code", new_row."name", new_row."kana", new_row."department", new_row."person_title", new_row."person", new_row."postal_code", new_row."address", new_row."telephone", new_row."ship_to_name", new_row."ship_to_postal_code", new_row."ship_to_address", new_row."price_basis", new_row."line_rounding", new_row."tax_rounding", new_row."invoice_policy", new_row."note", new_row."is_active" FROM told, new_rows AS new_row; RETURN NULL;',
                    hash="d891b4f3334f5eafcb50e363d23fa8568bef7ce7",
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
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO customer_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "code", "name", "kana", "department", "person_title", "person", "postal_code", "address", "telephone", "ship_to_name", "ship_to_postal_code", "ship_to_address", "price_basis", "line_rounding", "tax_rounding", "invoice_policy", "note", "is_active") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."id", old_row."code", old_row."name", old_row."kana", old_row."department", old_row."person_title", old_row."person", old_row."postal_code", old_row."address", old_row."telephone", old_row."ship_to_name", old_row."ship_to_postal_code", old_row."ship_to_address", old_row."price_basis", old_row."line_rounding", old_row."tax_rounding", old_row."invoice_policy", old_row."note", old_row."is_active" FROM told, old_rows AS old_row; RETURN NULL;',
                    hash="570c62bfde35f1935ec0987f48f15822bf3130f2",
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
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO customer_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "code", "name", "kana", "department", "person_title", "person", "postal_code", "address", "telephone", "ship_to_name", "ship_to_postal_code", "ship_to_address", "price_basis", "line_rounding", "tax_rounding", "invoice_policy", "note", "is_active") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, CASE WHEN old_row."id" IS NULL THEN \'insert\' WHEN new_row."id" IS NULL THEN \'delete\' ELSE \'update\' END, CASE WHEN NOT (old_row."id" IS NULL OR new_row."id" IS NULL) THEN CASE WHEN old_row."id" IS DISTINCT FROM new_row."id" THEN jsonb_build_object(\'id\', old_row."id") ELSE \'{}\' END || CASE WHEN old_row."code" IS DISTINCT FROM new_row."code" THEN jsonb_build_object(\'code\', old_row."code") ELSE \'{}\' END || CASE WHEN old_row."name" IS DISTINCT FROM new_row."name" THEN jsonb_build_object(\'name\', old_row."name") ELSE \'{}\' END || CASE WHEN old_row."kana" IS DISTINCT FROM new_row."kana" THEN jsonb_build_object(\'kana\', old_row."kana") ELSE \'{}\' END || CASE WHEN old_row."department" IS DISTINCT FROM new_row."department" THEN jsonb_build_object(\'department\', old_row."department") ELSE \'{}\' END || CASE WHEN old_row."person_title" IS DISTINCT FROM new_row."person_title" THEN jsonb_build_object(\'person_title\', old_row."person_title") ELSE \'{}\' END || CASE WHEN old_row."person" IS DISTINCT FROM new_row."person" THEN jsonb_build_object(\'person\', old_row."person") ELSE \'{}\' END || CASE WHEN old_row."postal_code" IS DISTINCT FROM new_row."postal_code" THEN jsonb_build_object(\'postal_code\', old_row."postal_code") ELSE \'{}\' END || CASE WHEN old_row."address" IS DISTINCT FROM new_row."address" THEN jsonb_build_object(\'address\', old_row."address") ELSE \'{}\' END || CASE WHEN old_row."telephone" IS DISTINCT FROM new_row."telephone" THEN jsonb_build_object(\'telephone\', old_row."telephone") ELSE \'{}\' END || CASE WHEN old_row."ship_to_name" IS DISTINCT FROM new_row."ship_to_name" THEN jsonb_build_object(\'ship_to_name\', old_row."ship_to_name") ELSE \'{}\' END || CASE WHEN old_row."ship_to_postal_code" IS DISTINCT FROM new_row."ship_to_postal_code" THEN jsonb_build_object(\'ship_to_postal_code\', old_row."ship_to_postal_code") ELSE \'{}\' END || CASE WHEN old_row."ship_to_address" IS DISTINCT FROM new_row."ship_to_address" THEN jsonb_build_object(\'ship_to_address\', old_row."ship_to_address") ELSE \'{}\' END || CASE WHEN old_row."price_basis" IS DISTINCT FROM new_row."price_basis" THEN jsonb_build_object(\'price_basis\', old_row."price_basis") ELSE \'{}\' END || CASE WHEN old_row."line_rounding" IS DISTINCT FROM new_row."line_rounding" THEN jsonb_build_object(\'line_rounding\', old_row."line_rounding") ELSE \'{}\' END || CASE WHEN old_row."tax_rounding" IS DISTINCT FROM new_row."tax_rounding" THEN jsonb_build_object(\'tax_rounding\', old_row."tax_rounding") ELSE \'{}\' END || CASE WHEN old_row."invoice_policy" IS DISTINCT FROM new_row."invoice_policy" THEN jsonb_build_object(\'invoice_policy\', old_row."invoice_policy") ELSE \'{}\' END || CASE WHEN old_row."note" IS DISTINCT FROM new_row."note" THEN jsonb_build_object(\'note\', old_row."note") ELSE \'{}\' END || CASE WHEN old_row."is_active" IS DISTINCT FROM new_row."is_active" THEN jsonb_build_object(\'is_active\', old_row."is_active") ELSE \'{}\' END END, CASE WHEN new_row."id" IS NULL THEN old_row."id" ELSE new_row."id" END, CASE WHEN new_row."id" IS NULL THEN old_row."code" ELSE new_row."code" END, CASE WHEN new_row."id" IS NULL THEN old_row."name" ELSE new_row."name" END, CASE WHEN new_row."id" IS NULL THEN old_row."kana" ELSE new_row."kana" END, CASE WHEN new_row."id" IS NULL THEN old_row."department" ELSE new_row."department" END, CASE WHEN new_row."id" IS NULL THEN old_row."person_title" ELSE new_row."person_title" END, CASE WHEN new_row."id" IS NULL THEN old_row."person" ELSE new_row."person" END, CASE WHEN new_row."id" IS NULL THEN old_row."postal_code" ELSE new_row."postal_code" END, CASE WHEN new_row."id" IS NULL THEN old_row."address" ELSE new_row."address" END, CASE WHEN new_row."id" IS NULL THEN old_row."telephone" ELSE new_row."telephone" END, CASE WHEN new_row."id" IS NULL THEN old_row."ship_to_name" ELSE new_row."ship_to_name" END, CASE WHEN new_row."id" IS NULL THEN old_row."ship_to_postal_code" ELSE new_row."ship_to_postal_code" END, CASE WHEN new_row."id" IS NULL THEN old_row."ship_to_address" ELSE new_row."ship_to_address" END, CASE WHEN new_row."id" IS NULL THEN old_row."price_basis" ELSE new_row."price_basis" END, CASE WHEN new_row."id" IS NULL THEN old_row."line_rounding" ELSE new_row."line_rounding" END, CASE WHEN new_row."id" IS NULL THEN old_row."tax_rounding" ELSE new_row."tax_rounding" END, CASE WHEN new_row."id" IS NULL THEN old_row."invoice_policy" ELSE new_row."invoice_policy" END, CASE WHEN new_row."id" IS NULL THEN old_row."note" ELSE new_row."note" END, CASE WHEN new_row."id" IS NULL THEN old_row."is_active" ELSE new_row."is_active" END FROM told, old_rows AS old_row FULL JOIN new_rows AS new_row ON old_row."id" = new_row."id" WHERE old_row."id" IS DISTINCT FROM new_row."id" OR old_row."code" IS DISTINCT FROM new_row."code" OR old_row."name" IS DISTINCT FROM new_row."name" OR old_row."kana" IS DISTINCT FROM new_row."kana" OR old_row."department" IS DISTINCT FROM new_row."department" OR old_row."person_title" IS DISTINCT FROM new_row."person_title" OR old_row."person" IS DISTINCT FROM new_row."person" OR old_row."postal_code" IS DISTINCT FROM new_row."postal_code" OR old_row."address" IS DISTINCT FROM new_row."address" OR old_row."telephone" IS DISTINCT FROM new_row."telephone" OR old_row."ship_to_name" IS DISTINCT FROM new_row."ship_to_name" OR old_row."ship_to_postal_code" IS DISTINCT FROM new_row."ship_to_postal_code" OR old_row."ship_to_address" IS DISTINCT FROM new_row."ship_to_address" OR old_row."price_basis" IS DISTINCT FROM new_row."price_basis" OR old_row."line_rounding" IS DISTINCT FROM new_row."line_rounding" OR old_row."tax_rounding" IS DISTINCT FROM new_row."tax_rounding" OR old_row."invoice_policy" IS DISTINCT FROM new_row."invoice_policy" OR old_row."note" IS DISTINCT FROM new_row."note" OR old_row."is_active" IS DISTINCT FROM new_row."is_active"; RETURN NULL;',
                    hash="9e4f59d783473113812b6310e995d769fa0bb1f7",
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
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO customer_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "code", "name", "kana", "department", "person_title", "person", "postal_code", "address", "telephone", "ship_to_name", "ship_to_postal_code", "ship_to_address", "price_basis", "line_rounding", "tax_rounding", "invoice_policy", "note", "is_active") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."id", old_row."code", old_row."name", old_row."kana", old_row."department", old_row."person_title", old_row."person", old_row."postal_code", old_row."address", old_row."telephone", old_row."ship_to_name", old_row."ship_to_postal_code", old_row."ship_to_address", old_row."price_basis", old_row."line_rounding", old_row."tax_rounding", old_row."invoice_policy", old_row."note", old_row."is_active" FROM told, customers AS old_row; RETURN NULL;',
                    hash="0c1289d817b368940c74ef35fcf12112a4619249",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_record_truncate_39037",
                    table="customers",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="issuer",
            trigger=pgtrigger.compiler.Trigger(
                name="record_insert",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO issuer_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "name", "postal_code", "address", "telephone", "fax", "registration_number", "seal_id", "is_current", "approval_above") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'insert\', NULL, new_row."id", new_row."name", new_row."postal_code", new_row."address", new_row."telephone", new_row."fax", new_row."registration_number", new_row."seal_id", new_row."is_current", new_row."approval_above" FROM told, new_rows AS new_row; RETURN NULL;',
                    hash="998668037f83203a25e13f107c27db1e9d37f5c2",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_record_insert_6bc5b",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="issuers",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="issuer",
            trigger=pgtrigger.compiler.Trigger(
                name="record_delete",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO issuer_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "name", "postal_code", "address", "telephone", "fax", "registration_number", "seal_id", "is_current", "approval_above") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."id", old_row."name", old_row."postal_code", old_row."address", old_row."telephone", old_row."fax", old_row."registration_number", old_row."seal_id", old_row."is_current", old_row."approval_above" FROM told, old_rows AS old_row; RETURN NULL;',
                    hash="8d8dddb4153792d6f83102ae46af0b7795ef823b",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_record_delete_bc92a",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="issuers",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="issuer",
            trigger=pgtrigger.compiler.Trigger(
                name="record_update",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO issuer_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "name", "postal_code", "address", "telephone", "fax", "registration_number", "seal_id", "is_current", "approval_above") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, CASE WHEN old_row."id" IS NULL THEN \'insert\' WHEN new_row."id" IS NULL THEN \'delete\' ELSE \'update\' END, CASE WHEN NOT (old_row."id" IS NULL OR new_row."id" IS NULL) THEN CASE WHEN old_row."id" IS DISTINCT FROM new_row."id" THEN jsonb_build_object(\'id\', old_row."id") ELSE \'{}\' END || CASE WHEN old_row."name" IS DISTINCT FROM new_row."name" THEN jsonb_build_object(\'name\', old_row."name") ELSE \'{}\' END || CASE WHEN old_row."postal_code" IS DISTINCT FROM new_row."postal_code" THEN jsonb_build_object(\'postal_code\', old_row."postal_code") ELSE \'{}\' END || CASE WHEN old_row."address" IS DISTINCT FROM new_row."address" THEN jsonb_build_object(\'address\', old_row."address") ELSE \'{}\' END || CASE WHEN old_row."telephone" IS DISTINCT FROM new_row."telephone" THEN jsonb_build_object(\'telephone\', old_row."telephone") ELSE \'{}\' END || CASE WHEN old_row."fax" IS DISTINCT FROM new_row."fax" THEN jsonb_build_object(\'fax\', old_row."fax") ELSE \'{}\' END || CASE WHEN old_row."registration_number" IS DISTINCT FROM new_row."registration_number" THEN jsonb_build_object(\'registration_number\', old_row."registration_number") ELSE \'{}\' END || CASE WHEN old_row."seal_id" IS DISTINCT FROM new_row."seal_id" THEN jsonb_build_object(\'seal_id\', old_row."seal_id") ELSE \'{}\' END || CASE WHEN old_row."is_current" IS DISTINCT FROM new_row."is_current" THEN jsonb_build_object(\'is_current\', old_row."is_current") ELSE \'{}\' END || CASE WHEN old_row."approval_above" IS DISTINCT FROM new_row."approval_above" THEN jsonb_build_object(\'approval_above\', old_row."approval_above") ELSE \'{}\' END END, CASE WHEN new_row."id" IS NULL THEN old_row."id" ELSE new_row."id" END, CASE WHEN new_row."id" IS NULL THEN old_row."name" ELSE new_row."name" END, CASE WHEN new_row."id" IS NULL THEN old_row."postal_code" ELSE new_row."postal_code" END, CASE WHEN new_row."id" IS NULL THEN old_row."address" ELSE new_row."address" END, CASE WHEN new_row."id" IS NULL THEN old_row."telephone" ELSE new_row."telephone" END, CASE WHEN new_row."id" IS NULL THEN old_row."fax" ELSE new_row."fax" END, CASE WHEN new_row."id" IS NULL THEN old_row."registration_number" ELSE new_row."registration_number" END, CASE WHEN new_row."id" IS NULL THEN old_row."seal_id" ELSE new_row."seal_id" END, CASE WHEN new_row."id" IS NULL THEN old_row."is_current" ELSE new_row."is_current" END, CASE WHEN new_row."id" IS NULL THEN old_row."approval_above" ELSE new_row."approval_above" END FROM told, old_rows AS old_row FULL JOIN new_rows AS new_row ON old_row."id" = new_row."id" WHERE old_row."id" IS DISTINCT FROM new_row."id" OR old_row."name" IS DISTINCT FROM new_row."name" OR old_row."postal_code" IS DISTINCT FROM new_row."postal_code" OR old_row."address" IS DISTINCT FROM new_row."address" OR old_row."telephone" IS DISTINCT FROM new_row."telephone" OR old_row."fax" IS DISTINCT FROM new_row."fax" OR old_row."registration_number" IS DISTINCT FROM new_row."registration_number" OR old_row."seal_id" IS DISTINCT FROM new_row."seal_id" OR old_row."is_current" IS DISTINCT FROM new_row."is_current" OR old_row."approval_above" IS DISTINCT FROM new_row."approval_above"; RETURN NULL;',
                    hash="50aba0ac4026c814464200779cdc8b66f1224d79",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_record_update_876b6",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="issuers",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="issuer",
            trigger=pgtrigger.compiler.Trigger(
                name="record_truncate",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO issuer_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "name", "postal_code", "address", "telephone", "fax", "registration_number", "seal_id", "is_current", "approval_above") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."id", old_row."name", old_row."postal_code", old_row."address", old_row."telephone", old_row."fax", old_row."registration_number", old_row."seal_id", old_row."is_current", old_row."approval_above" FROM told, issuers AS old_row; RETURN NULL;',
                    hash="83fd458fbfaf3f66ce78b46b31f0a81957719f0c",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_record_truncate_721fa",
                    table="issuers",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="numberseries",
            trigger=pgtrigger.compiler.Trigger(
                name="record_insert",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO number_series_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "code", "number_format", "fiscal_year_start_month", "restarts_yearly") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'insert\', NULL, new_row."code", new_row."number_format", new_row."fiscal_year_start_month", new_row."restarts_yearly" FROM told, new_rows AS new_row; RETURN NULL;',
                    hash="a3d4a6c6254e7e0f4e14a646505aee64f5062eef",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_record_insert_c62a0",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="number_series",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="numberseries",
            trigger=pgtrigger.compiler.Trigger(
                name="record_delete",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO number_series_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "code", "number_format", "fiscal_year_start_month", "restarts_yearly") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."code", old_row."number_format", old_row."fiscal_year_start_month", old_row."restarts_yearly" FROM told, old_rows AS old_row; RETURN NULL;',
                    hash="8338325b9f8096a12630aa126a3589a2f0645820",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_record_delete_3ccef",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="number_series",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="numberseries",
            trigger=pgtrigger.compiler.Trigger(
                name="record_update",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO number_series_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "code", "number_format", "fiscal_year_start_month", "restarts_yearly") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, CASE WHEN old_row."code" IS NULL THEN \'insert\' WHEN new_row."code" IS NULL THEN \'delete\' ELSE \'update\' END, CASE WHEN NOT (old_row."code" IS NULL OR new_row."code" IS NULL) THEN CASE WHEN old_row."code" IS DISTINCT FROM new_row."code" THEN jsonb_build_object(\'code\', old_row."code") ELSE \'{}\' END || CASE WHEN old_row."number_format" IS DISTINCT FROM new_row."number_format" THEN jsonb_build_object(\'number_format\', old_row."number_format") ELSE \'{}\' END || CASE WHEN old_row."fiscal_year_start_month" IS DISTINCT FROM new_row."fiscal_year_start_month" THEN jsonb_build_object(\'fiscal_year_start_month\', old_row."fiscal_year_start_month") ELSE \'{}\' END || CASE WHEN old_row."restarts_yearly" IS DISTINCT FROM new_row."restarts_yearly" THEN jsonb_build_object(\'restarts_yearly\', old_row."restarts_yearly") ELSE \'{}\' END END, CASE WHEN new_row."code" IS NULL THEN old_row."code" ELSE new_row."code" END, CASE WHEN new_row."code" IS NULL THEN old_row."number_format" ELSE new_row."number_format" END, CASE WHEN new_row."code" IS NULL THEN old_row."fiscal_year_start_month" ELSE new_row."fiscal_year_start_month" END, CASE WHEN new_row."code" IS NULL THEN old_row."restarts_yearly" ELSE new_row."restarts_yearly" END FROM told, old_rows AS old_row FULL JOIN new_rows AS new_row ON old_row."code" = new_row."code" WHERE old_row."code" IS DISTINCT FROM new_row."code" OR old_row."number_format" IS DISTINCT FROM new_row."number_format" OR old_row."fiscal_year_start_month" IS DISTINCT FROM new_row."fiscal_year_start_month" OR old_row."restarts_yearly" IS DISTINCT FROM new_row."restarts_yearly"; RETURN NULL;',
                    hash="f456d25c04325a5885cebb12f4330d05e5dbd64e",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_record_update_2a85f",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="number_series",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="numberseries",
            trigger=pgtrigger.compiler.Trigger(
                name="record_truncate",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO number_series_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "code", "number_format", "fiscal_year_start_month", "restarts_yearly") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."code", old_row."number_format", old_row."fiscal_year_start_month", old_row."restarts_yearly" FROM told, number_series AS old_row; RETURN NULL;',
                    hash="4c48a37d24c62f8abd82360402eb0da6f232c511",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_record_truncate_95642",
                    table="number_series",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="customerchange",
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
            model_name="issuerchange",
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
            model_name="issuerchange",
            name="seal",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="invoices.seal",
                verbose_name="seal image",
            ),
        ),
        migrations.AddField(
            model_name="numberserieschange",
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
        migrations.AddIndex(
            model_name="customerchange",
            index=models.Index(fields=["-pgh_created_at", "-pgh_id"], name="customer_changes_at"),
        ),
        migrations.AddIndex(
            model_name="customerchange",
            index=models.Index(fields=["pgh_by", "-pgh_created_at", "-pgh_id"], name="customer_changes_by"),
        ),
        migrations.AddIndex(
            model_name="customerchange",
            index=models.Index(fields=["id", "-pgh_created_at", "-pgh_id"], name="customer_changes_of"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customerchange",
            trigger=pgtrigger.compiler.Trigger(
                name="history_is_kept",
                sql=history.triggers.LastingTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="4d8db6cd864be1b69a4f54ed10c5c747658b3f1a",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_history_is_kept_9aeae",
                    table="customer_changes",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="issuerchange",
            index=models.Index(fields=["-pgh_created_at", "-pgh_id"], name="issuer_changes_at"),
        ),
        migrations.AddIndex(
            model_name="issuerchange",
            index=models.Index(fields=["pgh_by", "-pgh_created_at", "-pgh_id"], name="issuer_changes_by"),
        ),
        migrations.AddIndex(
            model_name="issuerchange",
            index=models.Index(fields=["id", "-pgh_created_at", "-pgh_id"], name="issuer_changes_of"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="issuerchange",
            trigger=pgtrigger.compiler.Trigger(
                name="history_is_kept",
                sql=history.triggers.LastingTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="93307f61f50e7f193756beb90311435ada838e9f",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_history_is_kept_16310",
                    table="issuer_changes",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="numberserieschange",
            index=models.Index(fields=["-pgh_created_at", "-pgh_id"], name="number_series_changes_at"),
        ),
        migrations.AddIndex(
            model_name="numberserieschange",
            index=models.Index(fields=["pgh_by", "-pgh_created_at", "-pgh_id"], name="number_series_changes_by"),
        ),
        migrations.AddIndex(
            model_name="numberserieschange",
            index=models.Index(fields=["code", "-pgh_created_at", "-pgh_id"], name="number_series_changes_of"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="numberserieschange",
            trigger=pgtrigger.compiler.Trigger(
                name="history_is_kept",
                sql=history.triggers.LastingTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="2698ae0f431ebf5fa53e303361ba4fd99841cb78",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_history_is_kept_1759d",
                    table="number_series_changes",
                    when="BEFORE",
                ),
            ),
        ),
    ]
