"""What every answer of the real server carries, and which words of a request it believes."""

from __future__ import annotations

import http.client
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from invoices.models import DeliveryNote, NoteState
from papyrus_site.answer_headers import ANSWER_HEADERS
from tests.conftest import held_port, wait_until
from tests.deploy.conftest import Database
from tests.deploy.serving import Server
from tests.invoices.factories import NOW, CustomerFactory, issued_note

HOST = "Host: papyrus.example\r\n"
HTTPS = f"{HOST}X-Forwarded-Proto: https\r\n"
STRICT = {
    **dict.fromkeys(("default-src", "frame-ancestors", "base-uri"), "'none'"),
    **dict.fromkeys(("script-src", "style-src", "img-src", "connect-src", "frame-src", "form-action"), "'self'"),
}
FILE = {
    **dict.fromkeys(("default-src", "base-uri", "form-action"), "'none'"),
    "frame-ancestors": "'self'",
}
UNREADABLE = {"default-src": "'none'", "frame-ancestors": "'none'"}
# Of gunicorn, Django, Python and their parts, and how a stack trace begins.
TELLING = re.compile(rb"gunicorn|django/|python/|werkzeug|Traceback|site-packages|\.py\b|/opt/", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    @property
    def policy(self) -> dict[str, str]:
        parts = self.headers["Content-Security-Policy"].split("; ")
        return {name: sources for name, _, sources in (part.partition(" ") for part in parts)}


@pytest.fixture(scope="module")
def server(django_db_setup: None, static_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with held_port() as port:
        started = Server(
            folder=tmp_path_factory.mktemp("server"),
            port=port,
            PGDATABASE=str(connection.settings_dict["NAME"]),
            DJANGO_STATIC_ROOT=str(static_files),
            DJANGO_SECRET_KEY=settings.SECRET_KEY,
        )
        wait_until(started.answers)
        yield started
        assert started.stop() == 0


@pytest.fixture
def session(committed: None) -> str:
    """Of an administrator, as a header."""
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return f"{HTTPS}Cookie: __Host-sessionid={client.cookies['sessionid'].value}\r\n"


def asked(server: Server, line: str, headers: str, body: str = "") -> Answer:
    raw = server.send(f"{line}\r\n{headers}Connection: close\r\n\r\n{body}".encode())
    head, _, content = raw.partition(b"\r\n\r\n")
    status, _, lines = head.partition(b"\r\n")
    return Answer(int(status.split()[1]), http.client.parse_headers(io.BytesIO(lines + b"\r\n\r\n")), content)


def got(server: Server, path: str, headers: str) -> Answer:
    return asked(server, f"GET {path} HTTP/1.1", headers)


def assert_armoured(answer: Answer, policy: dict[str, str], *, frame: str = "DENY") -> None:
    wanted = {name: value for name, value in ANSWER_HEADERS.items() if name != "Cache-Control"}
    assert {name: answer.headers[name] for name in wanted} == wanted
    assert (answer.policy, answer.headers["X-Frame-Options"]) == (policy, frame)
    assert answer.headers["Server"] in (None, "papyrus")
    assert not TELLING.search(bytes(answer.headers) + answer.body[:100_000])


def damaged_note() -> DeliveryNote:
    """An issued note that cannot be drawn."""
    user = User.objects.get()
    facts = {"number": "X-1", "snapshot": {}, "total": 1, "pdf_sha256": "0" * 64}
    who = {"created_by": user, "updated_by": user, "issued_by": user}
    days = {"issued_at": NOW, "issued_on": NOW.date(), "delivered_on": NOW.date()}
    return DeliveryNote.objects.create(
        state=NoteState.ISSUED, customer=CustomerFactory.create(), **facts, **who, **days
    )


def test_pages_and_refusals_carry_every_header_and_are_not_kept(server: Server, session: str) -> None:
    damaged = damaged_note().pk
    for path, headers, status in (
        ("/login", HTTPS, 200),
        ("/", HTTPS, 302),
        ("/nothing", HTTPS, 404),
        ("/static/nothing.css", HTTPS, 404),
        ("/", HTTPS.replace("papyrus", "evil"), 400),
        ("/healthz", HTTPS, 200),
        ("/dbcheck", HTTPS, 200),
        ("/api/product_by_sku?sku=1", HTTPS, 401),
        ("/", session, 200),
        ("/notes/totals", session, 405),
        ("/api/product_by_sku?sku=%00", session, 400),
        ("/admin/", session, 200),
        ("/admin/jsi18n/", session, 200),
        (f"/notes/{damaged}/pdf", session, 500),
    ):
        answer = got(server, path, headers)
        assert (path, answer.status) == (path, status)
        assert_armoured(answer, STRICT)
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
        assert "no-store" in answer.headers["Cache-Control"]


def test_answers_without_https_carry_every_header_but_hsts(server: Server) -> None:
    for path, headers, status in (
        ("/login", HOST, 301),
        ("/login", "Host: evil.example\r\n", 400),
        ("/healthz", "Host: 10.0.0.7\r\n", 200),
    ):
        answer = got(server, path, headers)
        assert (answer.status, answer.headers["Strict-Transport-Security"]) == (status, None)
        assert_armoured(answer, STRICT)


def test_refused_form_carries_every_header(server: Server) -> None:
    answer = asked(server, "POST /login HTTP/1.1", f"{HTTPS}Content-Length: 0\r\n")
    assert answer.status == 403
    assert_armoured(answer, STRICT)


def test_style_sheet_may_be_kept_and_carries_every_other_header(server: Server) -> None:
    sheet = re.search(rb"/static/papyrus/app\.\w+\.css", got(server, "/login", HTTPS).body)
    assert sheet
    answer = got(server, sheet[0].decode(), HTTPS)
    assert (answer.status, answer.headers["Content-Type"]) == (200, 'text/css; charset="utf-8"')
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Access-Control-Allow-Origin"] is None
    assert_armoured(answer, STRICT)


def test_pdf_runs_nothing_and_stands_in_our_own_frames_only(server: Server, session: str) -> None:
    note = issued_note(User.objects.get())
    answer = got(server, f"/notes/{note.pk}/pdf", session)
    assert (answer.status, answer.headers["Content-Type"], answer.body[:5]) == (200, "application/pdf", b"%PDF-")
    assert answer.headers["Cache-Control"] == "no-store"
    assert_armoured(answer, FILE, frame="SAMEORIGIN")


@pytest.mark.parametrize(
    ("line", "headers", "status"),
    [
        ('GET /"><script>alert(1)</script> oops', HOST, 400),
        ("<script>alert(1)</script> / HTTP/1.1", HOST, 400),
        ("GET / HTTP/1.1", f"{HOST}Host: evil.example\r\n", 400),
        ("GET / HTTP/1.1", f"{HOST}<script>: 1\r\n", 400),
        ("POST / HTTP/1.1", f"{HOST}Transfer-Encoding: <script>\r\n", 501),
        ("POST / HTTP/1.1", f"{HOST}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", 400),
        (f"GET /{'a' * 9000} HTTP/1.1", HOST, 414),
        ("GET / HTTP/1.1", HOST + "A: 1\r\n" * 200, 431),
    ],
)
def test_unreadable_request_is_answered_plainly_and_not_repeated(
    server: Server, line: str, headers: str, status: int
) -> None:
    answer = asked(server, line, headers)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "text/plain")
    assert re.fullmatch(rb"%d [A-Za-z ]+\n" % status, answer.body)
    assert answer.headers["Cache-Control"] == "no-store"
    assert_armoured(answer, UNREADABLE)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/login", "X-Forwarded-Host: evil.example\r\nX-Forwarded-Port: 81\r\nForwarded: host=evil.example\r\n"),
        ("/login", "X_Forwarded_Proto: https\r\n"),
        ("/login", "X-Forwarded-Ssl: on\r\nX-Forwarded-Protocol: ssl\r\nFront-End-Https: on\r\n"),
        ("http://evil.example/login", ""),
        ("/login", "SCRIPT_NAME: /evil\r\nScript-Name: /evil\r\nPATH_INFO: /healthz\r\n"),
    ],
)
def test_redirect_to_https_believes_no_header_but_the_host(server: Server, path: str, headers: str) -> None:
    answer = got(server, path, HOST + headers)
    assert (answer.status, answer.headers["Location"]) == (301, "https://papyrus.example/login")


def test_cookies_are_this_hosts_own_and_read_by_no_script_but_the_forms_token(server: Server, session: str) -> None:
    user = User.objects.get()
    user.password = make_password("only-for-tests-1", hasher="pbkdf2_sha256")
    user.save()
    page = got(server, "/login", HTTPS)
    (token,) = page.headers.get_all("Set-Cookie") or []
    fields = {
        "username": "root",
        "password": "only-for-tests-1",
        "csrfmiddlewaretoken": token.split("=")[1].split(";")[0],
    }
    headers = f"{HTTPS}Origin: https://papyrus.example\r\nCookie: {token.split(';')[0]}\r\n"
    body = urlencode(fields)
    form = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
    cookies = asked(server, "POST /login HTTP/1.1", headers + form, body).headers.get_all("Set-Cookie") or []

    attributes = {each.split("=")[0]: {part.split("=")[0] for part in each.split("; ")[1:]} for each in cookies}
    common = {"Path", "SameSite", "Secure"}
    # A session ends with the browser.
    assert attributes == {
        "__Host-csrftoken": common | {"expires", "Max-Age"},
        "__Host-sessionid": common | {"HttpOnly"},
    }
    assert all("Path=/;" in f"{each};" and "SameSite=Lax" in each for each in cookies)


def test_scheme_header_means_nothing_when_https_is_off(static_files: Path, database: Database, tmp_path: Path) -> None:
    static = str(static_files)
    with held_port() as port:
        server = Server(
            folder=tmp_path, port=port, PAPYRUS_HTTPS="0", PGDATABASE=database.name, DJANGO_STATIC_ROOT=static
        )
        try:
            wait_until(server.answers)
            answer = got(server, "/login", HTTPS)
        finally:
            server.kill()
    assert (answer.status, answer.headers["Strict-Transport-Security"]) == (200, None)
    assert "Secure" not in str(answer.headers["Set-Cookie"])


@pytest.mark.parametrize(("name", "value"), [("DJANGO_DEBUG", "1"), ("DJANGO_ALLOWED_HOSTS", "papyrus.example,*")])
def test_start_with_https_fails_when_a_setting_is_for_a_desk(tmp_path: Path, name: str, value: str) -> None:
    server = Server(folder=tmp_path, port=None, options=(), **{name: value})
    assert server.process.wait(60) != 0
    (line,) = server.lines()
    assert name in line["exc"]
