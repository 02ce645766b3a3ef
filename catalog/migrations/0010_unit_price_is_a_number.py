"""PostgreSQL counts NaN above all numbers, so `unit_price >= 0` lets it in. An adopted price is an integer and fits."""

from decimal import Decimal

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0009_keep_updated_at")]

    operations = [
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(unit_price__lte=Decimal("9999999999.9999")),
                name="products_unit_price_is_number",
                violation_error_message=(
                    "The unit price is not a number. Enter digits such as 1200 or 42.5, or leave it empty."
                ),
            ),
        )
    ]
