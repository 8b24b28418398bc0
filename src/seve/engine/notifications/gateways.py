"""Ways out. The plain one keeps messages where `/desk/outbox` shows them; SMTP sends mail; an operator adds the SMS provider's."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Protocol
from urllib.parse import unquote, urlsplit

from seve.engine.notifications.refusals import CannotSend

_TIMEOUT_SECONDS = 20.0
_PORTS = {"smtp": 587, "smtps": 465}


class Gateway(Protocol):
    """Sends one text to one address. Raises CannotSend when it was not taken."""

    async def send(self, address: str, *, subject: str, body: str) -> None:
        """Returns once it was taken."""
        ...


class Outbox:
    """Takes everything: the message is in its table, and `/desk/outbox` shows it. For demonstrations."""

    async def send(self, address: str, *, subject: str, body: str) -> None:
        """Nothing leaves."""
        del address, subject, body


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server: `smtps` is encrypted from the start, `smtp` by STARTTLS, which only loopback may do without."""

    scheme: str
    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""

    @classmethod
    def of(cls, url: str, *, sender: str) -> Smtp:
        """From `smtp://user:password@host:port`. Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname or not sender:
            raise ValueError("SEVE_SMTP_URL is smtp://… or smtps://…, and SEVE_MAIL_FROM the sender's address")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme], sender, user, password)

    async def send(self, address: str, *, subject: str, body: str) -> None:
        """Raises CannotSend."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, address, subject
        message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=self.sender.rpartition("@")[2])
        message.set_content(body)
        try:
            await asyncio.to_thread(self._deliver, message)
        except (OSError, smtplib.SMTPException) as error:
            raise CannotSend(reason=type(error).__name__) from error

    def _deliver(self, message: EmailMessage) -> None:
        context = ssl.create_default_context()
        if self.scheme == "smtps":
            client: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=_TIMEOUT_SECONDS, context=context)
        else:
            client = smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT_SECONDS)
        with client:
            if self.scheme == "smtp" and self.host not in ("127.0.0.1", "::1", "localhost"):
                client.starttls(context=context)
            if self.user:
                client.login(self.user, self.password)
            client.send_message(message)
