"""What a cell holds besides text that was typed. Each is a str that shows what staff see in their spreadsheet."""

from __future__ import annotations


class FormulaCell(str):
    """A formula, with its =."""

    __slots__ = ()


class DateCell(str):
    """A date that the spreadsheet made, or was given; 2026-01-02."""

    __slots__ = ()


class ErrorCell(str):
    """An error of the spreadsheet such as #N/A."""

    __slots__ = ()


def as_read(text: str) -> str:
    """Return `text` as the kind it is by its look, for files that know of text only."""
    if text.startswith("="):
        return FormulaCell(text)
    return ErrorCell(text) if text in SPREADSHEET_ERRORS else text


SPREADSHEET_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})
