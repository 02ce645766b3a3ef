"""What is found before AWS is asked."""

from __future__ import annotations

import pytest

from deploy.smoke.preflight import check_routes
from deploy.smoke.steps import StepFailed


def test_preflight_names_the_stacks_zones_when_the_environment_names_another_region(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")

    with pytest.raises(StepFailed, match="zones us-west-2a, us-west-2b, and AWS_REGION is eu-west-1"):
        check_routes(vpc_id="vpc-1", public_subnets={"us-west-2a": "subnet-1", "us-west-2b": "subnet-2"})
