"""Reasons why a certificate is refused, and the limits that keep reading one harmless. Pure."""

import zlib
from enum import StrEnum

#: Characters of the largest QR code (version 40, alphanumeric).
LONGEST_CODE = 4_296
#: Bytes that a certificate may have after decompression.
LONGEST_CONTENT = 100_000


class Reason(StrEnum):
    """Why a certificate is refused; `verdict_sentences.py` has the words, scripts use the same values."""

    NOT_READABLE = "not-readable"
    TOO_LONG = "too-long"
    MALFORMED = "malformed"
    NOT_TRUSTED = "not-trusted"
    WRONG_KEY_USAGE = "wrong-key-usage"
    REVOKED = "revoked"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    AGAINST_RULES = "against-rules"


class Refused(Exception):
    """A certificate that is not accepted. `detail` is for operators; it has no personal data."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail


def inflate(data: bytes, *, raw: bool = False) -> bytes:
    """Decompress a zlib stream, or a raw DEFLATE stream, up to LONGEST_CONTENT.

    Raises:
        Refused: NOT_READABLE for a broken, cut or continued stream; TOO_LONG past the limit.
    """
    inflater = zlib.decompressobj(-zlib.MAX_WBITS if raw else zlib.MAX_WBITS)
    try:
        content = inflater.decompress(data, LONGEST_CONTENT)
    except zlib.error as error:
        raise Refused(Reason.NOT_READABLE, f"compression: {error}") from None
    if not inflater.eof:
        cut = not inflater.unconsumed_tail and len(content) < LONGEST_CONTENT
        raise Refused(Reason.NOT_READABLE if cut else Reason.TOO_LONG, "compression: no end of the stream")
    if inflater.unused_data:
        raise Refused(Reason.NOT_READABLE, "compression: bytes after the end of the stream")
    return content
