"""A provider that signs users in, with a list of the tokens that it gives out: what is looked for has to be known."""

from __future__ import annotations

import http.client
import json
import ssl
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.conftest import wait_until
from tests.deploy.database.authority import Authority
from tests.deploy.serving import ROOT, free_port

TOKENS = {"access_token", "id_token", "refresh_token"}
PROGRAM = "tests.deploy.container.telling_provider"


@dataclass(frozen=True, kw_only=True)
class Provider:
    """The provider's process; `folder` is closed to everybody who is searched."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    @classmethod
    def started(cls, folder: Path) -> Provider:
        authority = Authority.new("the provider's authority")
        authority.write(folder / "authority.pem")
        authority.certify("localhost", certificate_file=folder / "certificate.pem", key_file=folder / "key.pem")
        port = free_port()
        with (folder / "printed").open("wb") as printed:
            process = subprocess.Popen(
                [sys.executable, "-m", PROGRAM, str(port), str(folder)],
                cwd=ROOT,
                stdout=printed,
                stderr=printed,
            )
        made = cls(folder=folder, port=port, process=process)
        wait_until(made._answers)
        return made

    @property
    def variables(self) -> dict[str, str]:
        """What leads a process of the service here."""
        return {
            "AUTH0_DOMAIN": f"https://localhost:{self.port}",
            "REQUESTS_CA_BUNDLE": str(self.folder / "authority.pem"),
        }

    def let_in(self, subject: str, *, asked: str) -> str:
        """Answer the address that a browser was led to as `subject`, and return the one it is led back to."""
        claims = {"email": f"{subject}@papyrus.example", "email_verified": True, "https://papyrus/roles": ["clerk"]}
        self._ask("PUT", f"/users/{subject}", json.dumps(claims), "application/json")
        form = urlencode({"sub": subject, "action": "authorize"})
        parts = urlsplit(asked)
        answer = self._ask("POST", f"{parts.path}?{parts.query}", form, "application/x-www-form-urlencoded")
        back = urlsplit(answer.headers["Location"])
        return f"{back.path}?{back.query}"

    def given(self) -> list[dict[str, Any]]:
        """Return what the token endpoint has answered so far."""
        path = self.folder / "given"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)

    def _answers(self) -> bool:
        assert self.process.poll() is None, (self.folder / "printed").read_text()
        try:
            return self._ask("GET", "/.well-known/openid-configuration").status == http.client.OK
        except OSError:
            return False

    def _ask(self, method: str, path: str, body: str = "", kind: str = "text/plain") -> http.client.HTTPResponse:
        trust = ssl.create_default_context(cafile=self.folder / "authority.pem")
        with closing(http.client.HTTPSConnection("localhost", self.port, timeout=60, context=trust)) as connection:
            connection.request(method, path, body, {"Content-Type": kind})
            response = connection.getresponse()
            response.read()
            return response
