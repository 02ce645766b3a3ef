"""`products` becomes a view that shows today's price; the table behind it is `stored_products`.

Only names change, so it takes no longer at a million products. Going back, the table shows the prices of that day.
"""

from django.conf import settings
from django.db import migrations, models

from catalog.list_prices.products_view import ShowView

# What is entered first of all, or on the product's first day, holds from the beginning: it was only not known before.
HOLDS_FROM_BEGINNING = f"""
create function {settings.SCHEMA}.holds_from_beginning(stored {settings.SCHEMA}.stored_products) returns boolean
language sql stable
return (stored.unit_price is null
        or stored.created_at >= {settings.SCHEMA}.today()::timestamp at time zone 'Asia/Tokyo')
   and not exists (select from {settings.SCHEMA}.list_prices as listed
                   where listed.product_id = stored.sku and listed.valid_from <= {settings.SCHEMA}.today())
"""
KEEP_TODAYS_PRICES = f"""
update {settings.SCHEMA}.stored_products as stored set unit_price = shown.unit_price
from {settings.SCHEMA}.products as shown
where shown.sku = stored.sku and shown.unit_price is distinct from stored.unit_price
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0018_list_prices"),
        # No reference to a view can be made, so those to products come first.
        ("invoices", "0001_customers_issuers_notes"),
    ]

    operations = [
        ShowView(),
        migrations.RunSQL(
            HOLDS_FROM_BEGINNING,
            f"drop function {settings.SCHEMA}.holds_from_beginning({settings.SCHEMA}.stored_products)",
        ),
        # Going back, first of all.
        migrations.RunSQL(migrations.RunSQL.noop, KEEP_TODAYS_PRICES),
        # Django makes nothing: the table stands.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="StoredProduct",
                    fields=[
                        ("sku", models.TextField(db_collation="C", primary_key=True, serialize=False)),
                        ("unit_price", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                        ("is_active", models.BooleanField(db_default=True, default=True)),
                    ],
                    options={"db_table": "stored_products", "default_permissions": ()},
                )
            ]
        ),
    ]
