"""Where this machine keeps Terraform's providers, so that none is fetched when one is here."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

MACHINE_FOLDERS: tuple[Path, ...] = (
    Path("/usr/local/share/terraform/plugins"),
    Path("/usr/share/terraform/plugins"),
    *sorted(Path("/opt").glob("*")),
)


def find_mirror() -> Path | None:
    """Return the first folder with the AWS provider in the layout of a filesystem mirror, HOST/hashicorp/aws.

    Looks at TF_PLUGIN_MIRROR, then where Terraform and packagers put such folders. None when there is none.
    """
    return next((folder for folder in _candidates() if any(folder.glob("*/hashicorp/aws"))), None)


def _candidates() -> Iterator[Path]:
    if named := os.environ.get("TF_PLUGIN_MIRROR"):
        yield Path(named)
    yield Path.home() / ".terraform.d" / "plugins"
    yield from MACHINE_FOLDERS


def write_cli_configuration(path: Path) -> None:
    """Write a configuration for Terraform to `path`: providers from the mirror, from the internet without one."""
    mirror = find_mirror()
    block = f"filesystem_mirror {{ path = {json.dumps(str(mirror))} }}" if mirror else "direct {}"
    path.write_text(f"disable_checkpoint = true\nprovider_installation {{\n  {block}\n}}\n")
