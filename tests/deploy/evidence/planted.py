"""Hypothesis strategies: what must never come out of a mask, each kind drawn at random, and what must stay."""

from __future__ import annotations

import string
from dataclasses import dataclass

from hypothesis import strategies as st

DIGITS = string.digits
# In two parts, since the guard against leaks reads this file as well.
WEB_TOKEN = ".".join("ey" + part for part in ("JhbGciOiJIUzI1NiJ9", "JzdWIiOiIxIn0", "c2lnbmF0dXJl"))
HEX = "0123456789abcdef"
LOWER = string.ascii_lowercase + DIGITS
MIXED = string.ascii_letters + DIGITS


@dataclass(frozen=True)
class Planted:
    """A text to put somewhere, and the part of it that must be gone."""

    text: str
    secret: str


def letters(alphabet: str, *, least: int, most: int | None = None) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=least, max_size=most or least)


def whole(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[Planted]:
    return strategy.map(lambda text: Planted(text, text))


def within(template: str, secret: st.SearchStrategy[str]) -> st.SearchStrategy[Planted]:
    return secret.map(lambda text: Planted(template.format(text), text))


def names(*, least: int = 3, most: int = 30) -> st.SearchStrategy[str]:
    """Such as AWS allows for most things; begins and ends with a letter and says something of its own."""
    return letters(LOWER + "-", least=least, most=most).map(lambda text: f"zq{text.strip('-')}x")


accounts = letters(DIGITS, least=12)
regions = st.sampled_from(["us-west-2", "eu-central-1", "ap-northeast-1", "us-gov-west-1"])
octets = st.integers(0, 255).map(str)
ipv4 = st.tuples(st.integers(1, 255).map(str), octets, octets, octets).map(".".join)
ipv6 = st.ip_addresses(v=6).map(str).filter(lambda text: len([part for part in text.split(":") if part]) >= 3)
ids = st.one_of(
    st.tuples(
        st.sampled_from(["sg", "sgr", "vpc", "subnet", "eni", "igw", "rtb", "vpce", "i"]), letters(HEX, least=17)
    ),
    st.tuples(st.sampled_from(["sg", "vpc", "subnet", "eni", "igw", "rtb", "vpce"]), letters(HEX, least=8)),
)
secret_keys = st.tuples(letters(MIXED + "+/", least=37), st.just("aB3")).map("".join)
key_ids = st.tuples(st.sampled_from(["AKIA", "ASIA", "AROA"]), letters(string.ascii_uppercase + DIGITS, least=16))
web_tokens = st.tuples(
    letters(MIXED + "_-", least=15, most=60), letters(MIXED + "_-", least=20, most=60), letters(MIXED, least=43)
).map(lambda parts: "eyJ" + ".".join(parts))

# What is masked whatever touches it.
ANYWHERE: dict[str, st.SearchStrategy[Planted]] = {
    "database endpoint": st.tuples(names(), letters(LOWER, least=12), regions).map(
        lambda parts: Planted(f"{parts[0]}.{parts[1]}.{parts[2]}.rds.amazonaws.com", parts[1])
    ),
    "database name in its endpoint": st.tuples(names(least=6), letters(LOWER, least=12), regions).map(
        lambda parts: Planted(f"{parts[0]}.{parts[1]}.{parts[2]}.rds.amazonaws.com", parts[0])
    ),
    "load balancer's host": st.tuples(names(), letters(DIGITS, least=10), regions).map(
        lambda parts: Planted(f"{parts[0]}-{parts[1]}.{parts[2]}.elb.amazonaws.com", parts[0])
    ),
    "network load balancer's host": st.tuples(names(), letters(HEX, least=16), regions).map(
        lambda parts: Planted(f"{parts[0]}-{parts[1]}.elb.{parts[2]}.amazonaws.com", parts[0])
    ),
    "load balancer's id": within("app/papyrus/{}", letters(HEX, least=16)),
    "target group's id": within("targetgroup/papyrus/{}", letters(HEX, least=16)),
    "role": st.tuples(accounts, names(least=8)).map(
        lambda parts: Planted(f"arn:aws:iam::{parts[0]}:role/{parts[1]}", parts[1])
    ),
    "account in an ARN": accounts.map(lambda text: Planted(f"arn:aws:sns:us-west-2:{text}:papyrus", text)),
    "account in a registry": within("{}.dkr.ecr.us-west-2.amazonaws.com/papyrus", accounts),
    "task": st.tuples(accounts, letters(HEX, least=32)).map(
        lambda parts: Planted(f"arn:aws:ecs:us-west-2:{parts[0]}:task/papyrus/{parts[1]}", parts[1])
    ),
    "bucket's ARN": within("arn:aws:s3:::{}/delivery-notes/*", names(most=50)),
    "bucket's URL": within("s3://{}/note.pdf", names(most=50)),
    "bucket's host": within("https://{}.s3.us-west-2.amazonaws.com/note.pdf", names(most=50)),
    "bucket's path": within("https://s3.us-west-2.amazonaws.com/{}/note.pdf", names(most=50)),
    "bucket at moto": within("http://127.0.0.1:41234/{}/note.pdf", names(most=50)),
    "bucket's field": within("ARCHIVE_BUCKET={}", names(most=50)),
    "resource id": whole(ids.map("-".join)),
    "access key id": whole(key_ids.map("".join)),
    "secret key": whole(secret_keys),
    "session token": whole(st.tuples(letters(MIXED + "+/", least=200, most=400), st.just("aB3==")).map("".join)),
    "web token": whole(web_tokens),
    "IPv4 address": whole(ipv4),
    "IPv6 address": whole(ipv6),
    "host named by address": ipv4.map(lambda text: Planted(f"ip-{text.replace('.', '-')}", text.replace(".", "-"))),
    "database URL": within("postgres://papyrus:{}@db:5432/papyrus", letters(MIXED + "!#%&*+/=", least=12, most=40)),
    "password in the environment": within("PGPASSWORD={}", letters(MIXED, least=12, most=40)),
    "bearer token": within("Bearer {}", letters(MIXED, least=20, most=60).map(lambda text: f"{text}7")),
}
# What is told from ordinary text by where it begins and ends.
ALONE: dict[str, st.SearchStrategy[Planted]] = {
    "account": whole(accounts),
    "e-mail address": within("{}@example.co.jp", names(least=8)),
    "short IPv6 address": whole(
        st.sampled_from(["::1", "fe80::1", "fd00::", "64:ff9b::"]).filter(lambda t: "::1" in t)
    ),
}
# What is told by the type before it, which a secret's value that touches the type would take in.
BEHIND_TYPE: dict[str, st.SearchStrategy[Planted]] = {
    "bucket behind its type": within("AWS::S3::Bucket {}", names(most=50)),
    "secret behind its type": within("AWS::SecretsManager::Secret: papyrus/{}", names(most=50)),
    "key behind its type": within("AWS::KMS::Key {}", st.uuids().map(str)),
}
FIELDS: dict[str, st.SearchStrategy[tuple[str, str]]] = {
    "password": st.tuples(st.just("MasterUserPassword"), letters(MIXED + " ,:{}[]'", least=12, most=40)),
    "secret key": st.tuples(st.just("SecretAccessKey"), letters(MIXED, least=12, most=40)),
    "session token": st.tuples(st.just("SessionToken"), letters(MIXED, least=12, most=40)),
    "bucket": st.tuples(st.sampled_from(["Bucket", "bucketName", "BucketName", "bucket_name"]), names(most=50)),
}
RESOURCE_TYPES = st.sampled_from(["AWS::S3::Bucket", "AWS::SecretsManager::Secret", "AWS::KMS::Key"])
# A type and a name as CloudTrail and Config have them.
KEYS_OF_RESOURCES = st.sampled_from(
    [("ResourceType", "ResourceName"), ("resourceType", "resourceId"), ("resource_type", "resource_name")]
)
# What must stay, since nobody can read evidence without it.
ORDINARY_WORDS = st.one_of(
    st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    st.datetimes().map(lambda moment: f"{moment:%Y%m%d_%H%M%S}"),
    st.times().map(str),
    st.tuples(st.integers(0, 99), st.integers(0, 999), st.integers(0, 9999)).map(
        lambda parts: ".".join(map(str, parts))
    ),
    st.text("0123456789abcdef", min_size=40, max_size=40),
    st.text("0123456789abcdef", min_size=64, max_size=64).map(lambda digest: f"sha256:{digest}"),
    st.uuids().map(str),
    st.sampled_from(
        ["HTTP/1.1 200 OK", "GET", "/healthz", "/dbcheck", "404", "1.5 s", "aws_lb.this:", "us-west-2", "db.t4g.micro"]
    ),
)
