"""Units a product is sold in: free text, with these suggested."""

from __future__ import annotations

DEFAULT = "個"
SUGGESTIONS = (DEFAULT, "台", "箱", "ケース", "本", "袋", "m", "kg", "式")
