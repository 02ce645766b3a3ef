"""What an operator types, as a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from deploy.sdk.clients import client
from papyrus_site.local import ROOT
from tests.deploy.aws.account import REPOSITORY, Account
from tests.deploy.aws.moto import ACCOUNT, Moto

ELAPSED = re.compile(r"^ *\d+\.\d s  ")


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deploy.stacks", "--work-folder", str(folder), *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_bootstrap_says_which_bucket_is_ready(aws: Moto, tmp_path: Path) -> None:
    finished = run("bootstrap", folder=tmp_path)
    bucket = f"papyrus-prd-state-{ACCOUNT}"
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout == f"The bucket {bucket} in us-west-2 is ready: versioned, encrypted, private.\n"
    assert bucket in [each["Name"] for each in client("s3").list_buckets()["Buckets"]]


def test_bootstrap_changes_nothing_when_the_bucket_is_in_another_region(
    aws: Moto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = ("--state-bucket", "papyrus-of-a-test-elsewhere", "bootstrap")
    with monkeypatch.context() as before:
        before.setenv("AWS_REGION", "us-east-1")
        assert run(*elsewhere, folder=tmp_path).returncode == 0
    client("s3").delete_bucket_policy(Bucket="papyrus-of-a-test-elsewhere")

    finished = run(*elsewhere, folder=tmp_path)

    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr.startswith(
        "The bucket papyrus-of-a-test-elsewhere is in us-east-1, not in us-west-2. Set AWS_REGION=us-east-1."
    )
    with pytest.raises(ClientError, match="NoSuchBucketPolicy"):
        client("s3").get_bucket_policy(Bucket="papyrus-of-a-test-elsewhere")
    client("s3").delete_bucket(Bucket="papyrus-of-a-test-elsewhere")


def test_destroy_is_refused_while_what_builds_on_the_stack_is_there(aws: Moto, tmp_path: Path) -> None:
    s3, bucket = client("s3"), "papyrus-of-a-test-states"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    states = {"15-ecs": ["managed"], "30-monitor": ["managed", "data"], "40-github-oidc": ["data"], "20-alb": []}
    for name, modes in states.items():
        state = {"version": 4, "resources": [{"mode": mode} for mode in modes]}
        s3.put_object(Bucket=bucket, Key=f"{name}.tfstate", Body=json.dumps(state))

    finished = run("--state-bucket", bucket, "destroy", "10-rds", "--yes", folder=tmp_path)

    assert (finished.returncode, finished.stdout) == (1, "Nothing was changed.\n")
    assert finished.stderr == "What builds on 10-rds must go first. Destroy, in this order: 30-monitor, 15-ecs.\n"
    for name in states:
        s3.delete_object(Bucket=bucket, Key=f"{name}.tfstate")
    s3.delete_bucket(Bucket=bucket)


def test_output_prints_json_only(applied: Account, tmp_path: Path) -> None:
    finished = run("output", "40-github-oidc", folder=tmp_path)
    assert json.loads(finished.stdout) == applied.outputs("40-github-oidc")


def test_plan_shows_elapsed_times_and_no_colour(applied: Account, tmp_path: Path) -> None:
    finished = run("plan", "40-github-oidc", "--var", f"github_repository={REPOSITORY}", folder=tmp_path)
    assert finished.returncode == 0, finished.stderr
    lines = finished.stdout.splitlines()
    assert all(ELAPSED.match(line) for line in lines)
    assert any(line.endswith("No changes. Your infrastructure matches the configuration.") for line in lines)
    assert "\x1b" not in finished.stdout


def test_apply_takes_lists_and_objects_as_json(applied: Account, tmp_path: Path) -> None:
    variables = ("--var", 'notified_emails=["clerks"]', "--var", "load_balancer=null")
    finished = run("plan", "30-monitor", *variables, folder=tmp_path)
    assert finished.returncode == 1
    assert 'notified_emails is ["clerks"]; each must be an e-mail address.' in finished.stdout.replace("\n", " ")
    assert finished.stderr == "terraform plan of 30-monitor failed with exit code 1.\n"


@pytest.mark.parametrize("verb", ["apply", "destroy"])
def test_change_without_anybody_to_ask_is_refused(applied: Account, tmp_path: Path, verb: str) -> None:
    finished = run(verb, "40-github-oidc", "--var", f"github_repository={REPOSITORY}", folder=tmp_path)
    assert finished.returncode == 1
    assert finished.stderr == f"{verb} asks before it changes anything. Where nobody can answer, add --yes.\n"
    assert finished.stdout.splitlines()[-1] == "Nothing was changed."


def test_apply_with_yes_says_when_it_is_done(applied: Account, tmp_path: Path) -> None:
    finished = run("apply", "40-github-oidc", "--yes", "--var", f"github_repository={REPOSITORY}", folder=tmp_path)
    assert finished.returncode == 0, finished.stdout
    assert finished.stdout.splitlines()[-1].endswith("s  apply of 40-github-oidc is done")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("plan", "25-cdn"), "invalid choice: '25-cdn'"),
        (("plan", "00-network", "--var", "region"), '"region" is not NAME=VALUE'),
        (("plan", "00-network", "--var", "public_zones=[a"), 'the value of "public_zones" is not JSON'),
        ((), "the following arguments are required: verb"),
    ],
)
def test_wrong_arguments_end_with_2(tmp_path: Path, arguments: tuple[str, ...], complaint: str) -> None:
    finished = run(*arguments, folder=tmp_path)
    assert finished.returncode == 2
    assert complaint in finished.stderr
