"""A database of these tests' own and a gunicorn on it."""

from __future__ import annotations

import atexit
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.deploy.container.own_postgres import Office, OwnPostgres, furnish
from tests.deploy.serving import Server


@pytest.fixture(scope="session")
def own_postgres() -> Iterator[OwnPostgres]:
    # Not in pytest's folder: each new run of pytest closes that to other accounts, such as the server's.
    folder = Path(tempfile.mkdtemp(prefix="papyrus-test-"))
    # After the server's own exit handler, which needs the folder.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    started = OwnPostgres.started(folder)
    yield started
    started.stop()


@pytest.fixture(scope="session")
def office(own_postgres: OwnPostgres) -> Office:
    password = secrets.token_urlsafe(16)
    own_postgres.set_password(password)
    return furnish(own_postgres, password)


@pytest.fixture
def password(own_postgres: OwnPostgres) -> str:
    """A new password of the service's role, as it is at the beginning of the test."""
    made = secrets.token_urlsafe(16)
    own_postgres.set_password(made)
    return made


@pytest.fixture
def kind_of_server() -> type[Server]:
    return Server


@pytest.fixture
def serve(own_postgres: OwnPostgres, kind_of_server: type[Server], tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """A function that starts gunicorn on that database and returns it once it listens."""
    servers: list[Server] = []

    def served(password: str, **environment: str) -> Server:
        folder = tmp_path / str(len(servers))
        folder.mkdir()
        servers.append(
            kind_of_server(folder=folder, port=None, options=(), **own_postgres.environment(password) | environment)
        )
        servers[-1].wait_for(servers[-1].is_ready, seconds=60)
        return servers[-1]

    yield served
    for each in servers:
        each.kill()
