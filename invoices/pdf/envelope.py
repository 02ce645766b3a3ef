"""What a window envelope shows of the sheet in it, in millimetres from the sheet's upper left corner.

The envelope is a 長形3号, 235 × 120 mm (JIS S 5502), lying with its long side down. Its window is that of ready-made
stock: 90 × 45 mm, 20 mm from the left and 12 mm from the top. No rule fixes the place; compare the first batch of a new
make. The sheet moves inside: the address must stay within the window wherever it lies, and nothing else may come into
it (Japan Post, 窓付封筒, guidelines for mail that machines read). The marks at the left edge say where to fold.
"""

from __future__ import annotations

_ENVELOPE_WIDTH, _ENVELOPE_HEIGHT = 235.0, 120.0
_WINDOW_LEFT, _WINDOW_TOP = 20.0, 12.0
_WINDOW_WIDTH, _WINDOW_HEIGHT = 90.0, 45.0
_SHEET_WIDTH, _SHEET_HEIGHT = 210.0, 297.0
# Deeper than a third of the sheet, so that it has less play: 12 mm up and down instead of 21.
FOLD = 108.0
SECOND_FOLD = FOLD + (_SHEET_HEIGHT - FOLD) / 2
PLAY_ACROSS = _ENVELOPE_WIDTH - _SHEET_WIDTH
PLAY_DOWN = _ENVELOPE_HEIGHT - FOLD

# Always seen, wherever the sheet lies.
ALWAYS_LEFT = _WINDOW_LEFT
ALWAYS_TOP = _WINDOW_TOP
ALWAYS_RIGHT = _WINDOW_LEFT + _WINDOW_WIDTH - PLAY_ACROSS
ALWAYS_BOTTOM = _WINDOW_TOP + _WINDOW_HEIGHT - PLAY_DOWN
# Never seen from here on, wherever the sheet lies.
NEVER_LEFT = _WINDOW_LEFT + _WINDOW_WIDTH
NEVER_TOP = _WINDOW_TOP + _WINDOW_HEIGHT
