"""Find what masking left, in another way than masking looks for it.

Masking replaces patterns in a text as it stands. This reads the text apart instead: it undoes escapes, percent-encoding
and base64, walks JSON, and judges whole words by what they mean, with the standard library's parsers.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import itertools
import json
import re
import string
import uuid
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from deploy.evidence.wording import gettext_noop

LETTERS = frozenset(string.ascii_letters + string.digits)
HEX = frozenset("0123456789abcdef")
NETWORK_PREFIXES = ("sg", "sgr", "vpc", "vpce", "subnet", "eni", "igw", "rtb", "rtbassoc", "nat", "acl")
ID_PREFIXES = frozenset((*NETWORK_PREFIXES, "eipalloc", "eipassoc", "tgw", "vol", "i", "r"))
KEY_PREFIXES = ("AKIA", "ASIA", "AROA", "AIDA")
# Left of these stands the name of something of ours, in host names of Amazon.
SERVICES_WITH_NAMES = ("rds", "elb", "dkr", "s3", "cache", "execute-api", "vpce")
SECRET_KEYS = ("password", "passwd", "secretaccesskey", "sessiontoken", "secretkey", "clientsecret", "apikey")
BUCKET_KEYS = ("bucket", "bucketname")
NAME_KEYS = ("resourcename", "resourceid")
TELLING_TYPES = ("aws::s3::", "aws::secretsmanager::", "aws::kms::")
SECRET_VALUE = gettext_noop("a secret value")
BUCKET_NAME = gettext_noop("a bucket name")
RESOURCE_NAME = gettext_noop("the name of a bucket, secret or key")
ESCAPES = {"n": "\n", "r": "\n", "t": "\t", "/": "/", '"': '"', "\\": "\\", "b": " ", "f": " "}


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """Something unmasked, without its value."""

    line: int
    what: str


def sightings(text: str) -> list[Sighting]:
    """Return what in `text` gives an account away, each once per line."""
    found = [
        Sighting(line=number, what=what)
        for number, line in enumerate(text.split("\n"), 1)
        for what in sorted({what for layer in _layers(line) for what in _seen(layer)} | set(_in_json(line)))
    ]
    of_whole = [Sighting(line=1, what=what) for what in sorted(set(_in_json(text)))]
    return list(dict.fromkeys(of_whole + found))


def _layers(line: str) -> Iterator[str]:
    """Yield the line as it stands and as whoever decodes it will read it."""
    seen: set[str] = set()
    waiting = [line]
    while waiting:
        layer = waiting.pop()
        if layer in seen:
            continue
        seen.add(layer)
        yield layer
        waiting += (unquote(layer), _unescaped(layer), *_decoded(layer))


def _unescaped(text: str) -> str:
    return re.sub(
        r"\\(?:u([0-9A-Fa-f]{4})|(.))", lambda m: chr(int(m[1], 16)) if m[1] else ESCAPES.get(m[2], m[0]), text
    )


def _decoded(text: str) -> Iterator[str]:
    for word in _words(text, also="+/=_-"):
        if len(word) < 16:
            continue
        try:
            decoded = base64.urlsafe_b64decode(word.translate(str.maketrans("+/", "-_")).rstrip("=") + "===")
            readable = decoded.decode("ascii")
        except (binascii.Error, ValueError):
            continue
        if all(letter in string.printable for letter in readable):
            yield readable


def _seen(text: str) -> Iterator[str]:
    for look, what in LOOKS:
        if look(text):
            yield what


def _words(text: str, *, also: str) -> list[str]:
    """Split `text` at whatever is no ASCII letter, digit or one of `also`."""
    allowed = LETTERS | set(also)
    return "".join(letter if letter in allowed else " " for letter in text).split()


def _is_hex(word: str) -> bool:
    return bool(word) and set(word.lower()) <= HEX


def _has_account(text: str) -> bool:
    return any(
        _digit_run_of_an_account(part)
        for word in _words(text, also="-")
        if not _ends_in_uuid(word)
        for part in word.split("-")
    )


def _digit_run_of_an_account(part: str) -> bool:
    if _is_hex(part) and len(part) >= 24:
        return False  # a digest, a commit, a trace id
    runs = ("".join(group) for is_digit, group in itertools.groupby(part, str.isdigit) if is_digit)
    return any(len(run) == 12 for run in runs)


def _ends_in_uuid(word: str) -> bool:
    try:
        return str(uuid.UUID(word[-36:])) == word[-36:].lower()
    except ValueError:
        return False


def _is_address(word: str) -> bool:
    try:
        return not ipaddress.ip_address(word.strip(".")).is_unspecified
    except ValueError:
        return False


def _has_ipv4(text: str) -> bool:
    numbers = "".join(letter if letter in "0123456789." else " " for letter in text).split()
    return any(_is_address(number) for number in numbers if number.count(".") >= 3)


def _has_ipv6(text: str) -> bool:
    return any(_is_address(word) for word in _words(text, also=":.") if ":" in word)


def _has_host(text: str) -> bool:
    return any(_names_something(word) for word in _words(text.lower(), also=".-_*") if ".amazonaws.com" in word)


def _names_something(host: str) -> bool:
    labels = host.split(".amazonaws.com")[0].split(".")
    service = next((index for index, label in enumerate(labels) if label in SERVICES_WITH_NAMES), None)
    if service is None:
        return False
    names = (label for label in labels[:service] if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", label))
    return any(set(name) - {"*"} for name in names)


def _has_arn(text: str) -> bool:
    return any(_is_telling_arn(text[match.start() :]) for match in re.finditer("arn:aws", text))


def _is_telling_arn(text: str) -> bool:
    fields = re.split(r"[\s\"'<>,;\\()\[\]|`&]", text, maxsplit=1)[0].split(":", 5)
    if len(fields) < 6:
        return False
    account, resource = fields[4], fields[5]
    return account not in ("", "aws", "*", "*" * 12) or (bool(LETTERS & set(resource)) and not resource.endswith("**"))


def _has_resource_id(text: str) -> bool:
    return any(
        prefix in ID_PREFIXES and _is_hex(number) and len(number) in ((17,) if len(prefix) == 1 else (8, 17))
        for word in _words(text, also="-")
        for prefix, number in itertools.pairwise(word.split("-"))
    )


def _has_resource_name(text: str) -> bool:
    lowered = text.lower()
    return any(_is_followed_by_name(after) for mark in TELLING_TYPES for after in lowered.split(mark)[1:])


def _is_followed_by_name(text: str) -> bool:
    """Whether behind the rest of a type, and what separates words, comes a word that is no key, ARN or type."""
    separated = text.lstrip(string.ascii_lowercase + string.digits)
    name = separated.lstrip(" \t,:=/|+")
    key, equals, value = name.partition("=")
    if equals and key.strip().replace("_", "") in NAME_KEYS:
        name = value.lstrip()
    word = re.split(r"[\s\"'<>,;\\()\[\]{}|`&]", name, maxsplit=1)[0]
    return name != separated and bool(LETTERS & set(word)) and not word.startswith(("arn:", "aws::"))


def _has_key_id(text: str) -> bool:
    words = _words(text, also="")
    return any(len(word) == 20 and word.isupper() and word.startswith(KEY_PREFIXES) for word in words)


def _has_private_key(text: str) -> bool:
    return any(after.lstrip()[:1] in LETTERS for after in text.split(" PRIVATE KEY-----")[1:] if after.strip())


def _has_email(text: str) -> bool:
    for word in _words(text, also=".@_+-*%"):
        left, at, right = word.rpartition("@")
        host = right.rstrip(".-_").split(".")
        if at and len(host) > 1 and all(host) and host[-1].isalpha() and len(host[-1]) > 1 and LETTERS & set(left):
            return True
    return False


def _has_url_credentials(text: str) -> bool:
    for after in text.split("://")[1:]:
        authority = re.split(r"[\s/?#\"'<>]", after, maxsplit=1)[0]
        if "@" in authority and LETTERS & set(authority.rpartition("@")[0]):
            return True
    return False


def _has_web_token(text: str) -> bool:
    return any(word.startswith("eyJ") and word.count(".") >= 2 for word in _words(text, also="._-"))


LOOKS: tuple[tuple[Callable[[str], bool], str], ...] = (
    (_has_account, gettext_noop("an AWS account id")),
    (_has_ipv4, gettext_noop("an IPv4 address")),
    (_has_ipv6, gettext_noop("an IPv6 address")),
    (_has_host, gettext_noop("a host name of an AWS resource")),
    (_has_arn, gettext_noop("an ARN")),
    (_has_resource_id, gettext_noop("a resource id")),
    (_has_resource_name, RESOURCE_NAME),
    (_has_key_id, gettext_noop("an access key id")),
    (_has_private_key, gettext_noop("a private key")),
    (_has_email, gettext_noop("an e-mail address")),
    (_has_url_credentials, gettext_noop("credentials in a URL")),
    (_has_web_token, gettext_noop("a web token")),
)


def _in_json(text: str) -> Iterator[str]:
    """Yield what the named values of JSON, also of JSON inside its strings, show."""
    if text.lstrip()[:1] not in ("{", "["):
        return
    try:
        yield from _in_value(json.loads(text))
    except (ValueError, RecursionError):
        return


def _in_value(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from _in_json(value)
    elif isinstance(value, list):
        yield from itertools.chain.from_iterable(map(_in_value, value))
    elif isinstance(value, dict):
        yield from _in_pairs(value.items())


def _in_pairs(pairs: Collection[tuple[str, Any]]) -> Iterator[str]:
    is_telling = any(_is_telling_type(value) for _, value in pairs)
    for key, value in pairs:
        word = "".join(letter for letter in key.lower() if letter.isalnum())
        is_shown = isinstance(value, str) and bool(LETTERS & set(value))
        if is_shown and word.endswith(SECRET_KEYS):
            yield SECRET_VALUE
        elif is_shown and word.endswith(BUCKET_KEYS):
            yield BUCKET_NAME
        elif is_shown and ((is_telling and word.endswith(NAME_KEYS)) or _is_telling_type(key)):
            yield RESOURCE_NAME
        else:
            yield from _in_value(value)


def _is_telling_type(value: Any) -> bool:
    return isinstance(value, str) and value.lower().startswith(TELLING_TYPES)
