"""Every measure of a note: lengths in millimetres, type sizes and thicknesses of rules in points.

The left margin leaves room for a two-hole punch. How a note lies in the window of an envelope is in `envelope`, how
two slips share a sheet in `slip`.
"""

from __future__ import annotations

from typing import NamedTuple

from invoices.pdf import envelope
from typesetting.canvas import FONTS, Style
from typesetting.fonts import BOLD, REGULAR


class FactMeasures(NamedTuple):
    """Where the facts of a note stand, and how."""

    left: float
    width: float
    label_width: float
    height: float
    label_style: Style
    style: Style
    floor: float


class SenderMeasures(NamedTuple):
    """Where the issuer, or who signs the receipt, stands, and how."""

    left: float
    width: float
    name_style: Style
    name_leading: float
    name_floor: float
    style: Style
    leading: float
    seal_side: float
    seal_rise: float
    stamp_height: float
    stamp_date_width: float


# Paper and margins
PAGE_WIDTH = 210.0
PAGE_MIDDLE = 148.5
LEFT_EDGE = 20.0
RIGHT_EDGE = 195.0
BODY_WIDTH = RIGHT_EDGE - LEFT_EDGE
BODY_BOTTOM = 281.0
FOOTER_BASELINE = 289.0

# Colours: red, green, blue
INK = "0.10 0.12 0.16"
ACCENT = "0.12 0.23 0.38"
MUTED = "0.38 0.42 0.48"
WHITE = "1 1 1"
SHADE = "0.945 0.955 0.97"
HAIRLINE = "0.78 0.81 0.85"
ALARM = "0.78 0.10 0.12"
DRAFT_TINT = "0.90 0.91 0.93"
VOID_TINT = "0.97 0.80 0.80"

# Rules
THIN = 0.35
FINE = 0.6
STRONG = 1.4

# Title
TITLE_BASELINE = 14.2
TITLE_RULE = 18.0
TITLE_TYPE = Style(FONTS[BOLD], 21, ACCENT)
BADGE_HEIGHT = 6.0
BADGE_TOP = 8.6
BADGE_PADDING = 2.6
BADGE_GAP = 2.0
BADGE_TYPE = Style(FONTS[BOLD], 9.5, ALARM)

# Address of a note that no window shows
ADDRESS_LEFT = 21.0
ADDRESS_TOP = 21.5
ADDRESS_WIDTH = 86.0
ADDRESS_BOTTOM = 51.0
ADDRESS_TYPE = Style(FONTS[REGULAR], 9, INK)
ADDRESS_LEADING = 4.2
ADDRESS_GAP = 1.8
ADDRESSEE_TYPE = Style(FONTS[BOLD], 12.5, INK)
ADDRESSEE_LEADING = 5.7
ADDRESSEE_FLOOR = 9.0

# Title and addressee where a window shows the address: the title stands above the facts then.
WINDOWED_BADGE_TOP = 5.2
WINDOWED_TITLE_BASELINE = 18.5
WINDOWED_TITLE_FLOOR = 10.0
WINDOWED_TITLE_RULE = 22.0
WINDOWED_SIDE_TOP = 25.0
WINDOWED_ADDRESS_LEFT = envelope.ALWAYS_LEFT + 1
WINDOWED_ADDRESS_TOP = envelope.ALWAYS_TOP + 1
WINDOWED_ADDRESS_WIDTH = envelope.ALWAYS_RIGHT - 1 - WINDOWED_ADDRESS_LEFT
WINDOWED_ADDRESS_HEIGHT = envelope.ALWAYS_BOTTOM - 1 - WINDOWED_ADDRESS_TOP
# An address that is too high for the window is set in this part of its size.
WINDOWED_SHRINKING = (1.0, 0.92, 0.84, 0.76, 0.68)
FOLD_MARK_LEFT, FOLD_MARK_RIGHT = 4.5, 8.5

# Right column: facts of the note, then the issuer
SIDE_LEFT = 124.0
SIDE_WIDTH = RIGHT_EDGE - SIDE_LEFT
SIDE_TOP = 22.0
FACTS = FactMeasures(
    left=SIDE_LEFT,
    width=SIDE_WIDTH,
    label_width=24.0,
    height=5.0,
    label_style=Style(FONTS[REGULAR], 8, MUTED),
    style=Style(FONTS[REGULAR], 9.5, INK),
    floor=7.5,
)
ISSUER_GAP = 6.0
SENDER = SenderMeasures(
    left=SIDE_LEFT,
    width=SIDE_WIDTH,
    name_style=Style(FONTS[BOLD], 11, INK),
    name_leading=5.4,
    name_floor=9.0,
    style=Style(FONTS[REGULAR], 8.5, INK),
    leading=4.2,
    seal_side=21.0,
    seal_rise=5.2,
    stamp_height=16.5,
    stamp_date_width=44.0,
)
SEAL_OVERLAP = 4.0
STAMP_LABEL_HEIGHT = 5.0
STAMP_GAP = 2.5
STAMP_TYPE = Style(FONTS[REGULAR], 8, MUTED)

# Left column below the address
MESSAGE_WIDTH = 98.0
MESSAGE_GAP = 4.0
MESSAGE_LABEL_WIDTH = 15.0
MESSAGE_TYPE = Style(FONTS[REGULAR], 9, INK)
MESSAGE_LABEL_TYPE = Style(FONTS[REGULAR], 8, MUTED)
MESSAGE_LEADING = 4.5
MESSAGE_FACT_GAP = 1.0
TOTAL_GAP = 3.0
# Where the total stands unless long texts push it down.
TOTAL_TOP = 66.0
TOTAL_PADDING = 3.0
TOTAL_HEIGHT = 12.5
TOTAL_WIDTH = 98.0
TOTAL_LABEL_WIDTH = 36.0
TOTAL_LABEL_TYPE = Style(FONTS[BOLD], 9.5, WHITE)
TOTAL_TYPE = Style(FONTS[BOLD], 18, INK)
TABLE_GAP = 6.0

# Head of the second and later pages
RUNNING_BASELINE = 13.5
RUNNING_RULE = 16.5
RUNNING_BADGE_DROP = 1.6
RUNNING_NUMBER_LEFT = 32.0
RUNNING_NUMBER_GAP = 6.0
RUNNING_TABLE_TOP = 20.0
RUNNING_TITLE_TYPE = Style(FONTS[BOLD], 11, ACCENT)
RUNNING_TYPE = Style(FONTS[REGULAR], 9, INK)
FOOTER_TYPE = Style(FONTS[REGULAR], 8, MUTED)
FOOTER_RULE = 284.5

# Table of lines
HEADER_HEIGHT = 6.8
HEADER_TYPE = Style(FONTS[BOLD], 8, WHITE)
ROW_HEIGHT = 6.1
ROW_LEADING = 3.7
ROW_PADDING = ROW_HEIGHT - ROW_LEADING
CELL_PADDING = 1.4
CELL_TYPE = Style(FONTS[REGULAR], 8.5, INK)
SMALL_CELL_TYPE = Style(FONTS[REGULAR], 7.5, INK)
ROW_NUMBER_TYPE = Style(FONTS[REGULAR], 7.5, MUTED)
CELL_FLOOR = 6.5
FIGURE_FLOOR = 5.0
NUMBER_WIDTH = 8.5
# Columns of text are as wide as their longest text, within these bounds; names get what is left.
CODE_LEAST_WIDTH = 15.0
CODE_WIDTH = 27.0
MARK_WIDTH = 5.0
QUANTITY_WIDTH = 16.0
UNIT_WIDTH = 12.0
PRICE_WIDTH = 20.0
AMOUNT_WIDTH = 24.0
NOTE_LEAST_WIDTH = 15.0
NOTE_WIDTH = 25.0

# Totals
CLOSING_GAP = 5.0
SUM_LEFT = 124.0
SUM_WIDTH = RIGHT_EDGE - SUM_LEFT
SUM_LABEL_WIDTH = 32.0
SUM_HEIGHT = 6.4
GRAND_HEIGHT = 8.6
SUM_TYPE = Style(FONTS[REGULAR], 9, INK)
GRAND_LABEL_TYPE = Style(FONTS[BOLD], 9.5, INK)
GRAND_TYPE = Style(FONTS[BOLD], 12, INK)
RATE_WIDTH = 98.0
RATE_HEADER_HEIGHT = 5.6
RATE_HEIGHT = 5.6
RATE_LABEL_WIDTH = 26.0
RATE_HEADER_TYPE = Style(FONTS[REGULAR], 7.5, MUTED)
RATE_TYPE = Style(FONTS[REGULAR], 8.5, INK)
FOOTNOTE_GAP = 2.4
FOOTNOTE_LEADING = 4.0
FOOTNOTE_TYPE = Style(FONTS[REGULAR], 8, INK)

# Notes
NOTES_GAP = 5.0
NOTES_PADDING = 2.0
NOTES_LABEL_HEIGHT = 4.6
NOTES_LABEL_TYPE = Style(FONTS[BOLD], 8, MUTED)
NOTES_TYPE = Style(FONTS[REGULAR], 8.5, INK)
NOTES_LEADING = 4.3
# Notes longer than this part of a page may be divided; shorter ones stay with the totals.
NOTES_KEPT_WHOLE = 0.5

# Figures and names that must stay on one line shrink as far as this before they wrap.
SMALLEST_TYPE = 5.5

# Marks across the sheet: the angle of the diagonal, gently
SLANT_COSINE = 0.866
SLANT_SINE = 0.5
DRAFT_TYPE = Style(FONTS[BOLD], 110, DRAFT_TINT)
VOID_TYPE = Style(FONTS[BOLD], 170, VOID_TINT)
