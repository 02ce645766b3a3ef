"""`make test`: all tests, in two processes: python -m tests [pytest's options]

The tests of the stacks mostly wait, for Terraform and for moto, and share nothing with the others but the PostgreSQL
server. So they run beside them, and their report is printed last. The exit code is the worse of the two.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile

STACKS = "tests/deploy/aws"


def main(options: list[str]) -> int:
    """Run everything and return the exit code."""
    pytest = [sys.executable, "-m", "pytest", *options]
    with tempfile.TemporaryFile("w+b") as report:
        stacks = subprocess.Popen([*pytest, STACKS], stdout=report, stderr=subprocess.STDOUT)
        try:
            others = subprocess.run([*pytest, f"--ignore={STACKS}"], check=False).returncode
            print(f"\nThe others are done. Waiting for {STACKS} …", flush=True)
            code = max(others, stacks.wait())
        except KeyboardInterrupt:
            stacks.wait()
            code = 2
        report.seek(0)
        sys.stdout.buffer.write(report.read())
        sys.stdout.flush()
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
