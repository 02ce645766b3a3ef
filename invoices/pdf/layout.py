"""Every measure of a note: lengths in millimetres, type sizes and thicknesses of rules in points.

The address block lies in the window of a 長形3号 envelope when the sheet is folded in three; the left margin leaves
room for a two-hole punch.
"""

from __future__ import annotations

from invoices.pdf.canvas import FONTS, Style
from invoices.pdf.fonts import BOLD, REGULAR

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

# Address window: 20 to 50 mm from the top, about 90 mm wide
WINDOW_LEFT = 21.0
WINDOW_TOP = 21.5
WINDOW_WIDTH = 86.0
WINDOW_BOTTOM = 51.0
ADDRESS_TYPE = Style(FONTS[REGULAR], 9, INK)
ADDRESS_LEADING = 4.2
ADDRESS_GAP = 1.8
ADDRESSEE_TYPE = Style(FONTS[BOLD], 12.5, INK)
ADDRESSEE_LEADING = 5.7
ADDRESSEE_FLOOR = 9.0

# Right column: facts of the note, then the issuer
SIDE_LEFT = 124.0
SIDE_WIDTH = RIGHT_EDGE - SIDE_LEFT
SIDE_TOP = 22.0
FACT_LABEL_WIDTH = 24.0
FACT_HEIGHT = 5.0
FACT_LABEL_TYPE = Style(FONTS[REGULAR], 8, MUTED)
FACT_TYPE = Style(FONTS[REGULAR], 9.5, INK)
FACT_FLOOR = 7.5
ISSUER_GAP = 6.0
ISSUER_NAME_TYPE = Style(FONTS[BOLD], 11, INK)
ISSUER_NAME_LEADING = 5.4
ISSUER_NAME_FLOOR = 9.0
ISSUER_TYPE = Style(FONTS[REGULAR], 8.5, INK)
ISSUER_LEADING = 4.2
SEAL_SIDE = 21.0
SEAL_OVERLAP = 4.0
SEAL_RISE = 5.2
STAMP_HEIGHT = 16.5
STAMP_LABEL_HEIGHT = 5.0
STAMP_GAP = 2.5
STAMP_DATE_WIDTH = 44.0
STAMP_TYPE = Style(FONTS[REGULAR], 8, MUTED)

# Left column below the window
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
# Millimetres of line height for each point of type size, where a text has no leading of its own.
LEADING_PER_POINT = 0.47

# Marks across the sheet: the angle of the diagonal, gently
SLANT_COSINE = 0.866
SLANT_SINE = 0.5
DRAFT_TYPE = Style(FONTS[BOLD], 110, DRAFT_TINT)
VOID_TYPE = Style(FONTS[BOLD], 170, VOID_TINT)

_POINTS_PER_MM = 72 / 25.4
# BIZ UDGothic's em reaches 0.88 above and 0.12 below the baseline: half the difference centres a line.
_BASELINE_DROP = 0.38


def points(millimetres: float) -> float:
    """Return a length in points."""
    return millimetres * _POINTS_PER_MM


def baseline(height: float, size: float) -> float:
    """Return how far below the top of a line box of `height` mm type of `size` points has its baseline."""
    return height / 2 + size * _BASELINE_DROP / _POINTS_PER_MM
