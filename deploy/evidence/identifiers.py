"""What gives an account away, and how each of it reads once it is masked.

Each pattern takes linear time: what repeats is bounded, or is consumed whole once it has begun. A replacement has
fewer characters other than `*` than what it stands for, which is why masking comes to an end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Match: TypeAlias = re.Match[str]

STARS = "****"
ACCOUNT_STARS = "*" * 12
IPV4_STARS = "***.***.***.***"


class Kind(StrEnum):
    """What a rule recognises."""

    PRIVATE_KEY = "a private key"
    CREDENTIALS_IN_URL = "credentials in a URL"
    AUTHORIZATION = "an authorization header"
    TOKEN = "a token"  # noqa: S105 - the name of a kind
    NAMED_SECRET = "a secret value"  # noqa: S105 - the name of a kind
    ARN = "an ARN"
    DATABASE_ENDPOINT = "an RDS endpoint"
    LOAD_BALANCER_HOST = "a load balancer's DNS name"
    BUCKET = "a bucket name"
    RESOURCE_NAME = "the name of a bucket, secret or key"
    RESOURCE_ID = "a resource id"
    LOAD_BALANCER_ID = "a load balancer's or target group's id"
    TASK_ID = "a task id"
    DATABASE_ID = "a database resource id"
    ACCESS_KEY_ID = "an access key id"
    SECRET_KEY = "a secret key or session token"  # noqa: S105 - the name of a kind
    EMAIL = "an e-mail address"
    IPV4_HOST = "a host name made of an IP address"
    IPV4 = "an IPv4 address"
    IPV6 = "an IPv6 or MAC address"
    ACCOUNT = "an AWS account id"


@dataclass(frozen=True)
class Rule:
    """What to look for, and what to write instead: a template, or a function that may leave a match as it is."""

    kind: Kind
    pattern: re.Pattern[str]
    replacement: str | Callable[[Match], str]

    def masked(self, text: str) -> str:
        """Return `text` with everything of this kind replaced."""
        return self.pattern.sub(self.replacement, text)

    def found(self, text: str) -> Iterator[tuple[int, str]]:
        """Yield where `masked` would replace something, and what."""
        for match in self.pattern.finditer(text):
            if self._replaced(match) != match[0]:
                yield match.start(), match[0]

    def _replaced(self, match: Match) -> str:
        return match.expand(self.replacement) if isinstance(self.replacement, str) else self.replacement(match)


HEX = "[0-9A-Fa-f]"
# Not inside a JSON escape or a percent-encoding, so that masking never leaves half of one.
START = rf"(?!(?<=\\)[nrtbfu])(?<!\\u)(?<!\\u{HEX})(?<!\\u{HEX}{{2}})(?<!\\u{HEX}{{3}})(?!(?<=%){HEX}{{2}})(?<!%{HEX})"
# Here and below `*` counts as a letter: a part may have been masked already.
LABEL = r"[A-Za-z0-9_*-]{1,63}"
REGION = r"[a-z]{2}(?:-[a-z]{2,12}){1,2}-\d"
BUCKET = r"[A-Za-z0-9*][A-Za-z0-9.*_-]{2,62}"
ESCAPE_BEFORE = re.compile(rf"(?:\\[nrt]|%{HEX}{{2}})\Z")
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
S3_HOST = rf"s3(?:[.-](?:website[.-]|dualstack\.)?{REGION})?\.amazonaws\.com"
LOOPBACK = r"(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])"
# What a loopback server answers that is no bucket of a moto server.
ROUTES = "(?:healthz|dbcheck|static|notes|admin|moto-api)"

ARN_KINDS = (
    "alarm|alias|assumed-role|capacity-provider|certificate|cluster|config-rule|container-instance|dashboard|db|"
    "deployment|db-proxy|elastic-ip|group|instance-profile|instance|internet-gateway|key|listener-rule|listener|"
    "loadbalancer|log-group|log-stream|network-interface|oidc-provider|parameter|pg|policy|repository|role|route-table|"
    "rule|secret|security-group-rule|security-group|service-deployment|service-revision|service|snapshot|stack|subgrp|"
    "subnet|table|targetgroup|task-definition|task-set|task|topic|trail|user|volume|vpc-endpoint|vpc"
)
RESOURCE_IDS = (
    "sgr|sg|vpce-svc|vpce|vpc|subnet|eni-attach|eni|igw|eigw|rtbassoc|rtb|nat|aclassoc|acl|eipalloc|eipassoc|dopt|tgw|"
    "vol|snap|ami|cgw|vgw|vpn|pcx|cidr-assoc"
)
NAMES_OF_SECRETS = (
    r"(?:pass(?:word|wd|phrase)|secret[_-]?(?:access[_-]?)?key|(?:session|security|access|refresh|id|auth)[_-]?token|"
    r"client[_-]?secret|api[_-]?key|amz-(?:signature|credential)|sessionid|csrf(?:middleware)?token|"
    r"awsalb(?:tg)?(?:cors)?)(?:_wo)?"
)
NAMES_OF_BUCKETS = "bucket(?:[_-]?name)?"
# The services whose resources' names are not to be known, as CloudFormation, Config and CloudTrail write their types.
TELLING_SERVICES = ("S3", "SecretsManager", "KMS")
COLONS = "(?::|%3A){2}"
TELLING_TYPE = rf"AWS{COLONS}(?:{'|'.join(TELLING_SERVICES)}){COLONS}[A-Za-z0-9]{{1,40}}"
# As CloudTrail (ResourceName), Config (resourceId) and CloudFormation (PhysicalResourceId) call a name.
NAMES_OF_RESOURCES = "resource[_-]?(?:name|id)"
BETWEEN_TYPE_AND_NAME = r"(?:[ \t,:=/|+]|\\{1,8}t|%(?:20|09|2C|2F|3A|3D|7C)){1,60}"
# A JSON key inside a JSON string inside a JSON string ends in seven backslashes and a quote.
QUOTED_KEY_END = r"""(?P<quote>\\{0,8}["'])[ \t]{0,60}(?::|=>?)[ \t]{0,8}"""
PLAIN_KEY_END = r"[ \t]{0,60}[:=][ \t]{0,8}"
# Between quotes, after a backslash or more when JSON lies in a string.
QUOTED = (
    r"""(?P<open>\\{1,8}["'])(?:(?<=")[^"\n]*?(?=\\{1,8}"|["\n]|\Z)|(?<=')[^"'\n]*?(?=\\{1,8}'|["'\n]|\Z))|"""
    r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'"""
)

# Neither a value that is masked, so that of two names the second is found in the next round, nor an empty one.
NAME_OF_RESOURCE = rf"{NAMES_OF_RESOURCES}{QUOTED_KEY_END}(?=\\{{0,8}}[\"'][*]*[^\s\"'\\*])"
WITHIN_OBJECT = r"(?:[^{}]|\{[^{}]{0,200}\}){0,400}?"


def _arn(match: Match) -> str:
    arn, colon, service, resource = match["arn"], match["colon"], match["service"], match["resource"]
    account = ACCOUNT_STARS if match["account"].isdigit() else match["account"]
    kind = re.match(rf"(?:{ARN_KINDS})(?:[:/]|%3[Aa]|%2[Ff])", resource) if service != "s3" else None
    named = resource[kind.end() :] if kind else resource
    head = colon.join((arn, match["partition"], service, match["region"], account))
    return f"{head}{colon}{kind[0] if kind else ''}{STARS if _says_something(named) else named}"


def _says_something(text: str) -> bool:
    return any(letter.isalnum() for letter in text)


def _value(match: Match) -> str:
    """Return the match with its value masked; quotes stay, and JSON that had none around a number gets them."""
    value = match["value"]
    if opened := match.groupdict().get("open"):
        return f"{match['key']}{opened}{STARS}"
    if value[0] in "\"'":
        return f"{match['key']}{value[0]}{STARS}{value[0]}"
    quote = match.groupdict().get("quote") or ""
    return f"{match['key']}{quote}{STARS}{quote}"


def _blob(match: Match) -> str:
    """Return the match masked when it looks drawn at random, and is no digest or part of a path with one."""
    blob = match[0]
    parts = re.split(r"[/=]", blob)
    is_mixed = all(any(test(letter) for letter in blob) for test in (str.isupper, str.islower, str.isdigit))
    has_digest = any(re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", part) for part in parts)
    return STARS if is_mixed and not has_digest and not match["digest"] else blob


def _ipv4(match: Match) -> str:
    # 0.0.0.0/0 is nobody's address, and what it opens must stay readable.
    return match[0] if match[0] == "0.0.0.0" else IPV4_STARS  # noqa: S104 - text, nothing binds to it


def _ipv6(match: Match) -> str:
    """Tell addresses from times of day and from names such as AWS::ECS::Service."""
    found = match[0]
    groups = [group for group in found.split(":") if group]
    is_short_form = "::" in found and bool(groups) and (_stands_alone(match) or len(groups) >= 3)
    return STARS if is_short_form or found.count(":") >= 5 else found


def _stands_alone(match: Match) -> bool:
    """Whether no letter or digit touches the match; those of an escape in JSON or a URL are none."""
    before = match.string[max(0, match.start() - 3) : match.start()]
    after = match.string[match.end() : match.end() + 1]
    return not after.isalnum() and (not before[-1:].isalnum() or ESCAPE_BEFORE.search(before) is not None)


def _account(match: Match) -> str:
    return ACCOUNT_STARS if match["account"] else match[0]


def _rule(kind: Kind, pattern: str, replacement: str | Callable[[Match], str], *, is_exact: bool = False) -> Rule:
    return Rule(kind, re.compile(pattern, re.ASCII if is_exact else re.ASCII | re.IGNORECASE), replacement)


RULES: tuple[Rule, ...] = (
    _rule(
        Kind.PRIVATE_KEY,
        r"(-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY-----)(?:(?:\s|\\[nr])*(?:Proc-Type|DEK-Info):[^\n\\\"]*)*"
        r"(?:\s|\\[nr])*[A-Za-z0-9+/=](?:[A-Za-z0-9+/=\s]|\\[nr])*",
        rf"\1{STARS}",
    ),
    _rule(Kind.CREDENTIALS_IN_URL, r"(postgres(?:ql)?://)[^\s:@\"'<>\\]{0,128}:[^\s\"'<>\\]{0,256}@", r"\1****:****@"),
    _rule(
        Kind.CREDENTIALS_IN_URL,
        r"((?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}://)[^\s/?#:@\"'<>\\]{0,128}:[^\s/?#\"'<>\\]{0,256}@",
        r"\1****:****@",
    ),
    _rule(Kind.CREDENTIALS_IN_URL, r"(https?://)[^\s/?#:@\"'<>\\*]{1,256}@", r"\1****@"),
    _rule(
        Kind.AUTHORIZATION,
        rf"(?P<key>authorization(?:{QUOTED_KEY_END}\\{{0,8}}[\"']|[ \t]?[:=][ \t]{{0,8}})"
        r"(?:(?:basic|bearer|token)[ ]+)?)"
        r"(?!AWS4)[^\s\"',\\]+",
        r"\g<key>****",
    ),
    _rule(Kind.AUTHORIZATION, r"(bearer(?:[ \t]+|%20))(?=[A-Z._~+/-]*\d)[A-Z0-9._~+/-]{8,}=*", r"\1****"),
    _rule(Kind.AUTHORIZATION, r"(signature=)[0-9a-f]{64}", r"\1****"),
    _rule(Kind.TOKEN, r"eyJ[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*)*", STARS, is_exact=True),
    _rule(Kind.TOKEN, r"(gh[pousr]_|github_pat_)[A-Za-z0-9_]{20,}", rf"\1{STARS}", is_exact=True),
    _rule(
        Kind.NAMED_SECRET,
        rf"(?P<key>{NAMES_OF_SECRETS}{QUOTED_KEY_END})(?P<value>{QUOTED}|(?!null|true|false|none)[^\s\"'\\,;(){{}}\[\]]+)",
        _value,
    ),
    _rule(
        Kind.NAMED_SECRET,
        rf"(?P<key>{NAMES_OF_SECRETS}(?:{PLAIN_KEY_END}|%3D))(?P<value>{QUOTED}|(?!null|true|false|none)[^\s\"'\\&;<>(]+)",
        _value,
    ),
    _rule(Kind.NAMED_SECRET, rf"(<[a-z0-9]{{0,40}}{NAMES_OF_SECRETS}>)[^<*][^<]*", rf"\1{STARS}"),
    _rule(
        Kind.ARN,
        r"(?P<arn>arn)(?P<colon>:|%3A)(?P<partition>aws[a-z-]{0,12})(?P=colon)(?P<service>[a-z0-9*-]{1,40})(?P=colon)"
        r"(?P<region>[a-z0-9*-]{0,30}?)(?P=colon)(?P<account>[a-z0-9*-]{0,40}?)(?P=colon)"
        r"(?P<resource>[^\s\"'<>,;\\()\[\]|`&]*)",
        _arn,
    ),
    _rule(
        Kind.DATABASE_ENDPOINT,
        rf"{START}{LABEL}\.{LABEL}\.({REGION})\.rds\.amazonaws\.com",
        rf"{STARS}.{STARS}.\1.rds.amazonaws.com",
    ),
    _rule(Kind.LOAD_BALANCER_HOST, rf"{START}{LABEL}\.({REGION}\.elb\.amazonaws\.com)", rf"{STARS}.\1"),
    _rule(Kind.LOAD_BALANCER_HOST, rf"{START}{LABEL}\.(elb\.{REGION}\.amazonaws\.com)", rf"{STARS}.\1"),
    _rule(Kind.BUCKET, rf"{START}{BUCKET}\.({S3_HOST}|s3\.localhost|localhost(?=:\d))", rf"{STARS}.\1"),
    _rule(Kind.BUCKET, rf"({S3_HOST}(?::\d{{1,5}})?/){BUCKET}", rf"\1{STARS}"),
    _rule(Kind.BUCKET, rf"(s3[an]?://){BUCKET}", rf"\1{STARS}"),
    _rule(
        Kind.BUCKET,
        rf"(https?://{LOOPBACK}(?::\d{{1,5}})?/)(?!{ROUTES}[/?]){BUCKET}(?=[/?])",
        rf"\1{STARS}",
    ),
    _rule(
        Kind.BUCKET,
        rf"(?P<key>{NAMES_OF_BUCKETS}{QUOTED_KEY_END})(?P<value>(?P<open>\\{{1,8}}[\"']){BUCKET}|\"{BUCKET}\"|'{BUCKET}')",
        _value,
    ),
    _rule(
        Kind.BUCKET,
        rf"(?P<key>{NAMES_OF_BUCKETS}(?:{PLAIN_KEY_END}|%3D))"
        rf"(?P<value>(?P<open>\\{{1,8}}[\"']){BUCKET}|\"{BUCKET}\"|'{BUCKET}'|{BUCKET})",
        _value,
    ),
    _rule(Kind.BUCKET, rf"(<{NAMES_OF_BUCKETS}>|--bucket[ =]){BUCKET}", rf"\1{STARS}"),
    _rule(Kind.BUCKET, rf"(aws_s3_bucket[^\s:]{{1,120}}: [^\n\[]{{0,80}}\[id=){BUCKET}", rf"\1{STARS}"),
    _rule(Kind.RESOURCE_ID, r"(vpce-)[0-9a-f]{17}-[0-9a-z]{8}(?![0-9a-z])", rf"\1{STARS}", is_exact=True),
    _rule(Kind.RESOURCE_ID, rf"((?:{RESOURCE_IDS})-)[0-9a-f]{{8,}}", rf"\1{STARS}", is_exact=True),
    _rule(Kind.RESOURCE_ID, r"([ir]-)[0-9a-f]{17,}", rf"\1{STARS}", is_exact=True),
    _rule(Kind.RESOURCE_ID, r"(?<![A-Za-z0-9_-])([ir]-)[0-9a-f]{8}(?![0-9a-f])", rf"\1{STARS}", is_exact=True),
    _rule(
        Kind.LOAD_BALANCER_ID,
        r"((?:app|net|gwy|targetgroup)(?P<slash>/|%2F)[A-Za-z0-9*-]{1,32})(?:(?P=slash)[0-9a-f]{16})+",
        rf"\1\g<slash>{STARS}",
    ),
    _rule(
        Kind.TASK_ID,
        rf"(/|%2F|task[ _-]?id(?:\\{{0,8}}\")?[ ]?[:=][ ]?(?:\\{{0,8}}\")?|task[ :])(?:{UUID}|[0-9a-f]{{32}})(?!{HEX})",
        rf"\1{STARS}",
    ),
    _rule(
        Kind.RESOURCE_NAME,
        rf"({TELLING_TYPE}{BETWEEN_TYPE_AND_NAME}(?:{NAMES_OF_RESOURCES}[ \t]?[:=][ \t]?)?)"
        rf"(?!arn:|arn%3A|aws::|aws%3A|{NAMES_OF_RESOURCES}[ \t]?[:=])"
        r"(?=[*._-]*[A-Za-z0-9])[^\s\"'<>,;\\()\[\]{}|`&%]+",
        rf"\1{STARS}",
    ),
    _rule(Kind.RESOURCE_NAME, rf"(?P<key>{TELLING_TYPE}{QUOTED_KEY_END})(?P<value>{QUOTED})", _value),
    _rule(Kind.RESOURCE_NAME, rf"(?P<key>{TELLING_TYPE}{WITHIN_OBJECT}{NAME_OF_RESOURCE})(?P<value>{QUOTED})", _value),
    _rule(
        Kind.RESOURCE_NAME, rf"(?P<key>{NAME_OF_RESOURCE})(?P<value>{QUOTED})(?={WITHIN_OBJECT}{TELLING_TYPE})", _value
    ),
    _rule(Kind.DATABASE_ID, r"((?:db|cluster)-)[A-Z0-9]{20,}", rf"\1{STARS}", is_exact=True),
    _rule(
        Kind.ACCESS_KEY_ID,
        r"(AKIA|ASIA|AROA|AIDA|AGPA|ANPA|ANVA|AIPA|ABIA|ACCA)[A-Z0-9]{12,}",
        rf"\1{STARS}",
        is_exact=True,
    ),
    _rule(
        Kind.SECRET_KEY,
        rf"{START}(?P<digest>h1:|sha(?:256|384|512)-)?[A-Za-z0-9+/]{{40,}}={{0,2}}",
        _blob,
        is_exact=True,
    ),
    _rule(
        Kind.EMAIL,
        rf"{START}(?=\*{{0,63}}[A-Z0-9._+-])[A-Z0-9._+*-]{{1,64}}(@|%40)"
        r"(?:[A-Z0-9-]{1,63}\.){1,8}[A-Z]{2,24}(?![A-Z])",
        rf"{STARS}\1{STARS}",
    ),
    _rule(Kind.IPV4_HOST, r"((?:ip|ec2)-)\d{1,3}(?:-\d{1,3}){3}", rf"\1{STARS}"),
    _rule(
        Kind.IPV6,
        rf"(?:{HEX}{{1,4}})?(?:::?(?:\d{{1,3}}(?:\.\d{{1,3}}){{3}}|{HEX}{{1,4}}))+(?:::)?|{HEX}{{1,4}}::",
        _ipv6,
    ),
    _rule(Kind.IPV4, r"\d{1,3}(?:\.\d{1,3}){3}", _ipv4),
    _rule(
        Kind.ACCOUNT,
        rf"(?<!{HEX})(?:{UUID}|[0-9a-f]{{32,}}|1-[0-9a-f]{{8}}-[0-9a-f]{{24}})(?!{HEX})|"
        rf"(?P<account>(?:(?<!\d)|(?<=%{HEX}{{2}})|(?<=\\u{HEX}{{4}}))(?:\d{{12}}|\d{{4}}-\d{{4}}-\d{{4}})(?!\d))",
        _account,
    ),
)
