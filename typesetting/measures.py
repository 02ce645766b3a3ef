"""Millimetres, points, and where in a line its baseline lies."""

from __future__ import annotations

# Millimetres of line height for each point of type size, where a text has no leading of its own.
LEADING_PER_POINT = 0.47

_POINTS_PER_MM = 72 / 25.4
# BIZ UDGothic's em reaches 0.88 above and 0.12 below the baseline: half the difference centres a line.
_BASELINE_DROP = 0.38


def points(millimetres: float) -> float:
    """Return a length in points."""
    return millimetres * _POINTS_PER_MM


def baseline(height: float, size: float) -> float:
    """Return how far below the top of a line box of `height` mm type of `size` points has its baseline."""
    return height / 2 + size * _BASELINE_DROP / _POINTS_PER_MM
