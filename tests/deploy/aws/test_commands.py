"""The commands of the workflows know the stacks' parts by their names; these are the names that the stacks give."""

from __future__ import annotations

from argparse import ArgumentParser

import pytest

from deploy import image, release, restore, scale
from deploy.ecs import tasks
from tests.deploy.aws.account import Account


@pytest.mark.parametrize(
    ("parser", "option", "stack", "output"),
    [
        (release.parser(), "cluster", "15-ecs", "cluster_name"),
        (release.parser(), "web", "15-ecs", "web_service_name"),
        (release.parser(), "worker", "15-ecs", "worker_service_name"),
        (release.parser(), "migrate_family", "15-ecs", "migrate_task_family"),
        (release.parser(), "repository", "15-ecs", "repository_name"),
        (image.parser(), "repository", "15-ecs", "repository_name"),
        (scale.parser(), "cluster", "15-ecs", "cluster_name"),
        (restore.parser(), "database", "10-rds", "database_identifier"),
    ],
)
def test_command_knows_what_a_stack_made(
    applied: Account, parser: ArgumentParser, option: str, stack: str, output: str
) -> None:
    assert parser.get_default(option) == applied.outputs(stack)[output]


def test_commands_know_the_container(applied: Account) -> None:
    assert applied.outputs("15-ecs")["container_name"] == tasks.CONTAINER
