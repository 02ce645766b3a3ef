from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.deploy.database.installation import Installation, new_installation


@pytest.fixture
def empty() -> Iterator[Installation]:
    """A new database, in which there is nothing yet."""
    with new_installation() as made:
        yield made


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """A database with its roles, made by an administrator and migrated by the owner, for tests that change nothing."""
    with new_installation() as made:
        made.create_roles()
        made.migrate()
        yield made
