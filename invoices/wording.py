"""What pages say about prices."""

from __future__ import annotations

from django.utils.translation import gettext as _

from invoices.offers import Offer


def rule(offer: Offer) -> str:
    """Return which rule gave a price, and since when: “list price since 2026-12-01”."""
    name = _("list price")
    if offer.since is None:
        return name
    return _("%(rule)s since %(date)s") % {"rule": name, "date": offer.since.isoformat()}
