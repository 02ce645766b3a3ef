"""Where the provider is looked for, and what Terraform is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.stacks import provider_mirror


@pytest.fixture
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of which only the home folder can be looked at; it has no provider."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("TF_PLUGIN_MIRROR", raising=False)
    monkeypatch.setattr(provider_mirror, "MACHINE_FOLDERS", ())
    return tmp_path


def make_mirror(folder: Path) -> Path:
    (folder / "registry.example" / "hashicorp" / "aws").mkdir(parents=True)
    return folder


def test_mirror_is_the_folder_that_is_named(empty_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_mirror(empty_machine / ".terraform.d" / "plugins")
    named = make_mirror(empty_machine / "named")
    monkeypatch.setenv("TF_PLUGIN_MIRROR", str(named))
    assert provider_mirror.find_mirror() == named


def test_mirror_is_found_in_the_home_folder(empty_machine: Path) -> None:
    mirror = make_mirror(empty_machine / ".terraform.d" / "plugins")
    assert provider_mirror.find_mirror() == mirror


def test_folder_without_the_provider_is_no_mirror(empty_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty_machine / "registry.example" / "hashicorp" / "random").mkdir(parents=True)
    monkeypatch.setenv("TF_PLUGIN_MIRROR", str(empty_machine))
    assert provider_mirror.find_mirror() is None


def test_configuration_takes_providers_from_the_mirror_only(empty_machine: Path) -> None:
    mirror = make_mirror(empty_machine / ".terraform.d" / "plugins")
    written = empty_machine / "terraform.rc"
    provider_mirror.write_cli_configuration(written)
    assert f'filesystem_mirror {{ path = "{mirror}" }}' in written.read_text()
    assert "direct" not in written.read_text()


def test_configuration_takes_providers_from_the_internet_without_a_mirror(empty_machine: Path) -> None:
    written = empty_machine / "terraform.rc"
    provider_mirror.write_cli_configuration(written)
    assert "direct {}" in written.read_text()
