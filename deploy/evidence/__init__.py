"""The files of a run: written masked, whole or not at all, and judged later by what they show."""
