"""The stage for smoke runs, and the long runs with real Terraform, which go on beside the quick ones."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.aws.account import Account
from tests.deploy.aws.moto import Moto
from tests.deploy.aws.smoke.long_runs import SCENARIOS, Ended
from tests.deploy.aws.smoke.runs import Run
from tests.deploy.aws.stage import Stage

# They wait more than they work, but each starts a provider of 700 MB. The short ones come last.
AT_ONCE = 4


@pytest.fixture(scope="package")
def stage(aws: Moto, applied: Account, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The account with a healthy web task. What tests add to it goes when the last of them is done."""
    folder = tmp_path_factory.mktemp("stage")
    with closing(Stage(moto=aws, account=applied, database=os.environ, folder=folder)) as made:
        made.serve()
        yield made


@pytest.fixture(scope="package", autouse=True)
def long_runs(
    request: pytest.FixtureRequest, stage: Stage, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, Future[Ended]]]:
    """By name the scenarios of long_runs.py that the chosen tests ask for; all of them begin now."""
    asked = {mark.args[0] for item in request.session.items for mark in item.iter_markers("long_run")}
    with (
        starting(stage, folder=tmp_path_factory.mktemp("long-runs")) as start,
        ThreadPoolExecutor(AT_ONCE) as threads,
    ):
        yield {each.__name__: threads.submit(each, start) for each in SCENARIOS if each.__name__ in asked}


@pytest.fixture
def ended(request: pytest.FixtureRequest, long_runs: Mapping[str, Future[Ended]]) -> Ended:
    """How the scenario ended that the test is marked with: @pytest.mark.long_run("name")."""
    mark = request.node.get_closest_marker("long_run")
    assert mark is not None
    return long_runs[mark.args[0]].result()


@pytest.fixture
def start(stage: Stage, tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """A function that starts a smoke run; what still runs at the end is killed."""
    with starting(stage, folder=tmp_path) as started:
        yield started


@contextmanager
def starting(stage: Stage, *, folder: Path) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def started(*, kind: type[Run] = Run, **options: Any) -> Run:
        runs.append(kind(stage, folder=folder, **options))
        return runs[-1]

    yield started
    for run in runs:
        if run.process.poll() is None:
            run.kill_all()
