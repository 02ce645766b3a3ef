"""One AWS for the tests of this folder, played by moto, with every stack applied to it once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import needed_program
from tests.deploy.aws.account import Account
from tests.deploy.aws.moto import Moto

HERE = Path(__file__).parent
LAST = "test_destroy.py"
# The first test that needs `applied` waits for all of it.
SECONDS = 1200


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the tests here the time that Terraform takes. First those that only read, last what destroys the account."""
    places = [place for place, item in enumerate(items) if HERE in item.path.parents]
    ours = sorted((items[place] for place in places), key=lambda item: _turn(item.path))
    for place, item in zip(places, ours, strict=True):
        item.add_marker(pytest.mark.timeout(SECONDS))
        items[place] = item


def _turn(path: Path) -> int:
    if path.name == LAST:
        return 2
    return 0 if path.parent == HERE else 1


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
def applied(aws: Moto, tmp_path_factory: pytest.TempPathFactory) -> Account:
    """The account with every stack applied, in order, for all tests that only read."""
    needed_program("terraform")
    account = Account.empty(work_folder=tmp_path_factory.mktemp("terraform"))
    account.apply_all()
    return account
