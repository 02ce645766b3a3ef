"""Make the font files of this folder from the fonts of the Debian packages named in README.md.

Run by hand, with fontTools installed: python typesetting/fonts/build.py
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable

HERE = Path(__file__).parent
BIZ = Path("/usr/share/fonts/truetype/bizud-gothic")
NOTO = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
NOTO_JAPANESE = 0
KEPT_TABLES = {"head", "hhea", "maxp", "OS/2", "hmtx", "cmap", "loca", "glyf", "name", "post"}
SEQUENCES = 14
UNIFIED = range(0x4E00, 0xA000)
# Korean syllables alone would double the files, and no Japanese note needs them.
HANGUL = (
    range(0x1100, 0x1200),
    range(0x3130, 0x3190),
    range(0xA960, 0xA980),
    range(0xAC00, 0xD800),
    range(0xFFA0, 0xFFE0),
)
# A thousandth of the em: far below what 600 dots an inch show at the sizes a note is printed in.
CURVE_TOLERANCE = 1.0
# Of 2048 units to the em; a half-width cell has 1024, and their ink ends at 430.
NARROW_ADVANCE = 614

MAXIMA = (
    "maxTwilightPoints",
    "maxStorage",
    "maxFunctionDefs",
    "maxInstructionDefs",
    "maxStackElements",
    "maxSizeOfInstructions",
    "maxPoints",
    "maxContours",
    "maxCompositePoints",
    "maxCompositeContours",
    "maxComponentElements",
    "maxComponentDepth",
)


def main() -> None:
    for weight in ("Regular", "Bold"):
        make_main_font(weight)
    biz = TTFont(BIZ / "BIZUDGothic-Regular.ttf")
    make_fallback("Unified", biz=biz, is_unified=True)
    make_fallback("Extended", biz=biz, is_unified=False)


def make_main_font(weight: str) -> None:
    """Drop the hinting instructions and the layout tables and set commas closer; the outlines stay as they are."""
    font = TTFont(BIZ / f"BIZUDGothic-{weight}.ttf")
    for character in ",.":
        narrow(font, character)
    subset(font, unicodes=set(font.getBestCmap()), glyphs=sequence_glyphs(font))
    save(font, f"BIZUDGothic-{weight}.ttf")


def narrow(font: TTFont, character: str) -> None:
    """Take the white space after a comma or point out of its half-width cell, so that 1,234 reads as one number."""
    glyph = font.getBestCmap()[ord(character)]
    _, bearing = font["hmtx"].metrics[glyph]
    font["hmtx"].metrics[glyph] = (NARROW_ADVANCE, bearing)


def make_fallback(part: str, *, biz: TTFont, is_unified: bool) -> None:
    """Take one half of what BIZ UDGothic lacks from Noto Sans CJK JP, with quadratic curves and a name of its own."""
    font = TTFont(NOTO, fontNumber=NOTO_JAPANESE)
    missing = set(font.getBestCmap()) - set(biz.getBestCmap())
    known = sequences(biz)
    wanted = {pair: glyph for pair, glyph in sequences(font).items() if pair not in known}
    bases = {base for (base, _), glyph in wanted.items() if glyph is None}
    unicodes = {code for code in missing | bases if (code in UNIFIED) is is_unified and not is_hangul(code)}
    glyphs = {glyph for (base, _), glyph in wanted.items() if glyph and (base in UNIFIED) is is_unified}
    keep_sequences(font, wanted)
    subset(font, unicodes=unicodes, glyphs=glyphs)
    make_quadratic(font)
    rename(font, f"PapyrusFallback{part}")
    save(font, f"PapyrusFallback-{part}.ttf")


def is_hangul(code: int) -> bool:
    return any(code in block for block in HANGUL)


def sequences(font: TTFont) -> dict[tuple[int, int], str | None]:
    """Return (base, selector) -> glyph name, None where the base's own glyph is meant."""
    table = sequence_table(font)
    return {(base, selector): glyph for selector, pairs in table.uvsDict.items() for base, glyph in pairs}


def sequence_glyphs(font: TTFont) -> set[str]:
    return {glyph for glyph in sequences(font).values() if glyph}


def keep_sequences(font: TTFont, wanted: dict[tuple[int, int], str | None]) -> None:
    table = sequence_table(font)
    table.uvsDict = {
        selector: [(base, glyph) for base, glyph in pairs if (base, selector) in wanted]
        for selector, pairs in table.uvsDict.items()
    }


def sequence_table(font: TTFont) -> Any:
    return next(table for table in font["cmap"].tables if table.format == SEQUENCES)


def subset(font: TTFont, *, unicodes: set[int], glyphs: set[str]) -> None:
    options = Options(hinting=False, notdef_outline=True, glyph_names=False, layout_features=[], recalc_timestamp=False)
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG", "meta", "gasp"]
    subsetter = Subsetter(options)
    # A sequence is kept only when its selector is asked for too.
    subsetter.populate(unicodes=unicodes | set(sequence_table(font).uvsDict), glyphs=glyphs)
    subsetter.subset(font)
    # One table for characters and one for sequences is all the reader in truetype.py looks at.
    font["cmap"].tables = [
        table
        for table in font["cmap"].tables
        if table.format == SEQUENCES or (table.platformID, table.platEncID, table.format) == (3, 10, 12)
    ]


def make_quadratic(font: TTFont) -> None:
    """Replace the CFF outlines by TrueType ones."""
    outlines = font.getGlyphSet()
    order = font.getGlyphOrder()
    glyphs = {name: quadratic(outlines, name) for name in order}
    font["loca"] = newTable("loca")
    font["glyf"] = glyf = newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = order, glyphs
    for name, (advance, _) in font["hmtx"].metrics.items():
        glyphs[name].recalcBounds(glyf)
        font["hmtx"].metrics[name] = (advance, getattr(glyphs[name], "xMin", 0))
    font["maxp"] = true_type_maxp(len(order))
    font["post"].formatType = 3.0
    font["head"].glyphDataFormat = 0
    del font["CFF "]
    font.sfntVersion = "\0\1\0\0"


def quadratic(outlines: Any, name: str) -> Any:
    pen = TTGlyphPen(None)
    outlines[name].draw(Cu2QuPen(pen, CURVE_TOLERANCE, reverse_direction=True))
    return pen.glyph()


def true_type_maxp(glyph_count: int) -> Any:
    maxp = newTable("maxp")
    maxp.tableVersion, maxp.numGlyphs = 0x00010000, glyph_count
    maxp.maxZones = 1
    # What the outlines need is counted when the font is saved.
    for field in MAXIMA:
        setattr(maxp, field, 0)
    return maxp


def rename(font: TTFont, name: str) -> None:
    """Give the derived font a name of its own; copyright, licence and their addresses stay."""
    for record in list(font["name"].names):
        if record.nameID in (1, 4, 6, 16):
            font["name"].setName(name, record.nameID, record.platformID, record.platEncID, record.langID)
        elif record.nameID in (3, 7):
            font["name"].names.remove(record)


def save(font: TTFont, name: str) -> None:
    # Subsets are joined from outlines as they stand, and each must begin at a multiple of four bytes.
    font["glyf"].padding = 4
    for tag in set(font.keys()) - KEPT_TABLES - {"GlyphOrder"}:
        del font[tag]
    font.save(HERE / name)


if __name__ == "__main__":
    main()
