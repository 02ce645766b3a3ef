"""The commands that docs/operations.md shows fit the stacks they are for."""

from __future__ import annotations

import re
from pathlib import Path

from deploy.stacks.stack import Stack, StateStore, declared_variables
from papyrus_site.local import ROOT

PAGE = (ROOT / "docs" / "operations.md").read_text()
# A stack's name and the options after it, over as many lines as a backslash joins.
WITH_VARIABLES = re.compile(r"(\d\d-[a-z-]+)((?:\s+\\?\s*--var\s+(?:'[^']*'|\S+))+)")
NAME = re.compile(r"--var\s+'?(\w+)=")


def shown() -> set[tuple[str, str]]:
    """The stacks with the variables that the page gives them."""
    return {(stack, name) for stack, options in WITH_VARIABLES.findall(PAGE) for name in NAME.findall(options)}


def test_page_gives_stacks_only_variables_that_they_declare() -> None:
    assert {("15-ecs", "web_size"), ("15-ecs", "allowed_hosts"), ("10-rds", "password_version")} <= shown()
    assert [(stack, name) for stack, name in shown() if name not in declared_variables(stack)] == []


def test_page_sets_for_terraform_itself_what_our_command_sets(tmp_path: Path) -> None:
    stack = Stack(name="10-rds", state=StateStore(bucket="papyrus-any", region="us-west-2"), work_folder=tmp_path)
    ours = {name for name in stack._environment("data") if name.startswith("TF_VAR_")}

    (steps,) = [block for block in PAGE.split("```") if "terraform -chdir" in block]

    assert set(re.findall(r"(TF_VAR_\w+)=", steps)) == ours == {"TF_VAR_state_bucket", "TF_VAR_region"}
