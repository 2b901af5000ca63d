"""What the pretended providers know: who was sent what, who wrote when, and which rules they hold to. In memory."""

import itertools
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from kini.messages import rules

WINDOW = 24 * 60 * 60.0
PER_SECOND = 20
LONGEST = 4096


class Refusal(Exception):
    """A rule was broken: the code and the words with which the real provider says so."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class Taken:
    """A message on its way to a phone, or (`sent` false) one that somebody wrote."""

    id: str
    channel: str
    number: str
    text: str
    sent: bool
    back: str = ""  # whom receipts are told: an address (SMS) or the caller's own word (WhatsApp)


@dataclass
class Carriers:
    """Both providers. A number that ends in 00 does not exist; one that ends in 9 is not on WhatsApp."""

    templates: dict[str, int]
    per_second: int = PER_SECOND
    taken: list[Taken] = field(default_factory=list)
    wrote: dict[str, float] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    photos: dict[str, bytes] = field(default_factory=dict)
    _times: list[float] = field(default_factory=list)
    _count: Any = field(default_factory=lambda: itertools.count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def sms(self, number: str, text: str, back: str) -> Taken:
        """Take an SMS of one part.

        Raises:
            Refusal: as the provider would.
        """
        self._slow_down(20429, "Too Many Requests")
        if not number.startswith("+") or number.endswith("00"):
            raise Refusal(21211, "Invalid 'To' Phone Number")
        if number in self.ended:
            raise Refusal(21610, "Attempt to send to unsubscribed recipient")
        if not text:
            raise Refusal(21602, "Message body is required")
        try:
            length = rules.septets(text)
        except ValueError as strange:
            raise Refusal(21617, str(strange)) from None
        if length > rules.SMS_LENGTH:
            raise Refusal(21617, f"The message takes {length} of 160 septets")
        return self._take("sms", number, text, back)

    def whatsapp(self, content: dict[str, Any]) -> Taken:
        """Take a message on WhatsApp: plain words within a day after the person wrote, else an approved template.

        Raises:
            Refusal: as the provider would.
        """
        number = "+" + content["to"]
        self._slow_down(130429, "Rate limit hit")
        if content["type"] == "template":
            text = self._filled(content["template"])
        elif time.time() - self.wrote.get(number, 0.0) > WINDOW:
            raise Refusal(131047, "Re-engagement message")
        else:
            text = content["text"]["body"]
        if not text or len(text) > LONGEST:
            raise Refusal(100, "Invalid parameter")
        return self._take("whatsapp", number, text, content.get("biz_opaque_callback_data", ""))

    def _filled(self, template: dict[str, Any]) -> str:
        name, parts = template["name"], template.get("components", [])
        words = [each["text"] for part in parts for each in part["parameters"]]
        if name not in self.templates:
            raise Refusal(132001, "Template name does not exist in the translation")
        if len(words) != self.templates[name]:
            raise Refusal(132000, "Number of parameters does not match the expected number of params")
        if any("\n" in word or "\t" in word or "    " in word for word in words):
            raise Refusal(132012, "Template parameter format mismatch")
        return f"[{name}] " + " | ".join(words)

    def _take(self, channel: str, number: str, text: str, back: str) -> Taken:
        taken = Taken(
            f"{'SM' if channel == 'sms' else 'wamid.'}{next(self._count):030d}", channel, number, text, True, back
        )
        with self._lock:
            self.taken.append(taken)
        return taken

    def _slow_down(self, code: int, message: str) -> None:
        now = time.monotonic()
        with self._lock:
            self._times = [each for each in self._times if each > now - 1]
            if len(self._times) >= self.per_second:
                raise Refusal(code, message)
            self._times.append(now)

    def write(self, channel: str, number: str, text: str) -> Taken:
        """Somebody writes to the city; STOP by SMS ends what comes to that number, START begins it again."""
        if channel == "whatsapp":
            self.wrote[number] = time.time()
        elif text.strip().upper() == "STOP":
            self.ended.add(number)
        elif text.strip().upper() == "START":
            self.ended.discard(number)
        written = Taken(f"in.{next(self._count):030d}", channel, number, text, False)
        with self._lock:
            self.taken.append(written)
        return written

    def on_phone(self, taken: Taken) -> bool:
        """Whether it arrives."""
        return not (taken.channel == "whatsapp" and taken.number.endswith("9"))
