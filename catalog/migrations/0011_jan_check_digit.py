"""The last digit of a JAN fits the others, whoever writes. No adopted row has a JAN yet."""

from django.conf import settings
from django.db import migrations, models

import catalog.models

# With zeros in front a short JAN has the weights of a long one, 1, 3, 1, …, and an empty one sums to nothing. The code
# of the digit 0 is 48; weighed 25 times it adds 1200, which changes no last digit. For what are no digits at all
# speaks products_jan_digits.
HAS_CHECK_DIGIT = f"""
create function {settings.SCHEMA}.jan_has_check_digit(jan text) returns boolean
language sql immutable strict parallel safe
return ({
    " + ".join(
        f"{1 if place % 2 else 3} * pg_catalog.ascii(pg_catalog.substr(pg_catalog.lpad(jan, 13, '0'), {place}, 1))"
        for place in range(1, 14)
    )
}) % 10 = 0
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0010_unit_price_is_a_number")]

    operations = [
        migrations.RunSQL(HAS_CHECK_DIGIT, f"drop function {settings.SCHEMA}.jan_has_check_digit(text)"),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=catalog.models.JanHasCheckDigit("jan"),
                name="products_jan_last_digit",
                violation_error_message=(
                    "The last digit of the JAN does not fit the others. Compare it with the package, or leave it empty."
                ),
            ),
        ),
    ]
