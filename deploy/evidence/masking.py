"""Take out of a text what gives an account away, before the text touches a disk."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from deploy.evidence.identifiers import RULES, STARS

SHORTEST_SECRET = 4
# A shorter piece of base64 would turn up in innocent words.
SHORTEST_PIECE_OF_BASE64 = 8
JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*')
KEY_BEGINS = re.compile(r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY-----")
KEY_GOES_ON = re.compile(r"\s*(?:[A-Za-z0-9+/=]+|(?:Proc-Type|DEK-Info):.*)?\s*")


class SecretTooShort(ValueError):
    """A known secret cannot be masked without masking half of every text."""

    def __init__(self, *, letters: int) -> None:
        super().__init__(
            f"A known secret has {letters} characters other than “*”, and it takes {SHORTEST_SECRET} to find it in a "
            "text. Leave it out, or choose a longer one."
        )


class Mask:
    """Replace identifiers of AWS accounts, credentials and every value of `secrets`.

    The values are also found percent-encoded, escaped for JSON or HTML, and in base64. Name here what no pattern can
    know, such as a bucket's name in a listing. Times, versions, statuses, digests and commits stay. JSON stays JSON:
    a number that must go becomes a string. Masking twice changes nothing.

    Raises SecretTooShort when a secret has fewer than four characters.
    """

    def __init__(self, *, secrets: Iterable[str] = ()) -> None:
        spellings = sorted({each for secret in secrets for each in _spellings(secret)}, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, spellings))) if spellings else None

    def __call__(self, text: str) -> str:
        """Return `text`, a line or many, masked."""
        masked = self._once(text)
        # What stands beside something masked may be recognised only then. Each round leaves fewer letters to mask.
        while masked != text:
            text, masked = masked, self._once(masked)
        return masked

    def _once(self, text: str) -> str:
        return self._plain("".join(map(self._with_numbers_quoted, _json_parts(text))))

    def _plain(self, text: str) -> str:
        if self._secrets:
            text = self._secrets.sub(STARS, text)
        for rule in RULES:
            text = rule.masked(text)
        return text

    def _with_numbers_quoted(self, part: str) -> str:
        return JSON_TOKEN.sub(self._quoted_if_masked, part) if _is_json(part) else part

    def _quoted_if_masked(self, token: re.Match[str]) -> str:
        if token[0].startswith('"'):
            return token[0]
        masked = self._plain(token[0])
        return token[0] if masked == token[0] else f'"{masked}"'


class LineMask:
    """Mask a text that comes line by line, in which a private key may stand on several lines."""

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._is_inside_key = False

    def __call__(self, line: str) -> str:
        """Return the next line, which has no line break in it, masked."""
        if self._is_inside_key and KEY_GOES_ON.fullmatch(line):
            return STARS
        self._is_inside_key = bool(KEY_BEGINS.search(line)) and "-----END" not in line
        return self._mask(line)


def _json_parts(text: str) -> Iterator[str]:
    """Yield the whole text when it is JSON, else its lines, each of which may be."""
    if _is_json(text):
        yield text
    else:
        yield from text.splitlines(keepends=True)


def _is_json(text: str) -> bool:
    if not text.lstrip().startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _spellings(secret: str) -> Iterator[str]:
    """Yield each way in which `secret` may turn up in a log."""
    letters = len(secret.strip().replace("*", ""))
    if letters < SHORTEST_SECRET:
        raise SecretTooShort(letters=letters)
    lines = {secret, secret.strip(), *secret.split("\n")}
    for line in filter(lambda line: len(line.replace("*", "").strip()) >= SHORTEST_SECRET, lines):
        yield from (line, html.escape(line), repr(line)[1:-1])
        yield from _percent_encoded(line)
        yield from _escaped_for_json(line)
        yield from _in_base64(line.encode(errors="surrogatepass"))


def _percent_encoded(secret: str) -> Iterator[str]:
    encodable = secret.encode(errors="surrogatepass")
    for encoded in (quote(encodable, safe=""), quote(encodable), quote_plus(encodable)):
        yield encoded
        yield re.sub("%..", lambda escape: escape[0].lower(), encoded)


def _escaped_for_json(secret: str) -> Iterator[str]:
    """A log line that is JSON, in an event that is JSON, is escaped twice."""
    for is_ascii in (True, False):
        once = json.dumps(secret, ensure_ascii=is_ascii)[1:-1]
        yield from (once, json.dumps(once)[1:-1])


def _in_base64(secret: bytes) -> Iterator[str]:
    """Yield the secret on its own, and what of it shows whatever stands before it, such as a user and a colon."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(secret).decode().rstrip("=")
        for shift in range(3):
            first, last = -(-shift * 8 // 6), (shift + len(secret)) * 8 // 6
            piece = encode(bytes(shift) + secret).decode()[first:last]
            if len(piece) >= SHORTEST_PIECE_OF_BASE64:
                yield piece
