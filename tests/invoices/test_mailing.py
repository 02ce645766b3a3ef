"""Notes sent by mail, through a real server."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from invoices import archive, mailing, services
from invoices.domain.errors import DomainError
from invoices.domain.letter import filled, on_one_line, require_known_names
from invoices.mailing import Letter, NotSendable, SentBefore
from invoices.models import Customer, DeliveryNote, MailState, MailTemplate, OutgoingMail
from papyrus_site.mail_server import Security, configured
from papyrus_site.roles import Role
from tests import inline_rows
from tests.invoices.factories import NOW, CustomerFactory, clerk, draft_note, issued_note, issued_return, user_of
from tests.invoices.post_office import Running, post_office
from tests.invoices.test_concurrency import at_once
from tests.invoices.test_views import text_of


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with post_office(tmp_path_factory.mktemp("post") / "box") as running:
        yield running


@pytest.fixture
def office(server: Running, settings: Settings) -> Running:
    """The server, told to the settings, with an empty box."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", server.port, False
    settings.DEFAULT_FROM_EMAIL = "clerk@seller.example"
    for file in (server.folder / "new").glob("*"):
        file.unlink()
    return server


def queue(
    note: DeliveryNote, author: User, *recipients: str, known: int = 0, subject: str = "納品書", body: str = "本文"
) -> list[OutgoingMail]:
    letter = Letter(recipients=recipients or ("buyer@example.jp",), mail_subject=subject, body=body)
    return mailing.queue(note_id=note.pk, letter=letter, known=known, creation_key=uuid.uuid4(), author=author)


def due_now() -> None:
    OutgoingMail.objects.update(due_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.django_db
class TestQueue:
    def test_note_is_sent_with_the_pdf_as_issued_and_the_record_says_so(self, author: User, office: Running) -> None:
        note = issued_note(author)
        [mail] = queue(note, author, subject="納品書 𠮷野家様", body="髙橋様\n本文")
        call_command("send_mail_queue", verbosity=0)

        [taken] = office.mails()
        attachment = next(taken.iter_attachments())
        body = taken.get_body()
        assert body is not None
        assert (taken["Subject"], taken["To"], taken["From"]) == (
            "納品書 𠮷野家様",
            "buyer@example.jp",
            "clerk@seller.example",
        )
        assert body.get_content().strip() == "髙橋様\n本文"
        assert (attachment.get_filename(), attachment.get_content_type()) == (
            "納品書_DN-2026-000001.pdf",
            "application/pdf",
        )
        content = attachment.get_payload(decode=True)
        assert content == archive.pdf_of(note)
        mail.refresh_from_db()
        assert (mail.state, mail.attempts, mail.queued_by) == (MailState.SENT, 1, author)
        assert mail.sent_at is not None
        assert (mail.pdf_sha256, mail.message_id) == (hashlib.sha256(bytes(content)).hexdigest(), taken["Message-ID"])

    def test_same_note_sent_twice_is_said_first(self, author: User, office: Running) -> None:
        note = issued_note(author)
        queue(note, author)
        with pytest.raises(SentBefore) as refusal:
            queue(note, author)
        assert refusal.value.params["recipient"] == "buyer@example.jp"
        queue(note, author, known=1)
        assert OutgoingMail.objects.count() == 2

    def test_same_form_sent_twice_sends_one_mail_to_each(self, author: User, office: Running) -> None:
        note, key = issued_note(author), uuid.uuid4()
        letter = Letter(recipients=("a@example.jp", "b@example.jp"), mail_subject="納品書", body="本文")
        for _ in range(2):
            mailing.queue(note_id=note.pk, letter=letter, known=0, creation_key=key, author=author)
        assert mailing.send_due() == mailing.Round(sent=2, retried=0, failed=0)
        assert sorted(str(mail["To"]) for mail in office.mails()) == ["a@example.jp", "b@example.jp"]

    def test_draft_and_void_note_are_not_sent_and_a_void_one_in_the_queue_is_cancelled(
        self, author: User, office: Running
    ) -> None:
        note = issued_note(author)
        [mail] = queue(note, author)
        services.void(note_id=note.pk, reason="誤り", author=author, now=NOW)
        for each in (note, draft_note(author)):
            with pytest.raises(NotSendable):
                queue(each, author)
        assert (mailing.send(mail.pk), office.mails()) == (MailState.CANCELLED, [])


@pytest.mark.django_db
class TestFaults:
    def test_server_that_is_away_is_tried_again_and_then_takes_it(
        self, author: User, office: Running, settings: Settings
    ) -> None:
        [mail] = queue(issued_note(author), author)
        settings.EMAIL_PORT = 1
        with pytest.raises(CommandError, match="送信できなかったメールがあります。"):
            call_command("send_mail_queue", verbosity=0)
        mail.refresh_from_db()
        wait = mail.due_at - timezone.now()
        assert (mail.state, mail.attempts, timedelta(0) < wait <= timedelta(minutes=1)) == (MailState.QUEUED, 1, True)
        assert "refused" in mail.failure
        assert mailing.send(mail.pk) is None  # not due yet

        settings.EMAIL_PORT = office.port
        due_now()
        assert mailing.send(mail.pk) is MailState.SENT
        assert len(office.mails()) == 1

    def test_mail_that_is_put_off_too_often_fails_and_a_person_sees_why(self, author: User, office: Running) -> None:
        note = issued_note(author)
        [mail] = queue(note, author, "later@example.jp")
        states = []
        for _ in range(len(mailing.RETRY_MINUTES) + 1):
            due_now()
            states.append(mailing.send(mail.pk))
        mail.refresh_from_db()
        assert states == [MailState.QUEUED] * len(mailing.RETRY_MINUTES) + [MailState.FAILED]
        assert "come back later" in mail.failure
        assert len(queue(note, author)) == 1  # what failed was not sent before

    def test_unknown_recipient_fails_at_once_and_holds_up_nobody(self, author: User, office: Running) -> None:
        queue(issued_note(author), author, "unknown@example.jp", "known@example.jp")
        assert mailing.send_due() == mailing.Round(sent=1, retried=0, failed=1)
        assert "no such user" in OutgoingMail.objects.get(state=MailState.FAILED).failure

    def test_mail_of_a_sender_that_died_is_sent_again_under_the_same_id(self, author: User, office: Running) -> None:
        [mail] = queue(issued_note(author), author)
        OutgoingMail.objects.update(state=MailState.SENDING, due_at=timezone.now() + mailing.CLAIM)
        assert mailing.send(mail.pk) is None
        due_now()
        assert mailing.send(mail.pk) is MailState.SENT
        assert [taken["Message-ID"] for taken in office.mails()] == [mail.message_id]

    @pytest.mark.parametrize(
        "sql",
        [
            "update outgoing_mails set recipient = 'other@example.jp'",
            "update outgoing_mails set body = 'x'",
            "update outgoing_mails set mail_subject = E'x\\nBcc: other@example.jp'",
            "delete from outgoing_mails",
            "truncate outgoing_mails",
        ],
    )
    def test_database_keeps_what_was_sent(self, author: User, sql: str) -> None:
        queue(issued_note(author), author)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


@pytest.mark.usefixtures("committed")
def test_mail_that_eight_workers_reach_for_is_sent_once(office: Running) -> None:
    author = clerk()
    [mail] = queue(issued_note(author), author)
    outcomes = at_once(lambda _worker: mailing.send(mail.pk), workers=8)
    assert (outcomes.count(MailState.SENT), outcomes.count(None), len(office.mails())) == (1, 7, 1)


@pytest.mark.django_db
class TestPages:
    def typed(self, **changes: str) -> dict[str, str]:
        sent = {"creation_key": str(uuid.uuid4()), "known": "0", "recipients": "buyer@example.jp"}
        return sent | {"mail_subject": "納品書", "body": "本文"} | changes

    def test_form_comes_filled_in_from_customer_and_template(self, signed_in: Client, author: User) -> None:
        customer = CustomerFactory.create(mail_to="a@example.jp, b@example.jp", person="田中", person_title="部長")
        note = issued_note(author, customer=customer)
        body = text_of(signed_in.get(f"/notes/{note.pk}/send"))
        for expected in (
            'value="a@example.jp, b@example.jp"',
            'value="納品書送付のご案内（DN-2026-000001）"',
            "部長 田中 様",
            "金額　　26,400円",
        ):
            assert expected in body
        slip = issued_return(note, author)
        assert "返品伝票（赤伝）送付のご案内" in text_of(signed_in.get(f"/notes/{slip.pk}/send"))

    def test_second_sending_shows_the_first_and_needs_a_tick(
        self, signed_in: Client, author: User, office: Running
    ) -> None:
        note = issued_note(author)
        address = f"/notes/{note.pk}/send"
        first = text_of(signed_in.post(address, self.typed(), follow=True))
        opened, blind = text_of(signed_in.get(address)), signed_in.post(address, self.typed())
        unticked = signed_in.post(address, self.typed(known="1"))
        ticked = signed_in.post(address, self.typed(known="1", again="on"))
        assert ("1 通のメールを送信待ちに入れました。" in first, "buyer@example.jp" in first) == (True, True)
        assert ("この納品書は送信済みです：" in opened, 'name="known" value="1"' in opened) == (True, True)
        assert [blind.status_code, unticked.status_code, ticked.status_code] == [409, 409, 302]
        assert "は buyer@example.jp へ送信済みです" in text_of(blind)
        assert ('name="known" value="1"' in text_of(blind), " checked" in text_of(blind)) == (True, False)
        assert OutgoingMail.objects.count() == 2

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"recipients": "nobody"}, "「nobody」はメールアドレスではありません。"),
            ({"recipients": "a@example.jp\r\nBcc: b@example.jp"}, "「Bcc:」はメールアドレスではありません。"),
            ({"recipients": "髙@example.jp"}, "「髙@example.jp」はメールアドレスではありません。"),
            ({"recipients": ""}, "送信先のメールアドレスを a@example.jp のように入力してください。"),
            ({"recipients": ",".join(f"a{n}@example.jp" for n in range(11))}, "宛先が 11 件あります。"),
            ({"mail_subject": ""}, "メールの件名を入力してください。"),
        ],
    )
    def test_what_cannot_be_sent_is_refused_by_name(
        self, signed_in: Client, author: User, changes: dict[str, str], sentence: str
    ) -> None:
        answer = signed_in.post(f"/notes/{issued_note(author).pk}/send", self.typed(**changes))
        assert (answer.status_code, sentence in text_of(answer), OutgoingMail.objects.count()) == (422, True, 0)

    def test_line_breaks_of_a_subject_never_become_headers(
        self, signed_in: Client, author: User, office: Running
    ) -> None:
        subject = "納品書\r\nBcc: other@example.jp\x0b\x0c\x1c\x85\u2028X-Own: 1"
        signed_in.post(f"/notes/{issued_note(author).pk}/send", self.typed(mail_subject=subject))
        mailing.send_due()
        [taken] = office.mails()
        assert (taken["Bcc"], taken["X-Own"]) == (None, None)
        assert taken["Subject"] == "納品書 Bcc: other@example.jp X-Own: 1"

    def test_page_says_that_mail_is_not_set_up(self, signed_in: Client, author: User, settings: Settings) -> None:
        settings.MAIL = configured(host="", sender="", user="", security="tls", is_production=True)
        answer = signed_in.get(f"/notes/{issued_note(author).pk}/send", follow=True)
        assert "メール送信は設定されていません。" in text_of(answer)

    def test_template_is_the_administrators_and_names_only_what_there_is(self, client: Client) -> None:
        client.force_login(user_of(Role.ADMINISTRATOR))
        address = "/admin/invoices/mailtemplate/delivery_note/change/"
        wrong = client.post(address, {"mail_subject": "{番号}", "body": "{addressee} {"})
        assert "「{番号}」は使えない名前です。" in text_of(wrong)
        client.post(address, {"mail_subject": "{number}", "body": "{addressee}"})
        assert MailTemplate.objects.get().mail_subject == "{number}"
        client.force_login(user_of(Role.PRODUCT_STAFF))
        assert client.get(address).status_code == 403

    def test_customers_addresses_are_checked_in_the_admin(self, staff: Client) -> None:
        customer = CustomerFactory.create()
        address = f"/admin/invoices/customer/{customer.pk}/change/"
        facts: dict[str, Any] = {
            "code": "C1",
            "name": "株式会社見本",
            "price_basis": "exclusive",
            "invoice_policy": "A",
        }
        facts |= {"line_rounding": "floor", "tax_rounding": "floor"} | inline_rows.OF_CUSTOMER
        facts |= {"language": "ja", "envelope": "plain", "sheet_use": "whole", "note_copies": "1"}
        assert "メールアドレスではありません" in text_of(staff.post(address, facts | {"mail_to": "nobody"}))
        staff.post(address, facts | {"mail_to": "ａ@example.jp；b@example.jp a@example.jp"})
        assert Customer.objects.get(pk=customer.pk).mail_to == "a@example.jp, b@example.jp"


class TestTexts:
    def test_what_is_filled_in_is_not_read_again(self) -> None:
        assert filled("{customer} {number} {x}", {"customer": "{number}", "number": "1"}) == "{number} 1 {x}"

    def test_unknown_name_is_refused(self) -> None:
        with pytest.raises(DomainError, match="客"):
            require_known_names("{customer} {客}")

    def test_header_is_one_line_of_what_can_be_seen(self) -> None:
        assert on_one_line(" a\r\nb\x00\x85c\u2028d 　e ") == "a b c d e"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"security": "ssl"}, "MAIL_SECURITY to one of starttls, tls, none"),
        ({"sender": "nobody"}, "MAIL_FROM to the sender"),
        ({"security": "none"}, "MAIL_PASSWORD is sent in the clear"),
    ],
)
def test_settings_that_cannot_be_meant_stop_the_start(changes: dict[str, str], sentence: str) -> None:
    good = {"host": "mail.example", "sender": "a@example.jp", "user": "u", "security": "starttls"}
    with pytest.raises(ImproperlyConfigured, match=sentence):
        configured(**good | changes, is_production=True)


def test_without_a_server_mail_is_written_to_files_at_a_desk_and_off_in_production() -> None:
    desk, production = (
        configured(host="", sender="", user="", security="starttls", is_production=each) for each in (False, True)
    )
    assert (desk.is_on, desk.backend.split(".")[-2], production.is_on) == (True, "filebased", False)
    assert desk.security is Security.STARTTLS
