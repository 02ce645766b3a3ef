"""Forms of many rows that believe what was sent, not what is claimed of its number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.forms import BaseFormSet

    Base = BaseFormSet[Any]
else:
    Base = object


class SentRows(Base):
    """Counts the rows that were really sent: a form that claims a million is not shown again with thousands."""

    def total_form_count(self) -> int:
        claimed = super().total_form_count()
        return min(claimed, self._sent_count()) if self.is_bound else claimed

    def _sent_count(self) -> int:
        row = re.compile(rf"{re.escape(str(self.prefix))}-([0-9]{{1,6}})-")
        return max((int(found[1]) + 1 for name in self.data if (found := row.match(name))), default=0)
