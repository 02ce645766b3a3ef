"""No secret is anywhere but where it was put: planted, carried through good days and bad ones, and looked for."""

from __future__ import annotations

import http.client
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest

from deploy.evidence.folder import EvidenceFolder
from deploy.evidence.masking import Mask
from tests.conftest import wait_until
from tests.deploy.container.own_postgres import OWNER, Office, OwnPostgres
from tests.deploy.container.provider import TOKENS, Provider
from tests.deploy.serving import ColdServer, Server, free_port

# Every secret that the settings or boto3 read.
NAMES = ("DJANGO_SECRET_KEY", "PGPASSWORD", "AUTH0_CLIENT_SECRET", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
COOKIES = ("__Host-sessionid", "__Host-csrftoken")
HOST = {"Host": "papyrus.example", "X-Forwarded-Proto": "https"}
PROVIDER = {
    "AUTH0_CLIENT_ID": "papyrus",
    "AUTH0_CALLBACK_URL": "https://papyrus.example/callback",
    "OIDC_RENEWAL_SECONDS": "1",
    "LOCAL_LOGIN": "1",
}
MAKE_USER = """
import os
from django.contrib.auth.models import User
User.objects.create_superuser("root", password=os.environ["MARKER"])
"""


def planted() -> str:
    return f"Planted{secrets.token_hex(30)}"


@dataclass(kw_only=True)
class House:
    """The service with planted secrets, what it has answered and printed, and the folder it writes to."""

    database: OwnPostgres
    folder: Path
    note: int
    provider: Provider
    environment: dict[str, str] = field(default_factory=lambda: {name: planted() for name in NAMES})
    user_password: str = field(default_factory=planted)
    cookies: dict[str, str] = field(default_factory=dict)
    # Cookies of sessions before.
    former: dict[str, str] = field(default_factory=dict)
    answers: list[bytes] = field(default_factory=list)

    @property
    def surroundings(self) -> dict[str, str]:
        """An archive that does not answer, the provider, and a log that says all it has to say."""
        nobody = f"http://127.0.0.1:{free_port()}"
        archive = {"ARCHIVE_BUCKET": "papyrus-archive", "AWS_ENDPOINT_URL": nobody, "AWS_DEFAULT_REGION": "us-west-2"}
        return {**archive, **PROVIDER, **self.provider.variables, "AWS_ACCESS_KEY_ID": "planted", "LOG_LEVEL": "DEBUG"}

    def command(self, *arguments: str, **environment: str) -> int:
        """Run a management command, keep what it prints, and return its exit code."""
        variables = self.environment | self.surroundings | environment
        done = self.database.command("manage.py", *arguments, password="", **variables)
        self.answers.append((done.stdout + done.stderr).encode())
        return done.returncode

    def ask(self, server: Server, method: str, path: str, form: dict[str, str] | None = None, **headers: str) -> int:
        """Send a request with the cookies so far, keep the answer but for the cookies it gives, return its status."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = HOST | {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"} | headers
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
            connection.request(method, path, urlencode(form or {}), sent)
            response = connection.getresponse()
            self.answers.append(response.read())
        for name, value in response.getheaders():
            if name == "Set-Cookie":
                cookie, _, content = value.split(";")[0].partition("=")
                self.cookies[cookie] = content
            else:
                self.answers.append(f"{name}: {value}".encode())
        return response.status

    def send_form(self, server: Server, path: str, **form: str) -> int:
        form |= {"csrfmiddlewaretoken": self.cookies["__Host-csrftoken"]}
        return self.ask(server, "POST", path, form, Origin="https://papyrus.example")

    def found_in(self, text: bytes) -> set[str]:
        """The names of the secrets in `text`."""
        markers = {**self.environment, **self.former, **self.cookies, "password": self.user_password, **self.tokens()}
        return {name for name, marker in markers.items() if marker.encode() in text}

    def tokens(self) -> dict[str, str]:
        """All that the provider has given out."""
        given = enumerate(self.provider.given())
        return {f"{name} {place}": tokens[name] for place, tokens in given for name in tokens.keys() & TOKENS}

    def led_to(self) -> str:
        """Return where the last redirect leads."""
        return next(each for each in reversed(self.answers) if each.startswith(b"Location: ")).decode()[10:]

    def leaks(self) -> list[tuple[str, set[str]]]:
        """Where a secret is found, and which, among all answers, all that was printed and all files."""
        files = [(str(path), path.read_bytes()) for path in self.folder.rglob("*") if path.is_file()]
        written = [*((f"answer {number}", text) for number, text in enumerate(self.answers)), *files]
        return [(place, found) for place, text in written if (found := self.found_in(text))]


@pytest.fixture
def kind_of_server() -> type[Server]:
    """The process list is looked at."""
    return ColdServer


@pytest.fixture
def house(
    own_postgres: OwnPostgres, office: Office, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    provider = Provider.started(tmp_path_factory.mktemp("provider"))
    made = House(database=own_postgres, folder=tmp_path, note=office.short_note, provider=provider)
    own_postgres.set_password(made.environment["PGPASSWORD"])
    yield made
    provider.stop()


def day_with_the_provider(house: House, server: Server) -> None:
    """Its tokens are used once, renewed, refused, and kept while it does not answer."""
    assert house.ask(server, "GET", "/login/provider?next=/") == 302
    back = house.provider.let_in("yamada", asked=house.led_to())
    assert house.ask(server, "GET", back) == 302
    assert house.ask(server, "GET", back) == 400
    # At the first request after a second, which may be one that changes nothing else.
    wait_until(lambda: house.ask(server, "GET", "/") == 200 and len(house.provider.given()) == 3)
    house.provider.stop()
    wait_until(lambda: house.ask(server, "GET", "/", Accept="text/html") == 503)
    house.former |= {f"{name} of yamada": value for name, value in house.cookies.items()}
    house.cookies.clear()


def good_day(house: House, server: Server) -> None:
    assert house.ask(server, "GET", "/login?next=/") == 200
    assert house.send_form(server, "/login", username="root", password=planted()) == 200
    assert house.send_form(server, "/login", username="root", password=house.user_password) == 302
    for path in ("/", "/notes/new", "/admin/", "/dbcheck", "/healthz"):
        assert house.ask(server, "GET", path) == 200


def bad_day(house: House, server: Server) -> None:
    everything = urlencode({**house.environment, **house.cookies})
    assert house.ask(server, "GET", f"/nothing?{everything}", Authorization=f"Bearer {everything}") == 404
    assert house.ask(server, "GET", f"/callback?code={planted()}&{everything}") < 500
    assert house.ask(server, "GET", "/", Host="evil.example") == 400
    assert house.ask(server, "POST", "/notes/new", Referer=f"https://papyrus.example/?{everything}") == 403
    house.answers.append(server.send(f"GET /{everything} oops\r\nCookie: {everything}\r\n\r\n".encode()))
    house.answers.append(server.send(f"GET / HTTP/1.1\r\n{everything}\r\n\r\n".encode()))
    house.database.execute("alter table papyrus_schema.django_session rename to gone")
    assert house.ask(server, "GET", f"/?{everything}") == 500
    assert house.send_form(server, "/login", username="root", password=house.user_password) == 500
    house.database.execute("alter table papyrus_schema.gone rename to django_session")


def day_without_a_database(house: House, server: Server) -> None:
    house.database.stop()
    try:
        # For a second the last answer holds.
        wait_until(lambda: house.ask(server, "GET", "/dbcheck") == 503)
        assert house.ask(server, "GET", "/") == 500
        assert house.command("migrate") == 1
    finally:
        house.database.start()
    for command in ("dbcheck", "migrate"):
        assert house.command(command, PGPASSWORD=planted()) == 1


def keep_evidence(house: House) -> None:
    """Of a run that had everything under its eyes."""
    folder = house.folder / "evidence"
    mask = Mask(secrets=[house.environment["PGPASSWORD"]])
    evidence = EvidenceFolder(folder=folder, mask=mask, started_at=datetime.now(UTC), label="a test")
    seen = [f"{name}={value}" for name, value in house.environment.items()]
    seen += [f"Set-Cookie: {name}={value}; Secure" for name, value in house.cookies.items()]
    seen += [f"connection failed: password {house.environment['PGPASSWORD']} refused"]
    evidence.write("dbcheck", "\n".join(seen), extension="log")
    evidence.write_json("cloudwatch_dbcheck", {**house.environment, "password": house.user_password})
    evidence.finish()


def command_lines() -> Iterator[bytes]:
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            yield (process / "cmdline").read_bytes()


def test_secrets_are_nowhere_after_good_days_and_bad_ones(
    house: House, static_files: Path, serve: Callable[..., Server]
) -> None:
    assert house.command("migrate", PGHOST=house.database.socket_folder, PGUSER=OWNER) == 0
    assert house.command("dbcheck", "--json") == 0
    assert house.command("shell", "-v0", "-c", MAKE_USER, MARKER=house.user_password) == 0
    unarchive = f"update papyrus_schema.delivery_notes set archived_at = null where id = {house.note}"
    house.database.execute(unarchive)
    assert house.command("archive_pending") == 1
    variables = {**house.environment, **house.surroundings, "DJANGO_STATIC_ROOT": str(static_files)}
    server = serve(house.environment["PGPASSWORD"], **variables)
    wait_until(server.answers)

    day_with_the_provider(house, server)
    good_day(house, server)
    shown = [line for line in command_lines() if house.found_in(line)]
    bad_day(house, server)
    day_without_a_database(house, server)
    keep_evidence(house)
    own_environment = Path(f"/proc/{server.process.pid}/environ").read_bytes()
    assert server.stop() == 0

    assert house.found_in(own_environment) == set(NAMES)
    assert house.cookies.keys() == set(COOKIES)
    assert {f"{name} 0" for name in TOKENS} < house.tokens().keys()
    assert (shown, house.leaks()) == ([], [])
