"""A command run once against moto, in a task that really runs on a real database."""

from __future__ import annotations

import pytest

from deploy import once
from deploy.once import Code
from tests.deploy.workflows.conftest import OLD, Account, allowed
from tests.deploy.workflows.stand_in import Platform

HASTE = ("--poll-seconds", "0.05", "--seconds", "90")


def test_once_shows_what_a_command_answers_from_the_services_database(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    question = "from catalog.models import TaxCategory; print('categories:', TaxCategory.objects.count())"

    assert once.main([*HASTE, "python", "manage.py", "shell", "-v0", "-c", question]) == Code.SUCCEEDED

    assert "  categories: 3" in capsys.readouterr().out
    assert set(account.platform.calls) <= allowed("ecs-deploy")


def test_once_says_why_and_fails_when_the_command_does(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    assert once.main([*HASTE, "python", "manage.py", "no_such_command"]) == Code.FAILED

    printed = capsys.readouterr()
    assert "no_such_command" in printed.out
    assert "exit code 1" in printed.err


def test_once_masks_what_it_shows(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    assert once.main([*HASTE, "echo", "subnet-0123456789abcdef0 stands here"]) == Code.SUCCEEDED

    printed = capsys.readouterr().out
    assert "stands here" in printed
    assert "0123456789abcdef0 stands" not in printed


def test_once_runs_nothing_when_the_service_is_missing(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    assert once.main([*HASTE, "--web", "nobody", "echo", "hello"]) == Code.NO_SERVICE

    assert "RunTask" not in account.platform.calls
    assert "nobody" in capsys.readouterr().err


def test_once_names_the_remedy_when_the_stack_is_not_applied(
    platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    assert once.main([*HASTE, "echo", "hello"]) == Code.NO_SERVICE
    assert "There is no cluster papyrus-prd in us-west-2. Apply the stack 15-ecs" in capsys.readouterr().err


def test_once_asks_for_a_command_when_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        once.main([])

    assert ended.value.code == 2
    assert "name the command to run" in capsys.readouterr().err


def test_once_makes_the_databases_roles_before_the_first_release(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    """The one command of the runbook: no image was ever in service, so it is named."""
    account.database.execute(f"revoke all on products from {account.database.application}")

    code = once.main([*HASTE, "--family", "papyrus-database-roles", "--digest", account.new])

    assert code == Code.SUCCEEDED
    printed = capsys.readouterr().out
    assert f"{account.database.owner}：権限を整えました" in printed
    assert f"{account.database.application}：権限を整えました" in printed
    account.database.execute("select from products", role=account.database.application)
    assert account.image_of("papyrus-prd-web").endswith(OLD)


def test_once_runs_another_familys_task_with_the_image_in_service(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    web = account.register("papyrus-web", ["gunicorn", "papyrus_site.wsgi"], digest=account.new)
    account.direct("ecs").update_service(cluster="papyrus-prd", service="papyrus-prd-web", taskDefinition=web)
    question = "from django.db import connection as c; k = c.cursor(); k.execute('select user'); print(*k.fetchone())"

    code = once.main([*HASTE, "--family", "papyrus-migrate", "python", "manage.py", "shell", "-v0", "-c", question])

    assert code == Code.SUCCEEDED
    assert f"  {account.database.owner}\n" in capsys.readouterr().out
    assert set(account.platform.calls) <= allowed("ecs-deploy")


def test_once_runs_nothing_when_no_image_was_released_and_none_is_named(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    assert once.main([*HASTE, "--family", "papyrus-migrate"]) == Code.IMAGE_REFUSED

    assert "RunTask" not in account.platform.calls
    assert capsys.readouterr().err == (
        f"FAILED: The repository papyrus has no image {OLD}. Push it by ecr-push first. Or name one by --digest.\n"
    )


def test_once_does_not_ask_for_the_digest_that_it_was_given(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    assert once.main([*HASTE, "--family", "papyrus-migrate", "--digest", OLD]) == Code.IMAGE_REFUSED
    assert capsys.readouterr().err.endswith(f"has no image {OLD}. Push it by ecr-push first.\n")


def test_once_names_the_family_that_is_not_there(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    assert once.main([*HASTE, "--family", "papyrus-migrat", "--digest", account.new]) == Code.NO_SERVICE

    assert "RunTask" not in account.platform.calls
    assert capsys.readouterr().err.startswith("FAILED: There is no task definition papyrus-migrat in us-west-2. Apply")


def test_once_refuses_a_digest_without_a_family(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        once.main(["--digest", OLD, "true"])

    assert ended.value.code == 2
    assert "--digest goes with --family" in capsys.readouterr().err
