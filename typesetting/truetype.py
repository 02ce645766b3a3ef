"""Read a TrueType file once and cut subsets out of it.

Only what the files in fonts/ contain is understood: quadratic outlines without composite glyphs and without hinting,
one format 12 table for characters and one format 14 table for variation sequences. After it was read, a `FontFile`
only remembers what it has computed, and computing it again gives the same, so threads share it freely.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from struct import iter_unpack, pack, pack_into, unpack, unpack_from

_EM = 1000
_CHARACTERS, _SEQUENCES = 12, 14
_CHECKSUM_OF_A_FONT = 0xB1B0AFBA
_32_BITS = 0xFFFFFFFF


class FontFile:
    """One font: its characters, sequences, advance widths (thousandths of the em) and outlines."""

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self._bytes = path.read_bytes()
        self._tables = self._read_directory()
        self._read_head()
        self._read_metrics()
        self._read_characters()
        self._outlines: dict[int, tuple[bytes, int]] = {}

    def advance(self, glyph: int) -> int:
        """Return the width of `glyph` in thousandths of the em."""
        return self._scaled(unpack_from(">H", self._metrics[glyph])[0])

    def outline(self, glyph: int) -> bytes:
        """Return the `glyf` entry of `glyph`, which the files keep at multiples of four bytes; empty for a space."""
        return self._bytes[self._offsets[glyph] : self._offsets[glyph + 1]]

    def _summed_outline(self, glyph: int) -> tuple[bytes, int]:
        """Return the outline of `glyph` and its checksum, which takes longer than all else about a subset."""
        try:
            return self._outlines[glyph]
        except KeyError:
            outline = self.outline(glyph)
            return self._outlines.setdefault(glyph, (outline, _checksum(outline)))

    def subset(self, glyphs: Sequence[int]) -> bytes:
        """Return a font file whose glyph 0 is `.notdef` and whose glyph n is `glyphs[n - 1]`; repetitions are fine."""
        chosen = (0, *glyphs)
        outlines, sums = zip(*map(self._summed_outline, chosen), strict=True)
        return _assembled(
            {
                "head": _patched(self._table("head"), (8, ">I", 0), (50, ">h", 1)),
                "hhea": _patched(self._table("hhea"), (34, ">H", len(chosen))),
                "hmtx": b"".join([self._metrics[glyph] for glyph in chosen]),
                "loca": _long_offsets(outlines),
                "maxp": _patched(self._table("maxp"), (4, ">H", len(chosen))),
            },
            glyf=b"".join(outlines),
            glyf_checksum=sum(sums) & _32_BITS,
        )

    def _scaled(self, units: int) -> int:
        return round(units * _EM / self._units_per_em)

    def _read_directory(self) -> dict[str, tuple[int, int]]:
        (count,) = unpack_from(">H", self._bytes, 4)
        records = iter_unpack(">4s4xII", self._bytes[12 : 12 + count * 16])
        return {tag.decode("ascii"): (offset, length) for tag, offset, length in records}

    def _table(self, tag: str) -> bytes:
        offset, length = self._tables[tag]
        return self._bytes[offset : offset + length]

    def _read_head(self) -> None:
        head, os2 = self._table("head"), self._table("OS/2")
        self._units_per_em: int = unpack_from(">H", head, 18)[0]
        self.bounding_box = tuple(self._scaled(side) for side in unpack_from(">4h", head, 36))
        self.ascent, self.descent = (self._scaled(height) for height in unpack_from(">2h", os2, 68))
        self.cap_height = self._scaled(unpack_from(">h", os2, 88)[0])
        self.weight: int = unpack_from(">H", os2, 4)[0]

    def _read_metrics(self) -> None:
        """Read where each outline stands, its advance and its side bearing; the last glyphs share one advance."""
        table, loca = self._table("hmtx"), self._table("loca")
        is_long = unpack_from(">h", self._table("head"), 50)[0]
        glyf, _ = self._tables["glyf"]
        self._offsets = tuple(glyf + offset for offset in _read_offsets(loca, is_long=bool(is_long)))
        pairs_end = unpack_from(">H", self._table("hhea"), 34)[0] * 4
        pairs = [table[place : place + 4] for place in range(0, pairs_end, 4)]
        bearings = [table[place : place + 2] for place in range(pairs_end, len(table), 2)]
        self._metrics = pairs + [pairs[-1][:2] + bearing for bearing in bearings]

    def _read_characters(self) -> None:
        table = self._table("cmap")
        (count,) = unpack_from(">H", table, 2)
        offsets = [offset for (offset,) in iter_unpack(">4xI", table[4 : 4 + count * 8])]
        by_format = {unpack_from(">H", table, offset)[0]: table[offset:] for offset in offsets}
        self.glyphs = dict(_characters(by_format[_CHARACTERS]))
        self.sequences = dict(_sequences(by_format[_SEQUENCES], self.glyphs))


def _read_offsets(loca: bytes, *, is_long: bool) -> Sequence[int]:
    if is_long:
        return unpack(f">{len(loca) // 4}I", loca)
    return [half * 2 for half in unpack(f">{len(loca) // 2}H", loca)]


def _characters(table: bytes) -> Iterator[tuple[int, int]]:
    (count,) = unpack_from(">I", table, 12)
    for first, last, glyph in iter_unpack(">III", table[16 : 16 + count * 12]):
        yield from zip(range(first, last + 1), range(glyph, glyph + last - first + 1), strict=True)


def _sequences(table: bytes, glyphs: Mapping[int, int]) -> Iterator[tuple[tuple[int, int], int]]:
    """Yield ((base, selector), glyph): a selector either confirms the base's own glyph or calls for another one."""
    (count,) = unpack_from(">I", table, 6)
    for record in _records(table, 10, count, size=11):
        selector = int.from_bytes(record[:3], "big")
        confirmed, called_for = unpack(">II", record[3:])
        for entry in _entries(table, confirmed, size=4):
            first = int.from_bytes(entry[:3], "big")
            for base in range(first, first + entry[3] + 1):
                yield (base, selector), glyphs[base]
        for entry in _entries(table, called_for, size=5):
            yield (int.from_bytes(entry[:3], "big"), selector), int.from_bytes(entry[3:], "big")


def _entries(table: bytes, offset: int, *, size: int) -> Iterator[bytes]:
    if not offset:
        return iter(())
    (count,) = unpack_from(">I", table, offset)
    return _records(table, offset + 4, count, size=size)


def _records(table: bytes, start: int, count: int, *, size: int) -> Iterator[bytes]:
    return (table[place : place + size] for place in range(start, start + count * size, size))


def _padded(table: bytes) -> bytes:
    return table + bytes(-len(table) % 4)


def _patched(table: bytes, *changes: tuple[int, str, int]) -> bytes:
    patched = bytearray(table)
    for offset, layout, value in changes:
        pack_into(layout, patched, offset, value)
    return bytes(patched)


def _long_offsets(outlines: Sequence[bytes]) -> bytes:
    return pack(f">{len(outlines) + 1}I", *accumulate(map(len, outlines), initial=0))


def _assembled(others: Mapping[str, bytes], *, glyf: bytes, glyf_checksum: int) -> bytes:
    """Return the file made of the table `glyf` and the `others`, with its directory and checksums."""
    tables = {"glyf": glyf, **others}
    power = len(tables).bit_length() - 1
    header = pack(">IHHHH", 0x00010000, len(tables), 16 << power, power, (len(tables) - (1 << power)) * 16)
    padded = {tag: _padded(table) for tag, table in sorted(tables.items())}
    checksums = {tag: glyf_checksum if tag == "glyf" else _checksum(table) for tag, table in padded.items()}
    directory, offset = header, len(header) + 16 * len(tables)
    for tag, table in padded.items():
        directory += pack(">4sIII", tag.encode("ascii"), checksums[tag], offset, len(tables[tag]))
        offset += len(table)
    # The checksum of the whole is the sum of those of its parts.
    adjustment = _CHECKSUM_OF_A_FONT - _checksum(directory) - sum(checksums.values())
    padded["head"] = _patched(padded["head"], (8, ">I", adjustment & _32_BITS))
    return b"".join([directory, *padded.values()])


def _checksum(table: bytes) -> int:
    total: int = sum(unpack(f">{len(table) // 4}I", table))
    return total & _32_BITS
