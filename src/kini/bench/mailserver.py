"""Minimal SMTP server on loopback that can refuse messages."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread


class MailServer(socketserver.ThreadingTCPServer):
    """Stores received messages in `taken`; refuses all while `full`."""

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
        with suppress(ConnectionError):  # clients may be killed mid-command
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
        """Read a message up to the final dot; None if the client disconnects before."""
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
