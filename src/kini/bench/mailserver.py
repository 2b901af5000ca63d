"""A mail server on loopback that speaks as much SMTP as a client needs, and refuses when it is told to."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread


class MailServer(socketserver.ThreadingTCPServer):
    """Keeps what it took in `taken`; takes nothing while `full`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.taken: list[EmailMessage] = []
        self.full = False

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}?tls=no"


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        with suppress(ConnectionError):  # who speaks to it may be killed in the middle of a word
            self.converse()

    def converse(self) -> None:
        self.say("220 ready")
        for line in iter(self.rfile.readline, b""):
            word = line[:4].upper()
            if word == b"DATA":
                self.say("354 go on")
                message = self.message()
                if message is None:
                    return
                self.server.taken.append(message)
                self.say("250 taken")
            elif word == b"RCPT" and self.server.full:
                self.say("452 mailbox full")
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 good")

    def message(self) -> EmailMessage | None:
        """What comes until a line with a dot alone; None where the client falls before that."""
        lines: list[bytes] = []
        for line in iter(self.rfile.readline, b""):
            if line == b".\r\n":
                return message_from_bytes(b"".join(lines), policy=policy.default)
            lines.append(line)
        return None

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
