"""In-memory state and rules of the fake providers: messages, opt-outs, templates, rate limit."""

import itertools
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from kini.messages import rules

WINDOW = 24 * 60 * 60.0
PER_SECOND = 20
LONGEST = 4096


class ProviderError(Exception):
    """Error response of the real provider: code and message."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class FakeMessage:
    """A message to a phone or, with `sent` false, from it."""

    id: str
    channel: str
    number: str
    text: str
    sent: bool
    back: str = ""  # target of receipts: callback URL (SMS) or opaque key (WhatsApp)


@dataclass
class FakeProviders:
    """Both providers. Numbers ending in 00 do not exist; numbers ending in 9 are not on WhatsApp."""

    templates: dict[str, int]
    per_second: int = PER_SECOND
    taken: list[FakeMessage] = field(default_factory=list)
    wrote: dict[str, float] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    photos: dict[str, bytes] = field(default_factory=dict)
    _times: list[float] = field(default_factory=list)
    _count: Any = field(default_factory=lambda: itertools.count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def sms(self, number: str, text: str, back: str) -> FakeMessage:
        """Accept a single-part SMS.

        Raises:
            ProviderError: when the real provider would reject it.
        """
        self._slow_down(20429, "Too Many Requests")
        if not number.startswith("+") or number.endswith("00"):
            raise ProviderError(21211, "Invalid 'To' Phone Number")
        if number in self.ended:
            raise ProviderError(21610, "Attempt to send to unsubscribed recipient")
        if not text:
            raise ProviderError(21602, "Message body is required")
        try:
            length = rules.count_septets(text)
        except ValueError as strange:
            raise ProviderError(21617, str(strange)) from None
        if length > rules.SMS_LENGTH:
            raise ProviderError(21617, f"The message takes {length} of 160 septets")
        return self._take("sms", number, text, back)

    def whatsapp(self, content: dict[str, Any]) -> FakeMessage:
        """Accept a WhatsApp message: free text within 24 hours, otherwise an approved template.

        Raises:
            ProviderError: when the real provider would reject it.
        """
        number = "+" + content["to"]
        self._slow_down(130429, "Rate limit hit")
        if content["type"] == "template":
            text = self._filled(content["template"])
        elif time.time() - self.wrote.get(number, 0.0) > WINDOW:
            raise ProviderError(131047, "Re-engagement message")
        else:
            text = content["text"]["body"]
        if not text or len(text) > LONGEST:
            raise ProviderError(100, "Invalid parameter")
        return self._take("whatsapp", number, text, content.get("biz_opaque_callback_data", ""))

    def _filled(self, template: dict[str, Any]) -> str:
        name, parts = template["name"], template.get("components", [])
        words = [each["text"] for part in parts for each in part["parameters"]]
        if name not in self.templates:
            raise ProviderError(132001, "Template name does not exist in the translation")
        if len(words) != self.templates[name]:
            raise ProviderError(132000, "Number of parameters does not match the expected number of params")
        if any("\n" in word or "\t" in word or "    " in word for word in words):
            raise ProviderError(132012, "Template parameter format mismatch")
        return f"[{name}] " + " | ".join(words)

    def _take(self, channel: str, number: str, text: str, back: str) -> FakeMessage:
        message = FakeMessage(
            f"{'SM' if channel == 'sms' else 'wamid.'}{next(self._count):030d}", channel, number, text, True, back
        )
        with self._lock:
            self.taken.append(message)
        return message

    def _slow_down(self, code: int, message: str) -> None:
        now = time.monotonic()
        with self._lock:
            self._times = [each for each in self._times if each > now - 1]
            if len(self._times) >= self.per_second:
                raise ProviderError(code, message)
            self._times.append(now)

    def write(self, channel: str, number: str, text: str) -> FakeMessage:
        """Create a message from a phone; STOP and START by SMS opt the number out and in."""
        if channel == "whatsapp":
            self.wrote[number] = time.time()
        elif text.strip().upper() == "STOP":
            self.ended.add(number)
        elif text.strip().upper() == "START":
            self.ended.discard(number)
        written = FakeMessage(f"in.{next(self._count):030d}", channel, number, text, False)
        with self._lock:
            self.taken.append(written)
        return written

    def on_phone(self, taken: FakeMessage) -> bool:
        """Return whether the message arrives."""
        return not (taken.channel == "whatsapp" and taken.number.endswith("9"))
