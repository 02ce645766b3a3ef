"""What pages say about prices."""

from __future__ import annotations

from django.utils.translation import gettext as _

from catalog.prices import plain_text
from invoices.domain.prices import PriceRule
from invoices.offers import Offer


def rule(offer: Offer) -> str:
    """Return which rule gave a price, and since when: “85% of the list price since 2026-12-01”."""
    name = _("customer price") if offer.rule is PriceRule.CUSTOMER else _("list price")
    if offer.percentage is not None:
        name = _("%(percentage)s%% of the list price") % {"percentage": plain_text(offer.percentage)}
    if offer.since is None:
        return name
    return _("%(rule)s since %(date)s") % {"rule": name, "date": offer.since.isoformat()}
