"""What nobody types in earnest: texts, numbers, dates, keys, bodies and headers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote_from_bytes

from hypothesis import strategies as st

from tests.abuse.judge import CANARY, Attempt
from tests.abuse.sending import FORM_TYPE, MULTIPART_TYPE, Pairs, encoded, multipart, urlencoded
from tests.abuse.targets import Form

CONTROL = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)]
# Joiners, marks of direction, interlinear marks, soft hyphen, byte order mark, tags, variation selectors.
FORMAT = [
    *map(chr, (0xAD, 0x61C, 0x180E, 0xFEFF, 0xFFF9, 0xFFFB, 0xE0001, 0xE007F, 0xFE0F, 0xE0100, 0x1D173)),
    *map(chr, (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070))),
]
ODD = [
    "𠮷",
    "葛\U000e0100",
    "が",
    "か\u3099",
    "ﷺ",
    "İ",
    "ß",
    "ﬃ",
    "①㈱㎝Ⅲ髙",
    "表ソ構",
    "１２３",
    "٣",
    "💩",
    "\ufffd",
    "\ufffe",
]
MARKUP = [
    f"{CANARY} onmouseover=alert(1)>",
    f'">{CANARY}>',
    f"'-alert(1)-'{CANARY}",
    "</script><script>alert(1)</script>",
    "javascript:alert(1)",
    "'; drop table products;--",
    "' or '1'='1",
    "\\'; select pg_sleep(9);--",
    "%s%(x)s%%",
    '{{7*7}}{% now "Y" %}{#',
    "${x}`id`$(id)",
    "&amp;&#0;&lt;",
    "=cmd|' /C calc'!A0",
    "../../../etc/passwd",
    "a\r\nSet-Cookie: zz=9",
    "%0d%0aX: y",
    "//evil.example/",
    "https://[::1/",
    "\\\\evil",
    "[",
    "%",
    "%zz",
    "_",
]
NUMBERS = [
    *("0", "-1", "-0", "1e3", "1e400", "1e999999999", "-1e-999999999", "NaN", "sNaN", "Infinity", "-Infinity", "0x10"),
    *(
        "32768",
        "2147483648",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "9" * 30,
        "9" * 5000,
    ),
    *("1_000", "1,5", "1,,000", "+1", "1.", ".5", ".", "-", "--1", "▲1", "¥", "٣", "１２３", "99999999.999", "0.0005"),
    *("9999999999.9999", "9999999.999", "10000000000", "true", "null", "99.99", "100", "00", "0" * 400 + "1"),
]
DATES = [
    *("0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2026-02-30", "2019-09-30", "2026-11-23T00:00:00Z"),
    *(
        "令和8年11月23日",
        "R8.11.23",
        "11/23/2026",
        "２０２６－１１－２３",
        "-2026-11-23",
        "2026-11-23 ",
        "now",
        "99999999",
    ),
]
KEYS = [
    "",
    "id",
    "pk",
    "state",
    "number",
    "total",
    "is_superuser",
    "_save",
    "_saveasnew",
    "_popup",
    "_to_field",
    "check",
]
BYTES = [b"\xed\xa0\x80", b"\xff\xfe\x00d", b"\xc0\x80", b"\x83\x5c\x95\x5c", b"\x80", "表".encode("utf-16")]


def texts() -> st.SearchStrategy[bytes]:
    """Text that arrives as some bytes, well-formed or not."""
    pieces = st.sampled_from([*CONTROL, *FORMAT, *ODD, *MARKUP, "x", "品", " ", "\u3000", "\r\n", "\u0301", "\u3099"])
    mixed = st.lists(pieces, max_size=6).map("".join)
    flood = st.tuples(st.sampled_from(["x", "か", ""]), st.sampled_from(["\u0301", "\u0323", "\u3099", "ﷺ", "𠮷"])).map(
        lambda parts: parts[0] + parts[1] * 190
    )
    any_text = st.text(max_size=40)
    typed = st.one_of(mixed, flood, any_text, st.sampled_from([*NUMBERS, *DATES, *MARKUP, "", " ", "x" * 3000]))
    return st.one_of(typed.map(lambda text: text.encode("utf-8", "surrogatepass")), st.sampled_from(BYTES))


@st.composite
def submissions(draw: Any, form: Form, sent: list[tuple[str, str]]) -> Attempt:
    """`form` with a few of the values it would be accepted with replaced, left out, repeated or added."""
    pairs: Pairs = [(name, value.encode()) for name, value in sent]
    for _ in range(draw(st.integers(1, 3))):
        pairs = draw(st.sampled_from([_replaced, _replaced, _replaced, _chosen, _left_out, _repeated, _added]))(
            draw, form, pairs
        )
    if form.method == "get":
        return Attempt(path=f"{form.action.split('?')[0]}?{encoded(pairs)}", is_signed_in=not form.is_for_outsiders)
    written = draw(st.sampled_from([urlencoded, urlencoded, multipart]))
    return written(form, pairs)  # type: ignore[no-any-return]


@st.composite
def broken(draw: Any, whole: Attempt) -> Attempt:
    """A request that is not what its head says: another type, another charset, a body cut off or stirred."""
    body = draw(
        st.sampled_from([whole.body, whole.body, b"", b"{", b'{"a":[1e999,"\\ud800"]}', b"[" * 900, b"\0" * 50])
    )
    at = draw(st.integers(0, max(len(body), 1)))
    cut = draw(st.sampled_from([body, body[:at], body[:at] + draw(st.binary(max_size=8)) + body[at:]]))
    kind = draw(st.one_of(st.just(whole.content_type), st.sampled_from(CONTENT_TYPES)))
    method = draw(st.sampled_from(["POST", "POST", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "X" * 40]))
    return replace(whole, body=cut, content_type=kind, method=method)


CHARSETS = ["utf-16", "utf-7", "hex", "zlib", "bz2", "rot13", "idna", "punycode", "undefined", "unicode_escape"]
CHARSETS += ["raw_unicode_escape", "cp932", "ebcdic-cp-us", "mbcs", "nowhere", "", "utf-8\0", "'", "U" * 2000]
CONTENT_TYPES = [
    *(f"{kind}; charset={charset}" for kind in (FORM_TYPE, MULTIPART_TYPE, "text/plain") for charset in CHARSETS),
    *("", ";", "text/plain; charset*=nowhere''x", "text/plain; charset*=hex''%zz", "a; charset*0=x; charset*1=y"),
    *("application/json", "multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=x"),
    *(
        f"multipart/form-data; boundary={'x' * 300}",
        "multipart/form-data; boundary=\xe9",
        "multipart/form-data; boundary*=u''%",
    ),
    *("application/x-www-form-urlencoded;;;=", "text/plain; charset*=utf-8'", "é/ü; ß=ö", '"\'; a="b'),
]
HEADERS = [
    *("Accept-Language", "Accept-Encoding", "Accept", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"),
    *("X-Forwarded-Port", "Host", "X-Request-Id", "X-Amzn-Trace-Id", "Referer", "Origin", "User-Agent", "Cookie"),
    *("If-None-Match", "If-Modified-Since", "Range", "HX-Request", "HX-Current-URL", "HX-Target", "X-CSRFToken"),
    *("HX-Current-URL-URI-AutoEncoded", "X-HTTP-Method-Override", "Forwarded", "Transfer-Encoding", "Expect"),
    *("Sec-Fetch-Site", "Authorization", "X-Requested-With", "Priority"),
]
HEADER_VALUES = [
    *(
        'sessionid="\\000\\000\\000\\000\\000\\000\\000\\000\\000"',
        "sessionid=; sessionid",
        'csrftoken="\\ud800"',
        "=;=;=",
    ),
    *(
        '__Host-sessionid="\\000\\000\\000\\000\\000\\000\\000\\000\\000"',
        "messages=x; messages=W10:x",
        "sessionid=" + "a" * 32,
    ),
    *(
        'sessionid="\\355\\240\\200xxxxxxxxxxxx"',
        'messages="[[\\000"',
        "ja;q=x,*;q=9,,",
        "ja-" * 400,
        "bytes=-1,0-",
        'W/"x',
    ),
    *(
        "https://[",
        "https://evil.example/",
        "//evil.example",
        "evil.example:99999",
        "[::1",
        "a@b",
        "Root=;",
        "xn--",
        "\xff\xfe",
    ),
    *(
        "Mon, 99 Foo 0000 99:99:99 GMT",
        "Thu, 01 Jan 99999999999 00:00:00 GMT",
        "Basic =",
        "Bearer " + "e30." * 900,
        "%00",
        "%ED%A0%80",
    ),
    *("true", "-1", "9" * 400, "\t", '"', "é" * 50, f"{CANARY}>", "chunked"),
]


def junk_headers() -> st.SearchStrategy[dict[str, str]]:
    """A few headers with what does not belong in them. A line break cannot arrive in one: the server ends it there."""
    values = st.one_of(st.sampled_from(HEADER_VALUES), st.text(st.characters(max_codepoint=255), max_size=40))
    lines = values.map(lambda value: "".join(letter for letter in value if letter not in "\r\n\0"))
    return st.dictionaries(st.sampled_from(HEADERS), lines, min_size=1, max_size=4)


def path_parts() -> st.SearchStrategy[str]:
    """What may stand in a path in the place of a row's key, percent-encoded."""
    return texts().map(lambda part: quote_from_bytes(part, safe="") or "0")


def queries(names: list[str]) -> st.SearchStrategy[str]:
    """A query string about `names`, and about what pages of this kind take."""
    keys = st.one_of(
        st.sampled_from([*names, *names, "q", "page", "p", "o", "e", "all", "next"]), st.sampled_from(KEYS)
    )
    lookups = st.sampled_from(["", "", "", "__exact", "__in", "__isnull", "__regex", "__gte", "__x__y", "__id__exact"])
    pairs = st.lists(st.tuples(st.tuples(keys, lookups).map("".join), texts()), max_size=4)
    return st.one_of(
        pairs.map(encoded), st.sampled_from(["&&=&", "%", "%00", "=%ff", "a;b=c", "q" * 3000, "+", "?" * 50])
    )


def _replaced(draw: Any, form: Form, pairs: Pairs) -> Pairs:
    at = draw(st.integers(0, len(pairs) - 1)) if pairs else 0
    return [(name, draw(texts()) if place == at else value) for place, (name, value) in enumerate(pairs)]


def _chosen(draw: Any, form: Form, pairs: Pairs) -> Pairs:
    options = [(each.name, choice.encode()) for each in form.fields for choice in each.choices]
    return [*pairs, draw(st.sampled_from(options))] if options else pairs


def _left_out(draw: Any, form: Form, pairs: Pairs) -> Pairs:
    at = draw(st.integers(0, max(len(pairs) - 1, 0)))
    return pairs[:at] + pairs[at + 1 :]


def _repeated(draw: Any, form: Form, pairs: Pairs) -> Pairs:
    return [*pairs, (draw(st.sampled_from(pairs))[0], draw(texts()))] if pairs else pairs


def _added(draw: Any, form: Form, pairs: Pairs) -> Pairs:
    names = [field.name for field in form.fields] + KEYS
    return [*pairs, (draw(st.sampled_from(names)), draw(texts()))]
