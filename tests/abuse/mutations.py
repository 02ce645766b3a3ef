"""Whole files with a few bytes changed, cut, doubled or put elsewhere."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterator, Sequence

from tests.abuse.images import SIGNATURE, chunk

EDGES = [b"\0" * 4, b"\xff" * 4, b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\0\0\0\1", b"\0\1\0\0"]


def malformed(wholes: Sequence[bytes], *, count: int, seed: int) -> Iterator[bytes]:
    """Yield `count` mutations of `wholes`, the same ones for the same `seed`."""
    chance = random.Random(seed)
    for _ in range(count):
        content = chance.choice(wholes)
        for _ in range(chance.choice([1, 1, 1, 2, 3])):
            content = chance.choice(MUTATIONS)(content, chance)
        yield content


def _flipped(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(max(len(content), 1))
    return content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _stuffed(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + chance.randbytes(chance.randrange(1, 9)) + content[at:]


def _edged(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + chance.choice(EDGES) + content[at + 4 :]


def _doubled(content: bytes, chance: random.Random) -> bytes:
    begin, end = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    return content[:end] + content[begin:end] * chance.randrange(1, 4) + content[end:]


def _spliced(content: bytes, chance: random.Random) -> bytes:
    other = content[::-1] if chance.random() < 0.2 else content
    return content[: chance.randrange(len(content) + 1)] + other[chance.randrange(len(other) + 1) :]


def _resealed(content: bytes, chance: random.Random) -> bytes:
    """Change what is in a chunk of a PNG and make its checksum right again, so that it is read at all."""
    if not content.startswith(SIGNATURE):
        return _flipped(content, chance)
    made, at = SIGNATURE, len(SIGNATURE)
    while at + 12 <= len(content):
        length = min(struct.unpack(">I", content[at : at + 4])[0], len(content))
        kind, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        changed = chance.choice([_flipped, _edged, _cut])(body, chance) if body and chance.random() < 0.4 else body
        made += chunk(kind, changed)
        at += 12 + length
    return made


MUTATIONS: list[Callable[[bytes, random.Random], bytes]] = [
    *(_flipped, _cut, _stuffed, _edged, _doubled, _spliced, _resealed, _resealed, _resealed)
]
