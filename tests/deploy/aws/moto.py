"""moto's server, which answers as AWS on this machine's loopback."""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.deploy.serving import free_port

ACCOUNT = "123456789012"
REGION = "us-west-2"


@dataclass(kw_only=True)
class Moto:
    """A moto server in a process of its own. What it prints goes to `printed`."""

    printed: Path
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        with self.printed.open("wb") as printed:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
                stdout=printed,
                stderr=printed,
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    @property
    def environment(self) -> dict[str, str]:
        """The variables that make this server AWS, for boto3 and for Terraform."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "2",
        }

    def reset(self) -> None:
        """Make the account empty again."""
        assert self._ask("POST", "/moto-api/reset") == 200

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)

    def _wait_until_ready(self) -> None:
        ends_at = time.monotonic() + 60
        while not self._answers():
            assert self.process.poll() is None, self.printed.read_text()
            assert time.monotonic() < ends_at, "moto's server did not answer within 60 s"
            time.sleep(0.1)

    def _answers(self) -> bool:
        with suppress(OSError):
            return self._ask("GET", "/moto-api/data.json") == 200
        return False

    def _ask(self, method: str, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, headers={"Content-Length": "0"})
            return connection.getresponse().status
        finally:
            connection.close()
