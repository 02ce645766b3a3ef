"""The sentences for what AWS, or the way to it, refuses."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ProfileNotFound

from deploy.sdk.refusals import Refusal, sentence_of


def refused(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "DescribeServices")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (NoCredentialsError(), "AWS could not be asked: Unable to locate credentials. Sign in, or set AWS_PROFILE."),
        (
            ProfileNotFound(profile="prd"),
            "AWS could not be asked: The config profile (prd) could not be found. Sign in, or set AWS_PROFILE.",
        ),
        (
            refused("ExpiredToken", "The security token included in the request is expired"),
            "AWS refused DescribeServices: ExpiredToken, The security token included in the request is expired. "
            "Sign in, or set AWS_PROFILE.",
        ),
        (refused("AccessDenied", "Not allowed."), "AWS refused DescribeServices: AccessDenied, Not allowed."),
        (refused("Throttling", ""), "AWS refused DescribeServices: Throttling, without a message."),
        (
            EndpointConnectionError(endpoint_url="http://127.0.0.1:9"),
            'AWS could not be asked: Could not connect to the endpoint URL: "http://127.0.0.1:9".',
        ),
    ],
)
def test_sentence_names_the_remedy_when_it_is_about_who_asks(error: Refusal, sentence: str) -> None:
    assert sentence_of(error) == sentence
