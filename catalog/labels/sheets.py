"""A4 sheets of labels as they are sold in Japan, measured in millimetres from the sheet's upper left corner.

Sources: the sheets' definitions in gLabels, hisago-templates.xml (made from the maker's pages) for ELM012, ELM022 and
ELM023 of Hisago, and avery-iso-templates.xml, whose 65 labels of 38.1 × 21.2 mm begin 10.9 mm from the top, too. The
margins of 44 labels are also those of sheet 28388 of A-one: 8.4 + 4 × 48.3 + 8.4 = 210 and 8.8 + 11 × 25.4 + 8.8 = 297.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class LabelSheet:
    """Labels of `width` × `height` mm: the first begins at (`left`, `top`), the next `across` to the right or `down`.

    `name_size` is the type size in points that names are set in where they are short.
    """

    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    across: float
    down: float
    name_size: float

    @property
    def faces(self) -> int:
        return self.columns * self.rows

    def corner(self, place: int) -> tuple[float, float]:
        """Return the upper left corner of the label at `place`, counted from 0 to the right, then row by row."""
        row, column = divmod(place, self.columns)
        return self.left + column * self.across, self.top + row * self.down


_24 = LabelSheet(columns=3, rows=8, width=66, height=33.9, left=6, top=12.9, across=66, down=33.9, name_size=9.5)
_44 = LabelSheet(columns=4, rows=11, width=48.3, height=25.4, left=8.4, top=8.8, across=48.3, down=25.4, name_size=8)
_65 = LabelSheet(columns=5, rows=13, width=38.1, height=21.2, left=4.75, top=10.9, across=40.6, down=21.2, name_size=7)
SHEETS = {sheet.faces: sheet for sheet in (_24, _44, _65)}
