"""What the mask must not leave is recognised in another way than the mask does."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings, strategies as st

from deploy.evidence.masking import Mask
from deploy.evidence.sightings import sightings
from tests.deploy.evidence.planted import ALONE, ANYWHERE, BEHIND_TYPE, ORDINARY_WORDS, WEB_TOKEN, Planted


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("id 123456789012", ["an AWS account id"]),
        ("%20123456789012%3A", ["an AWS account id"]),
        ('"\\u0031\\u0032\\u0033456789012"', ["an AWS account id"]),
        (base64.b64encode(b"arn:aws:iam::123456789012:role/a").decode(), ["an ARN", "an AWS account id"]),
        ("e2f1c0de-1234-4321-abcd-123456789012", []),
        ("10.0.0.7.", ["an IPv4 address"]),
        ("0.0.0.0/0 ::/0 1.2.3 5.100.0", []),
        ("[2600:1f14::1]:80", ["an IPv6 address"]),
        ("ecs::task AWS::ECS::Service 19:18:40", []),
        ("papyrus-1234567890.us-west-2.elb.amazonaws.com", ["a host name of an AWS resource"]),
        ("****.****.us-west-2.rds.amazonaws.com ecs.us-west-2.amazonaws.com", []),
        ("arn:aws:iam::************:role/papyrus", ["an ARN"]),
        ("arn:aws:iam::************:role/**** arn:aws:s3:::*", []),
        ("[id=arn:aws:iam::************:role/****] [arn:aws:s3:::****]", []),
        ("subnet-0123456789abcdef0", ["a resource id"]),
        ("AWS::S3::Bucket company AWS::S3::Bucket ****", ["the name of a bucket, secret or key"]),
        ("AWS%3A%3AKMS%3A%3AKey%20alias/company", ["the name of a bucket, secret or key"]),
        ("AWS::S3::Bucket, AWS::KMS::Key (2) AWS::ECS::Service papyrus", []),
        ('{"resourceId": "a", "b": {}, "resourceType": "AWS::S3::Bucket"}', ["the name of a bucket, secret or key"]),
        ('{"AWS::SecretsManager::Secret": "papyrus/prd/db"}', ["the name of a bucket, secret or key"]),
        ('{"ResourceType": "AWS::S3::Bucket", "ResourceName": "****"}', []),
        ('{"ResourceType": "AWS::ECS::Service", "ResourceName": "papyrus"}', []),
        ("AKIAIOSFODNN7EXAMPLE", ["an access key id"]),
        ("-----BEGIN PRIVATE KEY-----\\nMIIE", ["a private key"]),
        ("-----BEGIN PRIVATE KEY-----****", []),
        ("a@example.com actions/checkout@v5.0 papyrus@sha256:00", ["an e-mail address"]),
        ("postgres://a:secret@c/d", ["credentials in a URL"]),
        ("postgres://****:****@c/d", []),
        (WEB_TOKEN, ["a web token"]),
        ('{"log": "{\\"MasterUserPassword\\": \\"hunter22\\"}"}', ["a secret value"]),
        ('[{"Bucket": "papyrus-archive", "bucket_name": "****"}]', ["a bucket name"]),
        ('{"passwords": 3, "password": null}', []),
    ],
)  # fmt: skip
def test_sightings_are_what_a_reader_would_recognise(text: str, found: list[str]) -> None:
    assert sorted({sighting.what for sighting in sightings(text)}) == found


@given(
    st.lists(st.one_of(*ANYWHERE.values(), *ALONE.values(), *BEHIND_TYPE.values()), min_size=1, max_size=4),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_nothing_is_sighted_in_what_the_mask_let_through(planted: list[Planted], is_json: bool) -> None:
    texts = [each.text for each in planted]
    masked = Mask()(json.dumps({"log": json.dumps(texts)}) if is_json else " ".join(texts))
    assert sightings(masked) == []


@given(st.lists(ORDINARY_WORDS, max_size=12), st.booleans())
@settings(max_examples=150, deadline=None)
def test_nothing_is_sighted_in_ordinary_text(words: list[str], is_json: bool) -> None:
    assert sightings(json.dumps({"log": words}) if is_json else " ".join(words)) == []
