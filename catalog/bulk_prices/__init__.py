"""Prices of many products changed at once: previewed, applied and undone as a whole, set by set."""
