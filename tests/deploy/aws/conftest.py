"""One AWS for the tests of this folder, played by moto, with every stack applied to it once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import needed_program
from tests.deploy.aws.account import Account
from tests.deploy.aws.moto import Moto

HERE = Path(__file__).parent
# They need no account and leave the environment alone, so that the stacks can be applied meanwhile.
MEANWHILE = ("test_files.py", "test_standins.py", "test_rehearsal.py")
LAST = "test_destroy.py"
# The first test that needs `applied` waits for all of it.
SECONDS = 1200


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the tests here the time that Terraform takes. Last comes what destroys the account, before it the runs."""
    places = [place for place, item in enumerate(items) if HERE in item.path.parents]
    ours = sorted((items[place] for place in places), key=lambda item: _turn(item.path))
    for place, item in zip(places, ours, strict=True):
        item.add_marker(pytest.mark.timeout(SECONDS))
        if item.path.name in MEANWHILE:
            item.add_marker(pytest.mark.usefixtures("applying"))
        items[place] = item


def _turn(path: Path) -> int:
    if path.name in MEANWHILE:
        return 0
    if path.name == LAST:
        return 3
    return 1 if path.parent == HERE else 2


@pytest.fixture(scope="package")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moto]:
    """An empty account. The environment points to it until the last test of this folder is done, and no longer."""
    moto = Moto(printed=tmp_path_factory.mktemp("moto") / "printed")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in moto.environment.items():
            environment.setenv(name, value)
        environment.delenv("AWS_PROFILE", raising=False)
        yield moto
    moto.stop()


@pytest.fixture(scope="package")
def applying(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Future[Account] | None]:
    """The account to be, while Terraform applies the stacks to it; None when no test asks for it."""
    if not any("applied" in getattr(item, "fixturenames", ()) for item in request.session.items):
        yield None
        return
    needed_program("terraform")
    request.getfixturevalue("aws")
    account = Account.empty(work_folder=tmp_path_factory.mktemp("terraform"))
    with ThreadPoolExecutor(1) as thread:
        yield thread.submit(account.with_all)


@pytest.fixture(scope="package")
def applied(applying: Future[Account]) -> Account:
    """The account with every stack applied, in order, for all tests that only read."""
    return applying.result()
