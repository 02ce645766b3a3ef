"""What the mail server of tests does with mail. Runs in that server's own process, which knows no Django."""

from __future__ import annotations

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP, Envelope, Session


class PostOffice(Mailbox):
    """Keeps mail as files. Knows nobody called `unknown`, and has no time for who is called `later`."""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("unknown@"):
            return "550 5.1.1 no such user"
        if address.startswith("later@"):
            return "451 4.3.0 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"
