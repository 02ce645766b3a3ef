"""The worker service's command, `manage.py archive_pending --every`, as a process of its own."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.deploy.aws.moto import REGION, Moto
from tests.deploy.container.own_postgres import Office, OwnPostgres
from tests.deploy.serving import SECRET_KEY, free_port, wait_for
from tests.warm.processes import Process

STOPPED_WITHIN_SECONDS = 15
BUCKET = "papyrus-archive"


class Worker:
    """The command in a process; its log, as objects."""

    def __init__(self, *arguments: str, folder: Path, environment: dict[str, str]) -> None:
        self._log = folder / "log"
        self._printed = folder / "printed"
        with self._log.open("wb") as log, self._printed.open("wb") as printed:
            self.process = Process(
                ["manage.py", "archive_pending", *arguments],
                env={**os.environ, "DJANGO_SECRET_KEY": SECRET_KEY, **environment},
                stdout=printed,
                stderr=log,
            )

    def lines(self, event: str) -> list[dict[str, Any]]:
        found = [json.loads(line) for line in self._log.read_text().splitlines()]
        return [line for line in found if line["msg"] == event]

    def wait_for(self, event: str) -> None:
        wait_for(lambda: self.lines(event), seconds=60)

    def stop(self) -> tuple[int, str]:
        """Return exit code and what was printed."""
        self.process.terminate()
        return self.process.wait(STOPPED_WITHIN_SECONDS), self._printed.read_text()


@pytest.fixture
def work(own_postgres: OwnPostgres, password: str, tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """A function that starts the command on the tests' database."""
    workers: list[Worker] = []

    def started(*arguments: str, **environment: str) -> Worker:
        folder = {"ARCHIVE_FOLDER": str(tmp_path / "archive")}
        variables = own_postgres.environment(password) | folder | environment
        workers.append(Worker(*arguments, folder=tmp_path, environment=variables))
        return workers[-1]

    yield started
    for each in workers:
        each.process.kill()
        each.process.wait()


@pytest.fixture(autouse=True)
def waiting_notes(own_postgres: OwnPostgres, office: Office) -> int:
    """How many issued notes there are, none of whose files is in the archive."""
    let_wait(own_postgres)
    [(count,)] = own_postgres.execute("select count(*) from papyrus_schema.delivery_notes where number is not null")
    return int(count)


def let_wait(database: OwnPostgres) -> None:
    # Issued notes refuse this change, so the triggers are off for it.
    database.execute(
        "set session_replication_role = replica; update papyrus_schema.delivery_notes set archived_at = null"
    )


def test_worker_stores_what_waits_and_ends_well_when_it_is_told_to_stop(
    work: Callable[..., Worker], waiting_notes: int, tmp_path: Path
) -> None:
    worker = work("--every", "3600")
    worker.wait_for("archive.round")

    assert worker.stop() == (0, "")

    (line,) = worker.lines("archive.round")
    assert (line["lvl"], line["stored"], line["waiting"]) == ("INFO", waiting_notes, 0)
    assert len(list((tmp_path / "archive").rglob("*.pdf"))) == waiting_notes
    assert len(worker.lines("archive.stopped")) == 1


def test_worker_says_nothing_of_rounds_that_stored_nothing(
    work: Callable[..., Worker], waiting_notes: int, own_postgres: OwnPostgres
) -> None:
    worker = work("--every", "0.05")
    worker.wait_for("archive.round")
    let_wait(own_postgres)
    wait_for(lambda: len(worker.lines("archive.round")) == 2)

    assert worker.stop() == (0, "")
    assert sum(line["stored"] for line in worker.lines("archive.round")) == 2 * waiting_notes


def test_worker_goes_on_when_the_database_was_away(work: Callable[..., Worker], own_postgres: OwnPostgres) -> None:
    worker = work("--every", "0.2")
    worker.wait_for("archive.round")

    own_postgres.stop()
    worker.wait_for("archive.round_failed")
    own_postgres.start()
    let_wait(own_postgres)

    wait_for(lambda: len(worker.lines("archive.round")) == 2, seconds=60)
    assert worker.stop() == (0, "")
    assert {line["lvl"] for line in worker.lines("archive.round_failed")} == {"WARNING"}


def test_worker_stores_everything_once_the_bucket_is_there_again(
    work: Callable[..., Worker], waiting_notes: int, tmp_path: Path
) -> None:
    moto = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}", **KEYS}
    worker = work("--every", "0.2", ARCHIVE_BUCKET=BUCKET, **moto)
    worker.wait_for("archive.store_failed")
    worker.wait_for("archive.round")
    told = {(line["lvl"], line["stored"], line["waiting"]) for line in worker.lines("archive.round")}
    assert told == {("WARNING", 0, waiting_notes)}

    server = Moto(printed=tmp_path / "moto", port=int(moto["AWS_ENDPOINT_URL"].rsplit(":", 1)[1]))
    s3 = boto3.client("s3", endpoint_url=moto["AWS_ENDPOINT_URL"], region_name=REGION, **CREDENTIALS)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    wait_for(lambda: sum(line["stored"] for line in worker.lines("archive.round")) == waiting_notes, seconds=60)

    assert worker.stop() == (0, "")
    assert len(s3.list_objects_v2(Bucket=BUCKET)["Contents"]) == waiting_notes
    server.stop()


def test_worker_ends_within_seconds_when_the_storage_never_answers(work: Callable[..., Worker]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        worker = work("--every", "0.2", ARCHIVE_BUCKET=BUCKET, AWS_ENDPOINT_URL=endpoint, **KEYS)
        silent.settimeout(60)
        with silent.accept()[0]:
            began_at = time.monotonic()

            assert worker.stop() == (0, "")

            assert time.monotonic() - began_at < STOPPED_WITHIN_SECONDS


CREDENTIALS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
KEYS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}
