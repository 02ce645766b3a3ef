"""The archive in S3, played by moto over HTTP, with everything that can go wrong on the way there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import boto3
import pytest
from botocore.config import Config
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from invoices import archive, services
from invoices.models import DeliveryNote, NoteState
from tests.deploy.aws.moto import REGION, Moto
from tests.invoices.factories import NOW, IssuerFactory, draft_note, issued_note
from tests.invoices.faulty_s3 import Fault, FaultyS3, faulty_s3

pytestmark = pytest.mark.django_db
BUCKET, LOCKED = "papyrus-archive", "papyrus-locked"


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moto]:
    server = Moto(printed=tmp_path_factory.mktemp("moto") / "printed")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def buckets(moto: Moto) -> Any:
    """A client that goes straight to moto, past all faults; a plain bucket, and one with Object Lock."""
    s3 = boto3.client(
        "s3",
        endpoint_url=moto.environment["AWS_ENDPOINT_URL"],
        region_name=REGION,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    place = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
    s3.create_bucket(Bucket=BUCKET, **place)
    s3.create_bucket(Bucket=LOCKED, ObjectLockEnabledForBucket=True, **place)
    rule = {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": 10}}
    s3.put_object_lock_configuration(
        Bucket=LOCKED, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
    )
    return s3


@pytest.fixture
def s3(moto: Moto, buckets: Any, settings: Settings) -> Iterator[FaultyS3]:
    """The archive is a bucket behind a way that has no fault yet."""
    with faulty_s3(moto.port) as way:
        use_bucket(settings, way, BUCKET)
        yield way
    for version in buckets.list_object_versions(Bucket=BUCKET).get("Versions", []):
        buckets.delete_object(Bucket=BUCKET, Key=version["Key"])


def use_bucket(settings: Settings, way: FaultyS3, bucket: str) -> None:
    options = {
        "bucket_name": bucket,
        "endpoint_url": way.address,
        "access_key": "testing",
        "secret_key": "testing",
        "region_name": REGION,
        "client_config": Config(connect_timeout=2, read_timeout=1, retries={"total_max_attempts": 1}),
    }
    place = {"BACKEND": "invoices.archive_places.BucketPlace", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "archive": place}


def test_stored_file_says_what_it_is_and_how_long_it_is_kept(author: User, s3: FaultyS3, buckets: Any) -> None:
    note = issued_note(author)
    pdf = archive.made_again(note)

    assert archive.store(note, pdf) is True

    found = buckets.get_object(Bucket=BUCKET, Key=archive.name_of(note), ChecksumMode="ENABLED")
    assert (found["Body"].read(), found["ContentType"]) == (pdf, "application/pdf")
    # Issued in November 2026: the fiscal year ends in March 2027, the tax is filed by the end of May.
    assert found["Metadata"] == {
        "sha256": hashlib.sha256(pdf).hexdigest(),
        "number": "DN-2026-000001",
        "keep-until": "2037-05-31",
    }
    assert "ChecksumSHA256" in found
    assert "ObjectLockMode" not in found


def test_file_is_locked_until_it_need_not_be_kept_when_the_bucket_has_object_lock(
    author: User, s3: FaultyS3, buckets: Any, settings: Settings
) -> None:
    use_bucket(settings, s3, LOCKED)
    note = issued_note(author)
    archive.store(note, archive.made_again(note))

    found = buckets.head_object(Bucket=LOCKED, Key=archive.name_of(note))

    until = datetime(2037, 5, 31, 23, 59, 59, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert (found["ObjectLockMode"], found["ObjectLockRetainUntilDate"]) == ("COMPLIANCE", until)


def test_file_is_stored_although_its_delivery_date_is_far_away(author: User, s3: FaultyS3, settings: Settings) -> None:
    use_bucket(settings, s3, LOCKED)
    note = issued_note(author, delivered_on=date(9999, 12, 31))
    assert archive.store(note, archive.made_again(note)) is True


@pytest.mark.parametrize("fault", Fault)
def test_note_is_issued_and_printed_and_its_file_follows_when_s3_fails(
    fault: Fault,
    author: User,
    signed_in: Client,
    s3: FaultyS3,
    buckets: Any,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    IssuerFactory.create()
    draft = draft_note(author)
    s3.fault = fault

    with django_capture_on_commit_callbacks(execute=True):
        services.issue(note_id=draft.pk, author=author, now=NOW)

    note = DeliveryNote.objects.get()
    assert (note.state, note.number, note.archived_at) == (NoteState.ISSUED, "DN-2026-000001", None)
    assert signed_in.get(f"/notes/{note.pk}/pdf").content == archive.made_again(note)
    assert "PDF はまだ保管されていません" in signed_in.get(f"/notes/{note.pk}").content.decode()
    with pytest.raises(CommandError, match="保管先に書き込めませんでした"):
        call_command("archive_pending")

    s3.fault = None
    call_command("archive_pending")

    note.refresh_from_db()
    assert note.archived_at is not None
    assert buckets.get_object(Bucket=BUCKET, Key=archive.name_of(note))["Body"].read() == archive.made_again(note)


def test_issuing_does_not_wait_for_a_bucket_that_failed_just_now(
    author: User, s3: FaultyS3, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    IssuerFactory.create()
    drafts = [draft_note(author) for _ in range(3)]
    s3.fault = Fault.UNAVAILABLE
    with django_capture_on_commit_callbacks(execute=True):
        for draft in drafts:
            services.issue(note_id=draft.pk, author=author, now=NOW)
    assert (len(s3.requests), DeliveryNote.objects.exclude(number=None).count()) == (1, 3)


def test_round_ends_soon_when_the_bucket_is_out_of_order(author: User, s3: FaultyS3) -> None:
    for _ in range(5):
        issued_note(author)
    s3.fault = Fault.UNAVAILABLE
    with pytest.raises(CommandError):
        call_command("archive_pending")
    assert len(s3.requests) == 3


def test_everything_in_the_bucket_is_named(author: User, s3: FaultyS3) -> None:
    note = issued_note(author)
    archive.store(note, archive.made_again(note))
    assert list(archive.place().names()) == [archive.name_of(note)]
    assert archive.place().read("nothing") is None
