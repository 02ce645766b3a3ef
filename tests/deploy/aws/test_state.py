"""The state: kept well, locked while somebody works, and equal to what is there."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.sdk.clients import client
from deploy.stacks.stack import STACKS, Stack, TerraformFailed
from deploy.stacks.state_store import bootstrap
from tests.deploy.aws.account import VARIABLES, Account
from tests.deploy.aws.gaps import SECOND_PLAN
from tests.deploy.aws.moto import Moto
from tests.invoices.faulty_s3 import Way, faulty_s3

Changes = dict[str, set[str]]

SMALL = "40-github-oidc"
LOCK = f"{SMALL}.tfstate.tflock"
LEFT_BEHIND = {"ID": "11111111-2222-3333-4444-555555555555", "Operation": "OperationTypeApply", "Who": "killed@runner"}


def unheard(line: str) -> None:
    """A log for those who do not listen."""


@pytest.fixture(scope="module")
def second_plans(applied: Account) -> Mapping[str, Changes]:
    """What another apply of each stack would change; they are planned beside each other, as they mostly wait."""

    def changes(name: str) -> Changes:
        return applied.stack(name).changes(VARIABLES[name], unheard)

    with ThreadPoolExecutor(max_workers=3) as pool:
        return dict(zip(STACKS, pool.map(changes, STACKS), strict=True))


@pytest.mark.parametrize("name", STACKS)
def test_second_plan_is_empty_but_for_what_moto_forgets(second_plans: Mapping[str, Changes], name: str) -> None:
    assert second_plans[name] == SECOND_PLAN[name]


def test_state_bucket_is_versioned_encrypted_and_private(applied: Account) -> None:
    s3, bucket = client("s3"), applied.store.bucket
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert set(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()) == {True}
    (statement,) = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_bootstrap_repeated_keeps_the_states(applied: Account) -> None:
    bootstrap(applied.store)
    found = client("s3").list_objects_v2(Bucket=applied.store.bucket)["Contents"]
    assert [each["Key"] for each in found] == [f"{name}.tfstate" for name in STACKS]


def test_two_applies_at_once_take_turns(applied: Account, tmp_path: Path) -> None:
    stacks = [applied.stack(SMALL, work_folder=tmp_path / each) for each in ("one", "other")]
    for stack in stacks:
        stack.init(unheard)
    known = stacks[0].resources()
    lines: list[str] = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        outcomes = list(pool.map(lambda stack: outcome_of_apply(stack, lines), stacks))
    assert "applied" in outcomes
    assert all(each == "applied" or "Error acquiring the state lock" in each for each in outcomes)
    assert stacks[0].resources() == known


def outcome_of_apply(stack: Stack, lines: list[str]) -> str:
    try:
        stack.apply(VARIABLES[SMALL], lines.append)
    except TerraformFailed as failure:
        return failure.tail
    return "applied"


def test_apply_waits_for_a_lock_until_it_is_taken_away(applied: Account) -> None:
    s3, stack = client("s3"), applied.stack(SMALL)
    s3.put_object(Bucket=applied.store.bucket, Key=LOCK, Body=json.dumps(LEFT_BEHIND).encode())
    lines: list[str] = []
    applying = threading.Thread(target=stack.apply, args=(VARIABLES[SMALL], lines.append))
    applying.start()
    try:
        wait_for_line(lines, "Acquiring state lock")
        assert applying.is_alive()
    finally:
        applied.stack(SMALL).unlock()
        applying.join(timeout=120)
    assert any("Apply complete!" in line for line in lines)
    assert LOCK not in [each["Key"] for each in s3.list_objects_v2(Bucket=applied.store.bucket)["Contents"]]


class LettingGo(Way):
    """Lets the lock of a killed apply go as soon as somebody looks whose it is."""

    def pass_on(self, body: bytes) -> None:
        # What looks again, when it is done, is the apply that had the next lock.
        if self.command == "GET" and LOCK in self.path and self.server.requests.count("DELETE") == 0:
            client("s3").delete_object(Bucket=self.path.split("/")[1], Key=LOCK)
        super().pass_on(body)


def test_apply_is_tried_again_when_the_lock_goes_while_it_looks_whose_it_is(
    aws: Moto, applied: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    client("s3").put_object(Bucket=applied.store.bucket, Key=LOCK, Body=json.dumps(LEFT_BEHIND).encode())
    lines: list[str] = []
    with faulty_s3(aws.port, LettingGo) as way:
        monkeypatch.setenv("AWS_ENDPOINT_URL", way.address)
        applied.stack(SMALL).apply(VARIABLES[SMALL], lines.append)
    said = ("Error: Error acquiring the state lock", "Apply complete!")
    assert [words for line in lines for words in said if line.startswith(words)] == list(said)


def wait_for_line(lines: list[str], words: str) -> None:
    ends_at = time.monotonic() + 60
    while not any(words in line for line in lines):
        assert time.monotonic() < ends_at, "\n".join(lines)
        time.sleep(0.05)


def test_unlock_without_a_lock_does_nothing(applied: Account) -> None:
    applied.stack(SMALL).unlock()


def test_failure_tells_stack_verb_and_last_lines(applied: Account) -> None:
    with pytest.raises(TerraformFailed) as failed:
        applied.stack(SMALL).plan({"github_repository": "no slash"}, unheard)
    assert (failed.value.stack, failed.value.verb, failed.value.exit_code) == (SMALL, "plan", 1)
    assert "it must read OWNER/NAME" in failed.value.tail


def test_interrupted_apply_ends_in_order_and_gives_the_lock_back(applied: Account) -> None:
    class Stop(Exception):
        pass

    def stop_at_the_lock(line: str) -> None:
        raise Stop

    with pytest.raises(Stop):
        applied.stack(SMALL).apply(VARIABLES[SMALL], stop_at_the_lock)
    assert LOCK not in [each["Key"] for each in client("s3").list_objects_v2(Bucket=applied.store.bucket)["Contents"]]


def test_stack_of_another_name_is_refused(applied: Account) -> None:
    with pytest.raises(ValueError, match='There is no stack "25-cdn"'):
        applied.stack("25-cdn")
