"""List prices by the day they hold from, and what tells today."""

import datetime
from decimal import Decimal

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import history.triggers

# What the triggers call. Going back, pgtrigger takes the triggers and leaves these.
TRIGGER_FUNCTIONS = [
    "pgtrigger_touch_products_on_insert_570cc",
    "pgtrigger_touch_products_on_delete_cd8e6",
    "pgtrigger_touch_products_on_update_56fb8",
    "pgtrigger_record_insert_6cda6",
    "pgtrigger_record_delete_eb4f0",
    "pgtrigger_record_update_4cced",
    "pgtrigger_record_truncate_3ce07",
    "pgtrigger_history_is_kept_d4c67",
]
DROP = ";".join(f"drop function if exists {settings.SCHEMA}.{name}()" for name in TRIGGER_FUNCTIONS)
# Once for all, so that the clock can be moved by replacing it, which only the tables' owner can.
TODAY = f"""
create function {settings.SCHEMA}.today() returns date
language sql stable parallel safe
return (pg_catalog.now() at time zone 'Asia/Tokyo')::date
"""

# Whoever deletes a product in psql, or mends its SKU, is not to be stopped by its prices. Checked at once: deferred, the
# list of what is to be checked makes each row of a long statement dearer than the one before.
REFERENCE = f"""
alter table {settings.SCHEMA}.list_prices add constraint list_prices_of_product
foreign key (product_id) references {settings.SCHEMA}.products (sku) on delete cascade on update cascade
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0017_indexes_of_lists"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(TODAY, f"drop function {settings.SCHEMA}.today()"),
        migrations.RunSQL(migrations.RunSQL.noop, DROP),
        migrations.AddField(
            model_name="productloadchange",
            name="had_price_of_day",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="ListPriceChange",
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
                (
                    "unit_price",
                    models.DecimalField(
                        blank=True, decimal_places=4, max_digits=14, null=True, verbose_name="unit price"
                    ),
                ),
                (
                    "pgh_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="catalog.product",
                        verbose_name="product",
                    ),
                ),
            ],
            options={
                "verbose_name": "list price",
                "db_table": "list_price_changes",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ListPrice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="valid from")),
                (
                    "unit_price",
                    models.DecimalField(
                        blank=True, decimal_places=4, max_digits=14, null=True, verbose_name="unit price"
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="list_prices",
                        to="catalog.product",
                        verbose_name="product",
                    ),
                ),
            ],
            options={
                "verbose_name": "list price",
                "verbose_name_plural": "list prices",
                "db_table": "list_prices",
                "ordering": ["product", "-valid_from"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("unit_price", None)), fields=["product"], name="list_prices_not_set"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("product", "valid_from"),
                        name="list_prices_one_per_day",
                        violation_error_message="This product already has a price from that day. Change that price or choose another day.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("valid_from__gte", datetime.date(2000, 1, 1))),
                        name="list_prices_day_is_plausible",
                        violation_error_message="The day is before 2000. Enter the year with four digits.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("unit_price__gte", 0), ("unit_price__lte", Decimal("9999999999.9999"))),
                            ("unit_price", None),
                            _connector="OR",
                        ),
                        name="list_prices_unit_price_in_range",
                        violation_error_message="The unit price is negative or not a number. Enter 0 or more, or leave it empty.",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="listprice",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_products_on_insert",
                sql=history.triggers.RecordingTriggerSql(
                    func="\n    update stored_products set updated_at = now() where sku in (select product_id from new_rows) and updated_at <> now();\n    return null;\n",
                    hash="6cdfbdc6fa54b2a8c58411752cb6eda6cabfb144",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_touch_products_on_insert_570cc",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="list_prices",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="listprice",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_products_on_delete",
                sql=history.triggers.RecordingTriggerSql(
                    func="\n    update stored_products set updated_at = now() where sku in (select product_id from old_rows) and updated_at <> now();\n    return null;\n",
                    hash="a4eb7b9541567ec56af02788075ae84e02cd25a9",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_touch_products_on_delete_cd8e6",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="list_prices",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="listprice",
            trigger=pgtrigger.compiler.Trigger(
                name="touch_products_on_update",
                sql=history.triggers.RecordingTriggerSql(
                    func="\n    update stored_products set updated_at = now() where sku in (select product_id from old_rows union select product_id from new_rows) and updated_at <> now();\n    return null;\n",
                    hash="771237243ae75841ebb1ccba237689781760507c",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_touch_products_on_update_56fb8",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="list_prices",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="listprice",
            trigger=pgtrigger.compiler.Trigger(
                name="record_insert",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO list_price_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "product_id", "valid_from", "unit_price") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'insert\', NULL, new_row."id", new_row."product_id", new_row."valid_from", new_row."unit_price" FROM told, new_rows AS new_row; RETURN NULL;',
                    hash="f10e033c3a14c1f508374026e603d7005a49cce0",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_record_insert_6cda6",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="list_prices",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="listprice",
            trigger=pgtrigger.compiler.Trigger(
                name="record_delete",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO list_price_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "product_id", "valid_from", "unit_price") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."id", old_row."product_id", old_row."valid_from", old_row."unit_price" FROM told, old_rows AS old_row; RETURN NULL;',
                    hash="998129bde39cae26c782d5ab444938b452dbb70a",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_record_delete_eb4f0",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="list_prices",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="listprice",
            trigger=pgtrigger.compiler.Trigger(
                name="record_update",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO list_price_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "product_id", "valid_from", "unit_price") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, CASE WHEN old_row."id" IS NULL THEN \'insert\' WHEN new_row."id" IS NULL THEN \'delete\' ELSE \'update\' END, CASE WHEN NOT (old_row."id" IS NULL OR new_row."id" IS NULL) THEN CASE WHEN old_row."id" IS DISTINCT FROM new_row."id" THEN jsonb_build_object(\'id\', old_row."id") ELSE \'{}\' END || CASE WHEN old_row."product_id" IS DISTINCT FROM new_row."product_id" THEN jsonb_build_object(\'product_id\', old_row."product_id") ELSE \'{}\' END || CASE WHEN old_row."valid_from" IS DISTINCT FROM new_row."valid_from" THEN jsonb_build_object(\'valid_from\', old_row."valid_from") ELSE \'{}\' END || CASE WHEN old_row."unit_price" IS DISTINCT FROM new_row."unit_price" THEN jsonb_build_object(\'unit_price\', old_row."unit_price") ELSE \'{}\' END END, CASE WHEN new_row."id" IS NULL THEN old_row."id" ELSE new_row."id" END, CASE WHEN new_row."id" IS NULL THEN old_row."product_id" ELSE new_row."product_id" END, CASE WHEN new_row."id" IS NULL THEN old_row."valid_from" ELSE new_row."valid_from" END, CASE WHEN new_row."id" IS NULL THEN old_row."unit_price" ELSE new_row."unit_price" END FROM told, old_rows AS old_row FULL JOIN new_rows AS new_row ON old_row."id" = new_row."id" WHERE old_row."id" IS DISTINCT FROM new_row."id" OR old_row."product_id" IS DISTINCT FROM new_row."product_id" OR old_row."valid_from" IS DISTINCT FROM new_row."valid_from" OR old_row."unit_price" IS DISTINCT FROM new_row."unit_price"; RETURN NULL;',
                    hash="118c2d81d64dd827cf14ab0bf55bd3ede31365c9",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_record_update_4cced",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="list_prices",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="listprice",
            trigger=pgtrigger.compiler.Trigger(
                name="record_truncate",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO list_price_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "product_id", "valid_from", "unit_price") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."id", old_row."product_id", old_row."valid_from", old_row."unit_price" FROM told, list_prices AS old_row; RETURN NULL;',
                    hash="d15080de250775b27a2f8ca8aeedb9b232794e40",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_record_truncate_3ce07",
                    table="list_prices",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="listpricechange",
            index=models.Index(fields=["-pgh_created_at", "-pgh_id"], name="list_price_changes_at"),
        ),
        migrations.AddIndex(
            model_name="listpricechange",
            index=models.Index(fields=["pgh_by", "-pgh_created_at", "-pgh_id"], name="list_price_changes_by"),
        ),
        migrations.AddIndex(
            model_name="listpricechange",
            index=models.Index(fields=["product", "-pgh_created_at", "-pgh_id"], name="list_price_changes_of"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="listpricechange",
            trigger=pgtrigger.compiler.Trigger(
                name="history_is_kept",
                sql=history.triggers.LastingTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="44e022fd92f85db07faf148ae088aee337da543b",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_history_is_kept_d4c67",
                    table="list_price_changes",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.RunSQL(REFERENCE, migrations.RunSQL.noop),
    ]
