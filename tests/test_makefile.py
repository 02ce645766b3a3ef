from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from papyrus_site.local import ROOT


def test_environment_is_made_again_when_its_making_was_killed(tmp_path: Path) -> None:
    # What is there before pip is: the folders and the interpreter.
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(Path(sys.executable).resolve())
    configuration = f"home = {Path(sys.executable).resolve().parent}\ninclude-system-site-packages = false\n"
    (tmp_path / ".venv" / "pyvenv.cfg").write_text(configuration)

    subprocess.run(
        ["make", "--file", ROOT / "Makefile", ".venv/made.stamp"],
        cwd=tmp_path,
        # Run by `make test`, this is no part of that make.
        env={name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
        | {"PYTHON": sys.executable},
        check=True,
        capture_output=True,
        timeout=240,
    )

    pip = subprocess.run([tmp_path / ".venv/bin/python", "-m", "pip", "--version"], capture_output=True, check=False)
    assert pip.returncode == 0
