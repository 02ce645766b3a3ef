"""SKUs that stand for other products."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import history.triggers

# What the triggers call. Going back, pgtrigger takes the triggers and leaves these.
FUNCTIONS = [
    "pgtrigger_merged_stays_inactive_f4ad9",
    "pgtrigger_alias_stands_for_a_product_d6cff",
    "pgtrigger_record_insert_9d0d7",
    "pgtrigger_record_delete_4df84",
    "pgtrigger_record_update_68070",
    "pgtrigger_record_truncate_9f9c3",
    "pgtrigger_history_is_kept_b146c",
]
DROP = ";".join(f"drop function if exists {settings.SCHEMA}.{name}()" for name in FUNCTIONS)


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("catalog", "0015_change_history"),
    ]

    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, DROP),
        migrations.CreateModel(
            name="ProductAlias",
            fields=[
                (
                    "alias",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="merged",
                        serialize=False,
                        to="catalog.product",
                        verbose_name="former SKU",
                    ),
                ),
                ("was_active", models.BooleanField()),
            ],
            options={
                "verbose_name": "merged SKU",
                "verbose_name_plural": "merged SKUs",
                "db_table": "product_aliases",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ProductAliasChange",
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
            ],
            options={
                "verbose_name": "merged SKU",
                "db_table": "product_alias_changes",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=pgtrigger.compiler.Trigger(
                name="merged_stays_inactive",
                sql=history.triggers.LastingTriggerSql(
                    condition='WHEN (NEW."is_active" AND NOT OLD."is_active")',
                    func="\n    if exists (select from product_aliases where alias_id = new.sku) then\n        raise exception 'product % is merged into another one and cannot be active', new.sku\n            using errcode = 'restrict_violation';\n    end if;\n    return new;\n",
                    hash="f9d258d2cbb1fec072138cc234caa493972b84d4",
                    operation="UPDATE",
                    pgid="pgtrigger_merged_stays_inactive_f4ad9",
                    table="products",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="productalias",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="aliases",
                to="catalog.product",
                verbose_name="stands for",
            ),
        ),
        migrations.AddField(
            model_name="productaliaschange",
            name="alias",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                serialize=False,
                to="catalog.product",
                verbose_name="former SKU",
            ),
        ),
        migrations.AddField(
            model_name="productaliaschange",
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
            model_name="productaliaschange",
            name="product",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="catalog.product",
                verbose_name="stands for",
            ),
        ),
        migrations.AddConstraint(
            model_name="productalias",
            constraint=models.CheckConstraint(
                condition=models.Q(("alias", models.F("product")), _negated=True), name="product_aliases_not_of_itself"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productalias",
            trigger=pgtrigger.compiler.Trigger(
                name="alias_stands_for_a_product",
                sql=history.triggers.LastingTriggerSql(
                    func="\n    perform from products where sku in (new.alias_id, new.product_id) order by sku for update;\n    if exists (select from product_aliases where alias_id = new.product_id or product_id = new.alias_id) then\n        raise exception 'an alias cannot stand for an alias: % for %', new.alias_id, new.product_id\n            using errcode = 'restrict_violation';\n    end if;\n    if exists (select from products where sku = new.alias_id and is_active) then\n        raise exception 'product % is active and cannot be an alias', new.alias_id\n            using errcode = 'restrict_violation';\n    end if;\n    return new;\n",
                    hash="6bda8457eb437e9e0bbc6cc35ef7f3a854bbe735",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_alias_stands_for_a_product_d6cff",
                    table="product_aliases",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productalias",
            trigger=pgtrigger.compiler.Trigger(
                name="record_insert",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO product_alias_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "alias_id", "product_id") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'insert\', NULL, new_row."alias_id", new_row."product_id" FROM told, new_rows AS new_row; RETURN NULL;',
                    hash="eda39bccd3070b6bf745c5e2d27a7ce65e62b5f6",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_record_insert_9d0d7",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="product_aliases",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productalias",
            trigger=pgtrigger.compiler.Trigger(
                name="record_delete",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO product_alias_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "alias_id", "product_id") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."alias_id", old_row."product_id" FROM told, old_rows AS old_row; RETURN NULL;',
                    hash="f0ca4b60da6945b8072f52b9b5fd22a4de2b506e",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_record_delete_4df84",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="product_aliases",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productalias",
            trigger=pgtrigger.compiler.Trigger(
                name="record_update",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO product_alias_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "alias_id", "product_id") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, CASE WHEN old_row."alias_id" IS NULL THEN \'insert\' WHEN new_row."alias_id" IS NULL THEN \'delete\' ELSE \'update\' END, CASE WHEN NOT (old_row."alias_id" IS NULL OR new_row."alias_id" IS NULL) THEN CASE WHEN old_row."alias_id" IS DISTINCT FROM new_row."alias_id" THEN jsonb_build_object(\'alias_id\', old_row."alias_id") ELSE \'{}\' END || CASE WHEN old_row."product_id" IS DISTINCT FROM new_row."product_id" THEN jsonb_build_object(\'product_id\', old_row."product_id") ELSE \'{}\' END END, CASE WHEN new_row."alias_id" IS NULL THEN old_row."alias_id" ELSE new_row."alias_id" END, CASE WHEN new_row."alias_id" IS NULL THEN old_row."product_id" ELSE new_row."product_id" END FROM told, old_rows AS old_row FULL JOIN new_rows AS new_row ON old_row."alias_id" = new_row."alias_id" WHERE old_row."alias_id" IS DISTINCT FROM new_row."alias_id" OR old_row."product_id" IS DISTINCT FROM new_row."product_id"; RETURN NULL;',
                    hash="53511d8cfc5790bdeed4e057940b9d8ba3f6a494",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_record_update_68070",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="product_aliases",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productalias",
            trigger=pgtrigger.compiler.Trigger(
                name="record_truncate",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO product_alias_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "alias_id", "product_id") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."alias_id", old_row."product_id" FROM told, product_aliases AS old_row; RETURN NULL;',
                    hash="26c96f9901945b195769c8420b1132e9c5c029b3",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_record_truncate_9f9c3",
                    table="product_aliases",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="productaliaschange",
            index=models.Index(fields=["-pgh_created_at", "-pgh_id"], name="product_alias_changes_at"),
        ),
        migrations.AddIndex(
            model_name="productaliaschange",
            index=models.Index(fields=["pgh_by", "-pgh_created_at", "-pgh_id"], name="product_alias_changes_by"),
        ),
        migrations.AddIndex(
            model_name="productaliaschange",
            index=models.Index(fields=["product", "-pgh_created_at", "-pgh_id"], name="product_alias_changes_product"),
        ),
        migrations.AddIndex(
            model_name="productaliaschange",
            index=models.Index(fields=["alias", "-pgh_created_at", "-pgh_id"], name="product_alias_changes_alias"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productaliaschange",
            trigger=pgtrigger.compiler.Trigger(
                name="history_is_kept",
                sql=history.triggers.LastingTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="74271e8b5ffa5f1aaf5392a55085b48e724ccacd",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_history_is_kept_b146c",
                    table="product_alias_changes",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="productloadrow", name="merged_sku", field=models.TextField(db_collation="C", null=True)
        ),
    ]
