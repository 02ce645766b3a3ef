"""What is wrong with a whole file, or with the wish to load or undo it."""

from __future__ import annotations


class FileRefused(Exception):
    """The file cannot be read. The text is a sentence for staff, in their language."""


class LoadRefused(Exception):
    """The load cannot be applied or undone now. The text is a sentence for staff, in their language."""
