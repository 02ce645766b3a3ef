"""The table of products: made new, or adopted from the predecessor's init script with every row.

The predecessor's table is `sku text primary key, name text not null, unit_price integer not null, note text`. It is
altered where it stands, so that grants on it live on, after its rows were copied as they are into
`predecessor_products`. That table also tells, on the way back, that there is a predecessor's table to restore. Views
on it are dropped and made again around each change, here and back, since no column that a view reads can change its
type.

Going back from an adopted table restores its four columns with all rows of today. A price that no integer can say
(decimals, or not set) stops the way back before anything is changed.
"""

from typing import Any

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

from catalog import dependent_views

TABLE = f"{settings.SCHEMA}.products"
PREDECESSOR = f"{settings.SCHEMA}.predecessor_products"
PREDECESSOR_COLUMNS = {"sku": "text", "name": "text", "unit_price": "integer", "note": "text"}


class CreateOrAdoptProducts(migrations.CreateModel):
    """CreateModel, unless the table is there already."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if not table_exists(schema_editor, TABLE):
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        refuse_unknown_table(schema_editor)
        with dependent_views.set_aside(schema_editor, TABLE):
            adopt(schema_editor, to_state.apps.get_model(app_label, self.name))

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if not table_exists(schema_editor, PREDECESSOR):
            super().database_backwards(app_label, schema_editor, from_state, to_state)
            return
        refuse_unsayable_prices(schema_editor)
        with dependent_views.set_aside(schema_editor, TABLE):
            give_back(schema_editor, from_state.apps.get_model(app_label, self.name))


def adopt(schema_editor: BaseDatabaseSchemaEditor, product: type[models.Model]) -> None:
    schema_editor.execute(f"create table {PREDECESSOR} as table {TABLE}")
    schema_editor.execute(
        f"comment on table {PREDECESSOR} is 'The product table as it was adopted; needed to migrate back.'"
    )
    schema_editor.execute(f"update {TABLE} set note = '' where note is null")
    schema_editor.execute(
        f"""alter table {TABLE}
            alter column sku type text collate "C",
            alter column unit_price type numeric(14, 4),
            alter column unit_price drop not null,
            alter column note set default '',
            alter column note set not null"""
    )
    for field in added_fields(product):
        schema_editor.add_field(product, field)


def give_back(schema_editor: BaseDatabaseSchemaEditor, product: type[models.Model]) -> None:
    for field in added_fields(product):
        schema_editor.remove_field(product, field)
    schema_editor.execute(
        f"""alter table {TABLE}
            alter column sku type text collate "default",
            alter column unit_price type integer,
            alter column unit_price set not null,
            alter column note drop default,
            alter column note drop not null"""
    )
    # Null became '' on the way here; '' that was '' before stays.
    schema_editor.execute(
        f"""update {TABLE} set note = null where note = '' and not exists (
                select from {PREDECESSOR} as before where before.sku = products.sku and before.note = '')"""
    )
    schema_editor.execute(f"drop table {PREDECESSOR}")


def added_fields(product: type[models.Model]) -> list[Any]:
    return [field for field in product._meta.local_fields if field.name not in PREDECESSOR_COLUMNS]


def table_exists(schema_editor: BaseDatabaseSchemaEditor, table: str) -> bool:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("select to_regclass(%s) is not null", [table])
        [(exists,)] = cursor.fetchall()
    return bool(exists)


def refuse_unknown_table(schema_editor: BaseDatabaseSchemaEditor) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            """select attname, format_type(atttypid, null) from pg_attribute
               where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped""",
            [TABLE],
        )
        found = dict(cursor.fetchall())
    if not PREDECESSOR_COLUMNS.items() <= found.items():
        raise RuntimeError(
            f"{TABLE} exists with the columns {found}, which are not those to adopt: {PREDECESSOR_COLUMNS}. "
            "Rename that table and migrate again."
        )


def refuse_unsayable_prices(schema_editor: BaseDatabaseSchemaEditor) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            f"""select sku, unit_price from {TABLE}
                where unit_price is null or unit_price <> trunc(unit_price) or abs(unit_price) > 2147483647
                order by sku limit 5"""
        )
        lost = ", ".join(f"{sku} ({price})" for sku, price in cursor.fetchall())
    if lost:
        raise RuntimeError(
            f"The adopted table holds prices as integers, which cannot say these: {lost}. Set whole prices, then "
            "migrate back again; to stay, migrate forward."
        )


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_current_tax_rates")]

    operations = [
        CreateOrAdoptProducts(
            name="Product",
            fields=[
                ("sku", models.TextField(db_collation="C", primary_key=True, serialize=False, verbose_name="SKU")),
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
                (
                    "tax_category",
                    models.ForeignKey(
                        db_default="standard",
                        default="standard",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="products",
                        to="catalog.taxcategory",
                        verbose_name="tax category",
                    ),
                ),
                ("jan", models.TextField(blank=True, db_default="", default="", verbose_name="JAN")),
                ("note", models.TextField(blank=True, db_default="", default="", verbose_name="note")),
                ("is_active", models.BooleanField(db_default=True, default=True, verbose_name="active")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="created"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="updated"
                    ),
                ),
            ],
            options={
                "verbose_name": "product",
                "verbose_name_plural": "products",
                "db_table": "products",
                "ordering": ["sku"],
            },
        )
    ]
