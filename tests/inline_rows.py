"""What a page of the admin sends that has rows below its fields, and none of them."""

from __future__ import annotations


def no_rows(*prefixes: str) -> dict[str, str]:
    """Return the counts of the rows of each of `prefixes`."""
    return {f"{prefix}-{count}_FORMS": "0" for prefix in prefixes for count in ("TOTAL", "INITIAL")}


OF_PRODUCT = no_rows("list_prices", "customer_prices")
OF_CUSTOMER = no_rows("prices", "percentages")
