"""What the documents name exists, and what an operator may set is documented."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands

from papyrus_site.local import ROOT

OPERATIONS = ROOT / "docs" / "operations.md"
DOCUMENTS = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
CONFIGURATION = (
    "papyrus_site/settings.py",
    "papyrus_site/sign_in/configuration.py",
    "papyrus_site/local.py",
    "deploy/gunicorn.conf.py",
)
PACKAGES = ("catalog", "deploy", "history", "invoices", "papyrus_site")

FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def variables_read(source: str) -> set[str]:
    """The names that `env.…("X")`, `environ["X"]` and `environ.get("X")` and the like ask for in `source`."""
    return {name for node in ast.walk(ast.parse(source)) if (name := _name_asked_for(node))}


def _name_asked_for(node: ast.AST) -> str | None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        return _text(node.args[0]) if _is_environment(node.func.value) else None
    if isinstance(node, ast.Subscript):
        return _text(node.slice) if _is_environment(node.value) else None
    return None


def _is_environment(node: ast.expr) -> bool:
    """Whether `node` is env, environ or os.environ."""
    if isinstance(node, ast.Attribute):
        return node.attr == "environ"
    return isinstance(node, ast.Name) and node.id in ("env", "environ")


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def variables_of_make() -> set[str]:
    """What the Makefile takes from the environment: its own default stands behind `?=`."""
    return set(re.findall(r"^(\w+) \?=", (ROOT / "Makefile").read_text(), re.MULTILINE))


def variables_of(*paths: Path) -> set[str]:
    return {name for path in paths for name in variables_read(path.read_text())}


def product_sources() -> Iterator[Path]:
    yield ROOT / "manage.py"
    for package in PACKAGES:
        yield from (ROOT / package).rglob("*.py")


def variables_documented() -> list[str]:
    """The first column of the table under “Variables”."""
    section = OPERATIONS.read_text().split("\n## Variables\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)


def anchors(text: str) -> set[str]:
    """The names by which headings can be linked to."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in HEADING.findall(text)}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ('env.str("A"); env.bool("B", default=False); env.list("C"); env.path("D"); env.int("E")', set("ABCDE")),
        ('os.environ.get("A", "x"); os.environ["B"]; environ["C"] = "x"; environ.setdefault("D", "x")', set("ABCD")),
        ('Path(env.str("A", default=str(1)))', {"A"}),
        ('settings.get("A"); other["B"]; env.read_env(); environ.update(found)', set()),
    ],
)
def test_variables_read_finds_every_way_of_asking(source: str, names: set[str]) -> None:
    assert variables_read(source) == names


def test_table_of_variables_names_each_that_configuration_reads() -> None:
    read = variables_of(*(ROOT / name for name in CONFIGURATION)) | variables_of_make()
    assert {"DJANGO_SECRET_KEY", "PGHOST", "WEB_THREADS", "PORT"} <= read
    assert read - set(variables_documented()) == set()


def test_table_of_variables_names_none_that_nothing_reads() -> None:
    assert set(variables_documented()) - variables_of(*product_sources()) - variables_of_make() == set()


def test_table_of_variables_names_each_once() -> None:
    documented = variables_documented()
    assert sorted(documented) == sorted(set(documented))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_document_links_to_what_exists(document: Path) -> None:
    text = FENCED.sub("", document.read_text())
    missing = []
    for target in LINK.findall(text):
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        linked = (document.parent / path).resolve() if path else document
        if not linked.exists() or (anchor and anchor not in anchors(FENCED.sub("", linked.read_text()))):
            missing.append(target)
    assert missing == []


def test_readme_names_commands_that_exist() -> None:
    named = set(re.findall(r"manage\.py (\w+)", (ROOT / "README.md").read_text()))
    assert named
    assert named - get_commands().keys() == set()


def test_readme_names_every_command_of_ours() -> None:
    ours = {path.stem for package in PACKAGES for path in (ROOT / package).glob("management/commands/[!_]*.py")}
    assert ours - set(re.findall(r"manage\.py (\w+)", (ROOT / "README.md").read_text())) == set()


def test_documents_name_make_targets_that_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {target for path in DOCUMENTS for target in re.findall(r"`make ([a-z]+)", path.read_text())}
    assert named - targets == set()


def test_threat_model_has_a_lock_that_stands_somewhere_for_each_door() -> None:
    rows = re.findall(r"^\|(?! Who|---)(.+)\|$", (ROOT / "SECURITY.md").read_text(), re.MULTILINE)
    locks = [row.split("|")[-1] for row in rows]
    assert len(locks) > 10
    assert [lock for lock in locks if not re.search(r"\]\(|`", lock)] == []


def test_alarms_name_sections_that_the_runbook_has() -> None:
    described = "".join(path.read_text() for path in (ROOT / "deploy" / "terraform").rglob("*.tf"))
    named = set(re.findall(r"docs/operations\.md#([\w-]+)", described))
    assert len(named) == 8
    assert named - anchors(OPERATIONS.read_text()) == set()
