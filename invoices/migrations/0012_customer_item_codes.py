"""What customers call our products."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import history.triggers

# What the triggers call. Going back, pgtrigger takes the triggers and leaves these.
FUNCTIONS = [
    "pgtrigger_record_insert_d138d",
    "pgtrigger_record_delete_53aad",
    "pgtrigger_record_update_387cd",
    "pgtrigger_record_truncate_3fcd5",
    "pgtrigger_history_is_kept_79062",
]
DROP = ";".join(f"drop function if exists {settings.SCHEMA}.{name}()" for name in FUNCTIONS)

# No reference to a view can be made; the table behind the view can be referred to.
REFERENCE = f"""
alter table {settings.SCHEMA}.customer_item_codes add constraint customer_item_codes_of_product
foreign key (product_id) references {settings.SCHEMA}.stored_products (sku) deferrable initially deferred
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0019_products_view"),
        ("invoices", "0011_document_settings_of_customers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, DROP),
        migrations.CreateModel(
            name="CustomerItemCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("code", models.CharField(max_length=64, verbose_name="customer's item code")),
            ],
            options={
                "verbose_name": "customer's item code",
                "verbose_name_plural": "customers' item codes",
                "db_table": "customer_item_codes",
                "ordering": ("customer", "code"),
            },
        ),
        migrations.CreateModel(
            name="CustomerItemCodeChange",
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
                ("code", models.CharField(max_length=64, verbose_name="customer's item code")),
            ],
            options={
                "verbose_name": "customer's item code",
                "db_table": "customer_item_code_changes",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="customeritemcode",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="item_codes",
                to="invoices.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddField(
            model_name="customeritemcode",
            name="product",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="catalog.product",
                verbose_name="product",
            ),
        ),
        migrations.RunSQL(REFERENCE, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="customeritemcodechange",
            name="customer",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="invoices.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddField(
            model_name="customeritemcodechange",
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
            model_name="customeritemcodechange",
            name="product",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="catalog.product",
                verbose_name="product",
            ),
        ),
        migrations.AddConstraint(
            model_name="customeritemcode",
            constraint=models.UniqueConstraint(
                fields=("customer", "product"), name="customer_item_codes_one_per_product"
            ),
        ),
        migrations.AddConstraint(
            model_name="customeritemcode",
            constraint=models.UniqueConstraint(
                fields=("customer", "code"), name="customer_item_codes_one_product_each"
            ),
        ),
        migrations.AddConstraint(
            model_name="customeritemcode",
            constraint=models.CheckConstraint(
                condition=models.Q(("code", ""), _negated=True), name="customer_item_codes_not_empty"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customeritemcode",
            trigger=pgtrigger.compiler.Trigger(
                name="record_insert",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO customer_item_code_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "customer_id", "product_id", "code") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'insert\', NULL, new_row."id", new_row."customer_id", new_row."product_id", new_row."code" FROM told, new_rows AS new_row; RETURN NULL;',
                    hash="85809879789ed44a4d7c26efa4293cd995bf3d8f",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_record_insert_d138d",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="customer_item_codes",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customeritemcode",
            trigger=pgtrigger.compiler.Trigger(
                name="record_delete",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO customer_item_code_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "customer_id", "product_id", "code") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."id", old_row."customer_id", old_row."product_id", old_row."code" FROM told, old_rows AS old_row; RETURN NULL;',
                    hash="a89114baa90deee5846b7f7f95b602114952dfa0",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_record_delete_53aad",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="customer_item_codes",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customeritemcode",
            trigger=pgtrigger.compiler.Trigger(
                name="record_update",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO customer_item_code_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "customer_id", "product_id", "code") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, CASE WHEN old_row."id" IS NULL THEN \'insert\' WHEN new_row."id" IS NULL THEN \'delete\' ELSE \'update\' END, CASE WHEN NOT (old_row."id" IS NULL OR new_row."id" IS NULL) THEN CASE WHEN old_row."id" IS DISTINCT FROM new_row."id" THEN jsonb_build_object(\'id\', old_row."id") ELSE \'{}\' END || CASE WHEN old_row."customer_id" IS DISTINCT FROM new_row."customer_id" THEN jsonb_build_object(\'customer_id\', old_row."customer_id") ELSE \'{}\' END || CASE WHEN old_row."product_id" IS DISTINCT FROM new_row."product_id" THEN jsonb_build_object(\'product_id\', old_row."product_id") ELSE \'{}\' END || CASE WHEN old_row."code" IS DISTINCT FROM new_row."code" THEN jsonb_build_object(\'code\', old_row."code") ELSE \'{}\' END END, CASE WHEN new_row."id" IS NULL THEN old_row."id" ELSE new_row."id" END, CASE WHEN new_row."id" IS NULL THEN old_row."customer_id" ELSE new_row."customer_id" END, CASE WHEN new_row."id" IS NULL THEN old_row."product_id" ELSE new_row."product_id" END, CASE WHEN new_row."id" IS NULL THEN old_row."code" ELSE new_row."code" END FROM told, old_rows AS old_row FULL JOIN new_rows AS new_row ON old_row."id" = new_row."id" WHERE old_row."id" IS DISTINCT FROM new_row."id" OR old_row."customer_id" IS DISTINCT FROM new_row."customer_id" OR old_row."product_id" IS DISTINCT FROM new_row."product_id" OR old_row."code" IS DISTINCT FROM new_row."code"; RETURN NULL;',
                    hash="8b89475abeab510f776de7aba4c91884a89c94bb",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_record_update_387cd",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="customer_item_codes",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customeritemcode",
            trigger=pgtrigger.compiler.Trigger(
                name="record_truncate",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO customer_item_code_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "customer_id", "product_id", "code") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."id", old_row."customer_id", old_row."product_id", old_row."code" FROM told, customer_item_codes AS old_row; RETURN NULL;',
                    hash="6c8784b5758c3f7e584b3e84d34aa5140016dcf2",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_record_truncate_3fcd5",
                    table="customer_item_codes",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customeritemcodechange",
            trigger=pgtrigger.compiler.Trigger(
                name="history_is_kept",
                sql=history.triggers.LastingTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="5e0fc27b02e3ff9c89836debe446cac36c47325d",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_history_is_kept_79062",
                    table="customer_item_code_changes",
                    when="BEFORE",
                ),
            ),
        ),
    ]
