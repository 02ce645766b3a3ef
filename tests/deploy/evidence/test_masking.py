"""Whatever is planted never comes out, masking twice is masking once, and ordinary text stays."""

from __future__ import annotations

import base64
import json
import string
import time
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import assume, given, settings, strategies as st

from deploy.evidence.masking import LineMask, Mask, SecretTooShort
from deploy.evidence.sightings import sightings
from tests.deploy.evidence.planted import (
    ALONE,
    ANYWHERE,
    BEHIND_TYPE,
    FIELDS,
    KEYS_OF_RESOURCES,
    ORDINARY_WORDS,
    RESOURCE_TYPES,
    WEB_TOKEN,
    Planted,
    names,
)

mask = Mask()

SURROUNDINGS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)
PUNCTUATION = st.sampled_from(['"', "'", " ", "\n", "\t", "(", "[", "{", "<", ",", ";", "|", "=", "\\n", "%20", "%2F"])
PUNCTUATION_AFTER = st.sampled_from(
    ['"', "'", " ", "\n", "\t", ")", "]", "}", ">", ",", ";", "|", "\\n", ".", ":", "%20"]
)
ANYTHING_PLANTED = st.one_of(*ANYWHERE.values(), *ALONE.values())
SECRETS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=8, max_size=40).filter(
    lambda text: len(text.strip().replace("*", "")) >= 8
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(allow_nan=False),
    st.integers(),
    st.just(123456789012),
    SURROUNDINGS,
    ANYTHING_PLANTED.map(lambda planted: planted.text),
)
JSON = st.recursive(
    LEAVES,
    lambda children: st.one_of(
        st.lists(children, max_size=4), st.dictionaries(SURROUNDINGS | st.just("password"), children, max_size=4)
    ),
    max_leaves=12,
).filter(lambda value: isinstance(value, (dict, list)))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("papyrus.abcdefghijkl.us-west-2.rds.amazonaws.com:5432", "****.****.us-west-2.rds.amazonaws.com:5432"),
        ("papyrus.cluster-ro-abcdefghijkl.eu-central-1.rds.amazonaws.com", "****.****.eu-central-1.rds.amazonaws.com"),
        ("EXAMPLE.C1A2.US-WEST-2.RDS.AMAZONAWS.COM.", "****.****.US-WEST-2.rds.amazonaws.com."),
        ("account 123456789012, please", "account ************, please"),
        ("1234-5678-9012", "************"),
        ("arn:aws:iam::123456789012:role/papyrus-task", "arn:aws:iam::************:role/****"),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/****"),
        ("arn:aws-us-gov:sns:us-gov-west-1:123456789012:alarms", "arn:aws-us-gov:sns:us-gov-west-1:************:****"),
        ("arn:aws:ecs:us-west-2:123456789012:task/papyrus/0123", "arn:aws:ecs:us-west-2:************:task/****"),
        ("arn:aws:logs:us-west-2:123456789012:log-group:/a:*", "arn:aws:logs:us-west-2:************:log-group:****"),
        ("arn:aws:s3:::papyrus-archive/delivery-notes/*", "arn:aws:s3:::****"),
        ("arn:aws:s3:::*", "arn:aws:s3:::*"),
        ("arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fa", "arn%3Aaws%3Aiam%3A%3A************%3Arole%2F****"),
        ("123456789012.dkr.ecr.us-west-2.amazonaws.com/app", "************.dkr.ecr.us-west-2.amazonaws.com/app"),
        ("papyrus-1234567890.us-west-2.elb.amazonaws.com", "****.us-west-2.elb.amazonaws.com"),
        ("papyrus-0123456789abcdef.elb.us-west-2.amazonaws.com", "****.elb.us-west-2.amazonaws.com"),
        ("app/papyrus/50dc6c495c0c9188", "app/papyrus/****"),
        ("targetgroup/papyrus/73e2d6bc24d8a067", "targetgroup/papyrus/****"),
        ("web/papyrus/0123456789abcdef0123456789abcdef", "web/papyrus/****"),
        ("sg-0123456789abcdef0 opens vpc-12345678", "sg-**** opens vpc-****"),
        ("sgr-0123456789abcdef0/i-0123456789abcdef0/i-12345678", "sgr-****/i-****/i-****"),
        ("vpce-0123456789abcdef0-a1b2c3d4.ecr.vpce.amazonaws.com", "vpce-****.ecr.vpce.amazonaws.com"),
        ("db-ABCDEFGHIJKLMNOPQRSTUVWXYZ", "db-****"),
        ("AKIAIOSFODNN7EXAMPLE", "AKIA****"),
        ("key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY.", "key ****."),
        ("10.0.1.27:5000 10.0.0.0/16", "***.***.***.***:5000 ***.***.***.***/16"),
        ("from 0.0.0.0/0 and ::/0", "from 0.0.0.0/0 and ::/0"),
        ("2600:1f14:abc::1/64, [::1]:5000, ::ffff:10.0.0.7", "****/64, [****]:5000, ****"),
        ("2600::/12 0a:58:0a:00:01:02", "****/12 ****"),
        ("ip-10-0-1-2.us-west-2.compute.internal", "ip-****.us-west-2.compute.internal"),
        ("s3://papyrus-archive/a.pdf", "s3://****/a.pdf"),
        ("https://papyrus.archive.s3.us-west-2.amazonaws.com/a", "https://****.s3.us-west-2.amazonaws.com/a"),
        ("https://s3.amazonaws.com/papyrus-archive/a", "https://s3.amazonaws.com/****/a"),
        ("http://127.0.0.1:5123/papyrus-state/20-alb.tfstate", "http://***.***.***.***:5123/****/20-alb.tfstate"),
        ("http://localhost:5123/papyrus-state?list-type=2", "http://localhost:5123/****?list-type=2"),
        ("http://127.0.0.1:5000/healthz?x=1", "http://***.***.***.***:5000/healthz?x=1"),
        ("papyrus-archive.localhost:5123/a", "****.localhost:5123/a"),
        ('  + bucket    = "papyrus-archive"', '  + bucket    = "****"'),
        ("aws s3api head-bucket --bucket papyrus-archive", "aws s3api head-bucket --bucket ****"),
        ("<Bucket>papyrus-archive</Bucket>", "<Bucket>****</Bucket>"),
        ("aws_s3_bucket.a: Refreshing state... [id=papyrus-archive]", "aws_s3_bucket.a: Refreshing state... [id=****]"),
        ("AWS::S3::Bucket company-invoices-backup", "AWS::S3::Bucket ****"),
        ("AWS::SecretsManager::Secret: papyrus/prd/db, 2", "AWS::SecretsManager::Secret: ****, 2"),
        ("ResourceType=AWS::S3::Bucket ResourceName=company", "ResourceType=AWS::S3::Bucket ResourceName=****"),
        ("AWS::S3::Bucket arn:aws:s3:::company", "AWS::S3::Bucket arn:aws:s3:::****"),
        ('{"AWS::KMS::Key": "alias/company"}', '{"AWS::KMS::Key": "****"}'),
        (
            '{"resourceType":"AWS::S3::Bucket","tags":{},"resourceId":"a-b","resourceName":"a-b"}',
            '{"resourceType":"AWS::S3::Bucket","tags":{},"resourceId":"****","resourceName":"****"}',
        ),
        (
            '[{"resourceId":"company","resourceType":"AWS::S3::Bucket"},{"resourceId":"papyrus"}]',
            '[{"resourceId":"****","resourceType":"AWS::S3::Bucket"},{"resourceId":"papyrus"}]',
        ),
        ("mail yamada.taro+aws@example.co.jp now", "mail ****@**** now"),
        ("postgres://papyrus:secret/b@c@db:5432/papyrus", "postgres://****:****@db:5432/papyrus"),
        ("https://x-access-token:secret@github.test/a", "https://****:****@github.test/a"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic ****"),
        ("curl -H 'Authorization: Bearer abc'", "curl -H 'Authorization: Bearer ****'"),
        ("Bearer abcdefg7==", "Bearer ****"),
        ("Bearer abcdefg7=arn:aws:s3:::company/a", "Bearer ****arn:aws:s3:::****"),
        (WEB_TOKEN, "****"),
        ("ghp_" + "a1B2" * 9, "ghp_****"),
        ("PGPASSWORD=hunter22 make run", "PGPASSWORD=**** make run"),
        ("?X-Amz-Security-Token=abc%2Fd&X-Amz-Expires=60", "?X-Amz-Security-Token=****&X-Amz-Expires=60"),
        ("Set-Cookie: sessionid=abc123; HttpOnly", "Set-Cookie: sessionid=****; HttpOnly"),
        ("Cookie: __Host-csrftoken=abc; __Host-sessionid=d", "Cookie: __Host-csrftoken=****; __Host-sessionid=****"),
        ('"password"  = "hunter22"', '"password"  = "****"'),
        ("<MasterUserPassword>a b</MasterUserPassword>", "<MasterUserPassword>****</MasterUserPassword>"),
        ("password = (sensitive value)", "password = (sensitive value)"),
        ('{"password": 12345678, "apiKey": null}', '{"password": "****", "apiKey": null}'),
        ('{"log": "{\\"password\\": \\"a b\\"}"}', '{"log": "{\\"password\\": \\"****\\"}"}'),
        ('{"owner": 123456789012, "n": [123456789012]}', '{"owner": "************", "n": ["************"]}'),
        ('{"log": "ids [123456789012]"}', '{"log": "ids [************]"}'),
    ],
)  # fmt: skip
def test_mask_replaces_what_identifies_and_keeps_the_rest(text: str, masked: str) -> None:
    assert mask(text) == masked
    assert mask(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "2025-11-24T19:18:40.123456Z 19:18:40 20251124_191840 2025-11-24 19:18:40,123 +0900",
        "HTTP/1.1 200 OK\r\nServer: gunicorn\r\nContent-Length: 12\r\n\r\n",
        "Terraform v1.11.4, provider 5.100.0, PostgreSQL 16.4, Chromium 131.0.6778.33",
        "commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904 of https://github.com/Owner/Repo/commit/" + "0a1b" * 10,
        "papyrus@sha256:" + "0123456789abcdef" * 4,
        "h1:wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY12345= zh:" + "ab" * 32,
        'request_id "1-58406520-a006649127e123456789012f" e2f1c0de-1234-4321-abcd-123456789012',
        "Plan: 7 to add, 0 to change, 0 to destroy. aws_lb.this: Creation complete after 2m31s",
        '{"resourceType": "AWS::ECS::Service", "resourceName": "papyrus-prd-web"} AWS::S3::Bucket, AWS::KMS::Key',
        "AWS::ECS::Service, ecs::task, std::vector, [1:2], 16:9, a:b:c",
        "us-west-2a ecs.us-west-2.amazonaws.com 5432 1732475920123 0.25 1e-5",
        '{"ts": "2025-11-24T19:18:40.123Z", "lvl": "INFO", "ok": true, "ms": 1.25, "note_id": null, "n": []}',
        "納品書 DN-2026-000001 ¥1,234,567 4901234567894 T8700110005901",
        "password authentication failed for user",
        "-----BEGIN CERTIFICATE-----",
    ],
)  # fmt: skip
def test_mask_changes_nothing_when_nothing_identifies(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize("kind", ANYWHERE)
@given(st.data())
@settings(max_examples=40, deadline=None)
def test_planted_text_never_comes_out_whatever_surrounds_it(kind: str, data: st.DataObject) -> None:
    planted: Planted = data.draw(ANYWHERE[kind])
    before, after = data.draw(PUNCTUATION), data.draw(PUNCTUATION_AFTER)
    text = f"{data.draw(SURROUNDINGS)}{before}{planted.text}{after}{data.draw(SURROUNDINGS)}"
    assume(text.count(planted.secret) == planted.text.count(planted.secret))

    masked = mask(text)

    assert planted.secret not in masked
    assert mask(masked) == masked


@pytest.mark.parametrize(
    "kind",
    ["database endpoint", "resource id", "access key id", "secret key", "IPv4 address", "IPv6 address", "web token"],
)
@given(st.data())
@settings(max_examples=40, deadline=None)
def test_planted_text_never_comes_out_when_letters_touch_it(kind: str, data: st.DataObject) -> None:
    planted: Planted = data.draw(ANYWHERE[kind])
    touching = st.text(string.ascii_letters, max_size=5)
    masked = mask(f"{data.draw(touching)}{planted.text}{data.draw(touching)}")

    assert planted.secret not in masked


@pytest.mark.parametrize("kind", ALONE | BEHIND_TYPE)
@given(st.data())
@settings(max_examples=40, deadline=None)
def test_planted_text_never_comes_out_when_punctuation_surrounds_it(kind: str, data: st.DataObject) -> None:
    planted: Planted = data.draw((ALONE | BEHIND_TYPE)[kind])
    masked = mask(f"{data.draw(PUNCTUATION)}{planted.text}{data.draw(PUNCTUATION_AFTER)}")

    assert planted.secret not in masked


@given(st.lists(ANYTHING_PLANTED, min_size=2, max_size=6), PUNCTUATION)
@settings(max_examples=150, deadline=None)
def test_planted_texts_never_come_out_when_many_stand_on_a_line(planted: list[Planted], between: str) -> None:
    masked = mask(between.join(each.text for each in planted))

    assert [each for each in planted if each.secret in masked] == []
    assert mask(masked) == masked


@given(ANYTHING_PLANTED, st.integers(0, 3))
@settings(max_examples=200, deadline=None)
def test_planted_text_never_comes_out_when_it_lies_deep_in_json(planted: Planted, depth: int) -> None:
    value: Any = {"message": planted.text, "n": [1, 2.5, None, True]}
    for _ in range(depth):
        value = {"log": json.dumps(value), planted.text: "as a key"}
    text = json.dumps(value, ensure_ascii=False)

    masked = mask(text)

    assert planted.secret not in masked
    assert _shape(json.loads(masked)) == _shape(json.loads(text))


@pytest.mark.parametrize("kind", FIELDS)
@given(st.data())
@settings(max_examples=40, deadline=None)
def test_named_value_never_comes_out_however_it_is_written(kind: str, data: st.DataObject) -> None:
    name, value = data.draw(FIELDS[kind])
    once = json.dumps({name: value})
    for text in (once, json.dumps({"log": once}), json.dumps({"a": {name: value}}, indent=2), f'{name} = "{value}"'):
        masked = mask(text)
        assert value not in masked
        assert mask(masked) == masked
        if text.startswith("{"):
            json.loads(masked)


@given(RESOURCE_TYPES, KEYS_OF_RESOURCES, names(most=50), st.permutations(["type", "name", "more", "parts"]), st.data())
@settings(max_examples=150, deadline=None)
def test_name_beside_its_type_never_comes_out_in_whatever_order(
    kind: str, keys: tuple[str, str], name: str, order: list[str], data: st.DataObject
) -> None:
    fields = {"type": (keys[0], kind), "name": (keys[1], name), "more": ("n", [1, 2.5]), "parts": ("tags", {"a": "b"})}
    value: Any = [dict(fields[each] for each in order), {"ok": True}]
    for _ in range(data.draw(st.integers(0, 2))):
        value = {"log": json.dumps(value, indent=data.draw(st.sampled_from([None, 2])))}
    text = json.dumps(value, indent=data.draw(st.sampled_from([None, 2])))

    masked = mask(text)

    assert name not in masked
    assert kind in masked
    assert mask(masked) == masked
    json.loads(masked)
    assert sightings(text) != []
    assert sightings(masked) == []


@given(JSON)
@settings(max_examples=200, deadline=None)
def test_json_stays_json_when_masked(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, indent=2, ensure_ascii=False), json.dumps([json.dumps(value)])):
        masked = mask(text)
        json.loads(masked)
        assert mask(masked) == masked


@given(st.lists(ORDINARY_WORDS, max_size=12).map(" ".join))
@settings(max_examples=200, deadline=None)
def test_ordinary_text_survives(text: str) -> None:
    assert mask(text) == text


@given(st.text(st.characters(codec="utf-8")), st.lists(SECRETS, max_size=3))
@settings(max_examples=200, deadline=None)
def test_masking_twice_changes_nothing(text: str, secrets: list[str]) -> None:
    mask_with_secrets = Mask(secrets=secrets)
    masked = mask_with_secrets("".join([text, *secrets, text]))
    assert mask_with_secrets(masked) == masked


@given(st.lists(ANYTHING_PLANTED.map(lambda planted: planted.text) | ORDINARY_WORDS, min_size=1, max_size=8))
@settings(max_examples=100, deadline=None)
def test_lines_masked_one_by_one_need_no_more_masking_as_a_whole(lines: list[str]) -> None:
    masked = "\n".join(map(LineMask(mask), lines))
    assert mask(masked) == masked


@given(SECRETS, SURROUNDINGS)
@settings(max_examples=150, deadline=None)
def test_known_secret_never_comes_out_in_any_spelling(secret: str, around: str) -> None:
    mask_with_secret = Mask(secrets=[secret])
    spellings = [
        secret,
        quote(secret, safe=""),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(secret))[3:-3],
        base64.b64encode(secret.encode()).decode().rstrip("="),
    ]
    for spelling in spellings:
        assert spelling not in mask_with_secret(f"{around} {spelling} {around}")


@pytest.mark.parametrize("before", ["", "a", "user:", "papyrus:"])
def test_known_secret_never_comes_out_in_base64_of_a_longer_text(before: str) -> None:
    encoded = base64.b64encode(f"{before}correct horse battery".encode()).decode()
    masked = Mask(secrets=["correct horse battery"])(f"X-Token {encoded}")
    assert len(masked.replace("*", "")) <= len("X-Token ") + len(base64.b64encode(before.encode())) + 6


@pytest.mark.parametrize("secret", ["", "abc", "  abc  ", "****", "a*b*c*"])
def test_known_secret_is_refused_when_it_is_too_short(secret: str) -> None:
    with pytest.raises(
        SecretTooShort, match=r"^A known secret has [0-3] characters .* choose a longer one\.$"
    ) as refusal:
        Mask(secrets=["long enough", secret])
    assert not secret or secret not in str(refusal.value) or secret == "****"


def test_private_key_never_comes_out_on_one_line_or_on_many() -> None:
    begin, end = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
    body = ["MIIEowIBAAKCAQEA0Z3VS5JJcds3xfn", "shortLastLine=="]
    key = "\n".join([begin, *body, end])

    assert mask(f"a\n{key}\nb") == f"a\n{begin}{'****'}{end}\nb"
    assert json.loads(mask(json.dumps({"key": key}))) == {"key": f"{begin}****{end}"}
    assert list(map(LineMask(mask), ["a", begin, *body, end, "b"])) == ["a", begin, "****", "****", end, "b"]


def test_line_mask_goes_on_as_usual_when_a_private_key_never_ends() -> None:
    lines = LineMask(mask)
    assert [lines(each) for each in ("-----BEGIN PRIVATE KEY-----", "abcd", "10:00:01 ended, at last.", "abcd")] == [
        "-----BEGIN PRIVATE KEY-----", "****", "10:00:01 ended, at last.", "abcd",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "piece",
    [
        *("a", "1.", "a.", "a-", "://", "eyJ", "::", "a:", "\\", "%20", "/", "*", "@", "a@", "sg-", "AKIA", "A1a/"),
        *("task ", "arn:aws:", "bearer ", "password=", '"password":"', 'password\\"', "authorization: ", "signature="),
        *("AWS::S3::Bucket ", "AWS::S3::Bucket{}", 'resourceId":"', '"resourceId":"a","resourceType":"AWS::S3::Key"'),
        *("bucket", "s3://", '{"a":', "postgres://", "https://127.0.0.1/", "aws_s3_bucket"),
        "-----BEGIN PRIVATE KEY-----",
    ],
)  # fmt: skip
def test_time_grows_no_faster_than_the_text(piece: str) -> None:
    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        begun = time.process_time()
        mask(text)
        return time.process_time() - begun

    # Were it quadratic, the longer text would take 64 times as long, not 8.
    assert seconds(80_000) < max(24 * seconds(10_000), 0.5)


def _shape(value: Any) -> Any:
    """What remains of JSON when texts count for nothing."""
    if isinstance(value, dict):
        return sorted(map(str, map(_shape, value.values())))
    if isinstance(value, list):
        return [_shape(each) for each in value]
    return "text" if isinstance(value, str) else value
