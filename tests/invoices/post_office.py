"""A mail server for tests: a process of its own on loopback."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from smtplib import SMTP

from papyrus_site.local import ROOT
from tests.conftest import held_port, wait_until
from tests.invoices.mail_handler import PostOffice


@dataclass(frozen=True, kw_only=True)
class Running:
    """A running server, and the mail it took."""

    port: int
    folder: Path

    def mails(self) -> list[EmailMessage]:
        files = sorted((self.folder / "new").glob("*"), key=lambda file: file.stat().st_mtime_ns)
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


@contextmanager
def post_office(folder: Path) -> Iterator[Running]:
    """Run the server until the block ends."""
    with held_port() as port:
        handler = f"{PostOffice.__module__}.{PostOffice.__qualname__}"
        command = [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", handler, str(folder)]
        process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: _answers(port))
            yield Running(port=port, folder=folder)
        finally:
            process.terminate()
            process.wait(60)


def _answers(port: int) -> bool:
    with suppress(OSError), SMTP("127.0.0.1", port, timeout=1):
        return True
    return False
