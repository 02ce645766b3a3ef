"""Files of rows as other programs write them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

HEADINGS = ("品番", "品名", "単価", "単位", "税区分", "JANコード", "備考", "有効")


def csv_bytes(rows: Sequence[Sequence[str]], *, encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_bytes(rows: Sequence[Sequence[Any]]) -> bytes:
    """A workbook of openpyxl, another program than the one that writes ours."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("価格表")
    for row in rows:
        sheet.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def xlsx_of_parts(sheet: str, **parts: str) -> bytes:
    """A workbook whose sheet is the XML `sheet`; `parts` replace or add others, with _ for / and __ for a dot."""
    contents = {
        "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="S" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<r><Relationship Id="rId1" Target="worksheets/s.xml"/></r>',
        "xl/worksheets/s.xml": sheet,
        **{name.replace("__", ".").replace("_", "/"): part for name, part in parts.items()},
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in contents.items():
            archive.writestr(name, part)
    return file.getvalue()
