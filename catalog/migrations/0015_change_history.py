"""What happens to products, tax categories and rates is recorded by triggers."""

import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import history.triggers

# What the triggers call. Going back, pgtrigger takes the triggers and leaves these.
FUNCTIONS = [
    "pgtrigger_record_insert_2bd7e",
    "pgtrigger_record_delete_d7b0d",
    "pgtrigger_record_update_f464c",
    "pgtrigger_record_truncate_fb021",
    "pgtrigger_record_insert_a03e7",
    "pgtrigger_record_delete_94a62",
    "pgtrigger_record_update_60ff3",
    "pgtrigger_record_truncate_eddb6",
    "pgtrigger_record_insert_15640",
    "pgtrigger_record_delete_8c26e",
    "pgtrigger_record_update_ddd1a",
    "pgtrigger_record_truncate_35c3c",
    "pgtrigger_history_is_kept_1a0d5",
    "pgtrigger_history_is_kept_0d5f6",
    "pgtrigger_history_is_kept_ac131",
]
DROP = ";".join(f"drop function if exists {settings.SCHEMA}.{name}()" for name in FUNCTIONS)


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("catalog", "0014_updated_at_always"),
    ]

    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, DROP),
        migrations.CreateModel(
            name="ProductChange",
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
                ("sku", models.TextField(db_collation="C", serialize=False, verbose_name="SKU")),
                (
                    "name",
                    models.TextField(
                        validators=[django.core.validators.MaxLengthValidator(200)], verbose_name="product name"
                    ),
                ),
                (
                    "unit_price",
                    models.DecimalField(
                        blank=True, decimal_places=4, max_digits=14, null=True, verbose_name="unit price"
                    ),
                ),
                ("unit", models.TextField(db_default="個", default="個", verbose_name="unit")),
                ("jan", models.TextField(blank=True, db_default="", default="", verbose_name="JAN")),
                ("note", models.TextField(blank=True, db_default="", default="", verbose_name="note")),
                ("is_active", models.BooleanField(db_default=True, default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "product",
                "db_table": "product_changes",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="TaxCategoryChange",
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
                ("code", models.TextField(db_collation="C", serialize=False, verbose_name="code")),
                ("name", models.TextField(verbose_name="name")),
                (
                    "kind",
                    models.TextField(
                        choices=[("standard", "Standard rate"), ("reduced", "Reduced rate"), ("exempt", "Exempt")],
                        verbose_name="kind",
                    ),
                ),
                ("sort_order", models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="sort order")),
            ],
            options={
                "verbose_name": "tax category",
                "db_table": "tax_category_changes",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="TaxRateChange",
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
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("rate", models.DecimalField(decimal_places=2, max_digits=5, verbose_name="rate (%)")),
            ],
            options={
                "verbose_name": "tax rate",
                "db_table": "tax_rate_changes",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=pgtrigger.compiler.Trigger(
                name="record_insert",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO product_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "sku", "name", "unit_price", "unit", "tax_category_id", "jan", "note", "is_active") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'insert\', NULL, new_row."sku", new_row."name", new_row."unit_price", new_row."unit", new_row."tax_category_id", new_row."jan", new_row."note", new_row."is_active" FROM told, new_rows AS new_row; RETURN NULL;',
                    hash="ab4416e66a77727bd8cd502b76285934a422eb69",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_record_insert_2bd7e",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="products",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=pgtrigger.compiler.Trigger(
                name="record_delete",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO product_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "sku", "name", "unit_price", "unit", "tax_category_id", "jan", "note", "is_active") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."sku", old_row."name", old_row."unit_price", old_row."unit", old_row."tax_category_id", old_row."jan", old_row."note", old_row."is_active" FROM told, old_rows AS old_row; RETURN NULL;',
                    hash="2439236a34a5a1f88d601c63079a833cb161bcb3",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_record_delete_d7b0d",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="products",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=pgtrigger.compiler.Trigger(
                name="record_update",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO product_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "sku", "name", "unit_price", "unit", "tax_category_id", "jan", "note", "is_active") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, CASE WHEN old_row."sku" IS NULL THEN \'insert\' WHEN new_row."sku" IS NULL THEN \'delete\' ELSE \'update\' END, CASE WHEN NOT (old_row."sku" IS NULL OR new_row."sku" IS NULL) THEN CASE WHEN old_row."sku" IS DISTINCT FROM new_row."sku" THEN jsonb_build_object(\'sku\', old_row."sku") ELSE \'{}\' END || CASE WHEN old_row."name" IS DISTINCT FROM new_row."name" THEN jsonb_build_object(\'name\', old_row."name") ELSE \'{}\' END || CASE WHEN old_row."unit_price" IS DISTINCT FROM new_row."unit_price" THEN jsonb_build_object(\'unit_price\', old_row."unit_price") ELSE \'{}\' END || CASE WHEN old_row."unit" IS DISTINCT FROM new_row."unit" THEN jsonb_build_object(\'unit\', old_row."unit") ELSE \'{}\' END || CASE WHEN old_row."tax_category_id" IS DISTINCT FROM new_row."tax_category_id" THEN jsonb_build_object(\'tax_category_id\', old_row."tax_category_id") ELSE \'{}\' END || CASE WHEN old_row."jan" IS DISTINCT FROM new_row."jan" THEN jsonb_build_object(\'jan\', old_row."jan") ELSE \'{}\' END || CASE WHEN old_row."note" IS DISTINCT FROM new_row."note" THEN jsonb_build_object(\'note\', old_row."note") ELSE \'{}\' END || CASE WHEN old_row."is_active" IS DISTINCT FROM new_row."is_active" THEN jsonb_build_object(\'is_active\', old_row."is_active") ELSE \'{}\' END END, CASE WHEN new_row."sku" IS NULL THEN old_row."sku" ELSE new_row."sku" END, CASE WHEN new_row."sku" IS NULL THEN old_row."name" ELSE new_row."name" END, CASE WHEN new_row."sku" IS NULL THEN old_row."unit_price" ELSE new_row."unit_price" END, CASE WHEN new_row."sku" IS NULL THEN old_row."unit" ELSE new_row."unit" END, CASE WHEN new_row."sku" IS NULL THEN old_row."tax_category_id" ELSE new_row."tax_category_id" END, CASE WHEN new_row."sku" IS NULL THEN old_row."jan" ELSE new_row."jan" END, CASE WHEN new_row."sku" IS NULL THEN old_row."note" ELSE new_row."note" END, CASE WHEN new_row."sku" IS NULL THEN old_row."is_active" ELSE new_row."is_active" END FROM told, old_rows AS old_row FULL JOIN new_rows AS new_row ON old_row."sku" = new_row."sku" WHERE old_row."sku" IS DISTINCT FROM new_row."sku" OR old_row."name" IS DISTINCT FROM new_row."name" OR old_row."unit_price" IS DISTINCT FROM new_row."unit_price" OR old_row."unit" IS DISTINCT FROM new_row."unit" OR old_row."tax_category_id" IS DISTINCT FROM new_row."tax_category_id" OR old_row."jan" IS DISTINCT FROM new_row."jan" OR old_row."note" IS DISTINCT FROM new_row."note" OR old_row."is_active" IS DISTINCT FROM new_row."is_active"; RETURN NULL;',
                    hash="83eeb1870fbb36ed57ab4151ed27085efc9c933c",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_record_update_f464c",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="products",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=pgtrigger.compiler.Trigger(
                name="record_truncate",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO product_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "sku", "name", "unit_price", "unit", "tax_category_id", "jan", "note", "is_active") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."sku", old_row."name", old_row."unit_price", old_row."unit", old_row."tax_category_id", old_row."jan", old_row."note", old_row."is_active" FROM told, products AS old_row; RETURN NULL;',
                    hash="1a3f328e1dd6e97b3d0d41dba33837d8fa705afb",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_record_truncate_fb021",
                    table="products",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="taxcategory",
            trigger=pgtrigger.compiler.Trigger(
                name="record_insert",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO tax_category_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "code", "name", "kind", "sort_order") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'insert\', NULL, new_row."code", new_row."name", new_row."kind", new_row."sort_order" FROM told, new_rows AS new_row; RETURN NULL;',
                    hash="a5d3b074d5405f8d340728e2b2686e4539986ebf",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_record_insert_a03e7",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="tax_categories",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="taxcategory",
            trigger=pgtrigger.compiler.Trigger(
                name="record_delete",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO tax_category_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "code", "name", "kind", "sort_order") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."code", old_row."name", old_row."kind", old_row."sort_order" FROM told, old_rows AS old_row; RETURN NULL;',
                    hash="08972765beda230b806486475c9969063a24138d",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_record_delete_94a62",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="tax_categories",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="taxcategory",
            trigger=pgtrigger.compiler.Trigger(
                name="record_update",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO tax_category_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "code", "name", "kind", "sort_order") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, CASE WHEN old_row."code" IS NULL THEN \'insert\' WHEN new_row."code" IS NULL THEN \'delete\' ELSE \'update\' END, CASE WHEN NOT (old_row."code" IS NULL OR new_row."code" IS NULL) THEN CASE WHEN old_row."code" IS DISTINCT FROM new_row."code" THEN jsonb_build_object(\'code\', old_row."code") ELSE \'{}\' END || CASE WHEN old_row."name" IS DISTINCT FROM new_row."name" THEN jsonb_build_object(\'name\', old_row."name") ELSE \'{}\' END || CASE WHEN old_row."kind" IS DISTINCT FROM new_row."kind" THEN jsonb_build_object(\'kind\', old_row."kind") ELSE \'{}\' END || CASE WHEN old_row."sort_order" IS DISTINCT FROM new_row."sort_order" THEN jsonb_build_object(\'sort_order\', old_row."sort_order") ELSE \'{}\' END END, CASE WHEN new_row."code" IS NULL THEN old_row."code" ELSE new_row."code" END, CASE WHEN new_row."code" IS NULL THEN old_row."name" ELSE new_row."name" END, CASE WHEN new_row."code" IS NULL THEN old_row."kind" ELSE new_row."kind" END, CASE WHEN new_row."code" IS NULL THEN old_row."sort_order" ELSE new_row."sort_order" END FROM told, old_rows AS old_row FULL JOIN new_rows AS new_row ON old_row."code" = new_row."code" WHERE old_row."code" IS DISTINCT FROM new_row."code" OR old_row."name" IS DISTINCT FROM new_row."name" OR old_row."kind" IS DISTINCT FROM new_row."kind" OR old_row."sort_order" IS DISTINCT FROM new_row."sort_order"; RETURN NULL;',
                    hash="b9089129a64c6bcd0640be1dc48616f2585904b2",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_record_update_60ff3",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="tax_categories",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="taxcategory",
            trigger=pgtrigger.compiler.Trigger(
                name="record_truncate",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO tax_category_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "code", "name", "kind", "sort_order") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."code", old_row."name", old_row."kind", old_row."sort_order" FROM told, tax_categories AS old_row; RETURN NULL;',
                    hash="4f36a04f6f70ef386fda2dee3ce0801521cc8136",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_record_truncate_eddb6",
                    table="tax_categories",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="taxrate",
            trigger=pgtrigger.compiler.Trigger(
                name="record_insert",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO tax_rate_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "category_id", "valid_from", "rate") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'insert\', NULL, new_row."id", new_row."category_id", new_row."valid_from", new_row."rate" FROM told, new_rows AS new_row; RETURN NULL;',
                    hash="4fb28fcb8bc746daffbd8c79a6e62fe36a3946df",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_record_insert_15640",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="tax_rates",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="taxrate",
            trigger=pgtrigger.compiler.Trigger(
                name="record_delete",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO tax_rate_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "category_id", "valid_from", "rate") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."id", old_row."category_id", old_row."valid_from", old_row."rate" FROM told, old_rows AS old_row; RETURN NULL;',
                    hash="2ef64aa940d710788636f5e2296101f578b7f337",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_record_delete_8c26e",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="tax_rates",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="taxrate",
            trigger=pgtrigger.compiler.Trigger(
                name="record_update",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO tax_rate_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "category_id", "valid_from", "rate") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, CASE WHEN old_row."id" IS NULL THEN \'insert\' WHEN new_row."id" IS NULL THEN \'delete\' ELSE \'update\' END, CASE WHEN NOT (old_row."id" IS NULL OR new_row."id" IS NULL) THEN CASE WHEN old_row."id" IS DISTINCT FROM new_row."id" THEN jsonb_build_object(\'id\', old_row."id") ELSE \'{}\' END || CASE WHEN old_row."category_id" IS DISTINCT FROM new_row."category_id" THEN jsonb_build_object(\'category_id\', old_row."category_id") ELSE \'{}\' END || CASE WHEN old_row."valid_from" IS DISTINCT FROM new_row."valid_from" THEN jsonb_build_object(\'valid_from\', old_row."valid_from") ELSE \'{}\' END || CASE WHEN old_row."rate" IS DISTINCT FROM new_row."rate" THEN jsonb_build_object(\'rate\', old_row."rate") ELSE \'{}\' END END, CASE WHEN new_row."id" IS NULL THEN old_row."id" ELSE new_row."id" END, CASE WHEN new_row."id" IS NULL THEN old_row."category_id" ELSE new_row."category_id" END, CASE WHEN new_row."id" IS NULL THEN old_row."valid_from" ELSE new_row."valid_from" END, CASE WHEN new_row."id" IS NULL THEN old_row."rate" ELSE new_row."rate" END FROM told, old_rows AS old_row FULL JOIN new_rows AS new_row ON old_row."id" = new_row."id" WHERE old_row."id" IS DISTINCT FROM new_row."id" OR old_row."category_id" IS DISTINCT FROM new_row."category_id" OR old_row."valid_from" IS DISTINCT FROM new_row."valid_from" OR old_row."rate" IS DISTINCT FROM new_row."rate"; RETURN NULL;',
                    hash="f87b396f581de911dd36a1db5e33ca7e48d62113",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_record_update_ddd1a",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="tax_rates",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="taxrate",
            trigger=pgtrigger.compiler.Trigger(
                name="record_truncate",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO tax_rate_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "category_id", "valid_from", "rate") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."id", old_row."category_id", old_row."valid_from", old_row."rate" FROM told, tax_rates AS old_row; RETURN NULL;',
                    hash="27cfc03b8e6dbf52313828ecc16abbe49528a37f",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_record_truncate_35c3c",
                    table="tax_rates",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="productchange",
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
            model_name="productchange",
            name="tax_category",
            field=models.ForeignKey(
                db_constraint=False,
                db_default="standard",
                db_index=False,
                default="standard",
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="catalog.taxcategory",
                verbose_name="tax category",
            ),
        ),
        migrations.AddField(
            model_name="taxcategorychange",
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
            model_name="taxratechange",
            name="category",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="catalog.taxcategory",
                verbose_name="tax category",
            ),
        ),
        migrations.AddField(
            model_name="taxratechange",
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
            model_name="productchange",
            index=models.Index(fields=["-pgh_created_at", "-pgh_id"], name="product_changes_at"),
        ),
        migrations.AddIndex(
            model_name="productchange",
            index=models.Index(fields=["pgh_by", "-pgh_created_at", "-pgh_id"], name="product_changes_by"),
        ),
        migrations.AddIndex(
            model_name="productchange",
            index=models.Index(fields=["sku", "-pgh_created_at", "-pgh_id"], name="product_changes_of"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productchange",
            trigger=pgtrigger.compiler.Trigger(
                name="history_is_kept",
                sql=history.triggers.LastingTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="4290dfa1bf7887c90afc58cd9b2a4d4fe5e656b7",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_history_is_kept_1a0d5",
                    table="product_changes",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="taxcategorychange",
            index=models.Index(fields=["-pgh_created_at", "-pgh_id"], name="tax_category_changes_at"),
        ),
        migrations.AddIndex(
            model_name="taxcategorychange",
            index=models.Index(fields=["pgh_by", "-pgh_created_at", "-pgh_id"], name="tax_category_changes_by"),
        ),
        migrations.AddIndex(
            model_name="taxcategorychange",
            index=models.Index(fields=["code", "-pgh_created_at", "-pgh_id"], name="tax_category_changes_of"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="taxcategorychange",
            trigger=pgtrigger.compiler.Trigger(
                name="history_is_kept",
                sql=history.triggers.LastingTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="fbb42fe89d2a9d3d918505c42fb582c7d5b187df",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_history_is_kept_0d5f6",
                    table="tax_category_changes",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="taxratechange",
            index=models.Index(fields=["-pgh_created_at", "-pgh_id"], name="tax_rate_changes_at"),
        ),
        migrations.AddIndex(
            model_name="taxratechange",
            index=models.Index(fields=["pgh_by", "-pgh_created_at", "-pgh_id"], name="tax_rate_changes_by"),
        ),
        migrations.AddIndex(
            model_name="taxratechange",
            index=models.Index(fields=["category", "-pgh_created_at", "-pgh_id"], name="tax_rate_changes_of"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="taxratechange",
            trigger=pgtrigger.compiler.Trigger(
                name="history_is_kept",
                sql=history.triggers.LastingTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="26ad458a94494f1db3d2d8fa4ae977488373fcca",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_history_is_kept_ac131",
                    table="tax_rate_changes",
                    when="BEFORE",
                ),
            ),
        ),
    ]
