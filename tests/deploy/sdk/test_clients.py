"""Clients take region, endpoint and patience from where they should."""

from __future__ import annotations

import os

import pytest

from deploy.sdk.clients import Misconfigured, client, patient_client, place, region


@pytest.fixture(autouse=True)
def own_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "us-east-1"}, "eu-west-1"),
        ({"AWS_DEFAULT_REGION": "us-east-1"}, "us-east-1"),
        ({}, "us-west-2"),
    ],
)
def test_region_is_the_environments(variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert (region(), client("ecs").meta.region_name) == (expected, expected)


def test_client_asks_the_endpoint_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert client("ecs").meta.endpoint_url == "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "AWS"),
        ({"AWS_ENDPOINT_URL": ""}, "AWS"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "not AWS: AWS_ENDPOINT_URL is set"),
        ({"AWS_ENDPOINT_URL_RDS": "http://127.0.0.1:9"}, "not AWS: AWS_ENDPOINT_URL_RDS is set"),
    ],
)
def test_place_is_aws_only_without_another_endpoint(
    variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")]:
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert place() == expected


def test_client_gives_up_soon() -> None:
    limits = client("ecs").meta.config
    assert (limits.connect_timeout, limits.read_timeout) == (3, 15)
    assert limits.retries["total_max_attempts"] == 2


def test_patient_client_tries_ten_times_unless_the_environment_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_MAX_ATTEMPTS", raising=False)
    patient = patient_client("cloudtrail", region_name="us-east-1").meta
    assert (patient.region_name, patient.config.connect_timeout) == ("us-east-1", 3)
    assert (patient.config.retries["mode"], patient.config.retries["total_max_attempts"]) == ("standard", 10)

    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    assert patient_client("cloudtrail", region_name="us-east-1").meta.config.retries["total_max_attempts"] == 2


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("AWS_MAX_ATTEMPTS", "z", 'AWS_MAX_ATTEMPTS is "z"; set it to a number from 1 on, or unset it'),
        ("AWS_MAX_ATTEMPTS", "0", 'AWS_MAX_ATTEMPTS is "0"; set it to a number from 1 on, or unset it'),
        ("AWS_ENDPOINT_URL", "nonsense", "Invalid endpoint: nonsense. Look at AWS_ENDPOINT_URL"),
    ],
)
def test_client_names_the_variable_when_it_is_of_no_use(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, fault: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(Misconfigured) as refused:
        patient_client("cloudtrail", region_name="us-east-1")

    assert str(refused.value).startswith(f"the environment is not in order: {fault}")
