"""QR codes of merchants as EMVCo specifies them (merchant-presented mode, 1.1).

A payload is a sequence of fields: two digits of id, two digits of length in characters, the value. Fields 26 to 51 and
62 are nested. The last field, 63, is a checksum over everything before it.
"""

import binascii
from collections.abc import Mapping

CHECKSUM = "6304"
AMOUNT, CURRENCY, EXTRA = "54", "53", "62"
BILL_NUMBER = "01"  # within EXTRA
NESTED = frozenset({*map(str, range(26, 52)), EXTRA})

type PayloadFields = Mapping[str, "str | PayloadFields"]


class InvalidPayload(ValueError):
    """Not a merchant QR payload, or corrupted."""


def encode_payload(fields: PayloadFields) -> str:
    """Encode fields in the order of their ids, with the checksum."""
    body = _row(fields) + CHECKSUM
    return body + _checksum(body)


def decode_payload(payload: str) -> dict[str, "str | dict[str, str]"]:
    """Decode a payload into its fields, nested ones as dicts, without the checksum.

    Raises:
        InvalidPayload: if checksum or structure are wrong.
    """
    body, checksum = payload[:-4], payload[-4:]
    if not body.endswith(CHECKSUM) or _checksum(body) != checksum.upper():
        raise InvalidPayload("The checksum of this payload is wrong.")
    return {key: _fields(value) if key in NESTED else value for key, value in _fields(body[:-4]).items()}


def _row(fields: PayloadFields) -> str:
    row = ""
    for key in sorted(fields):
        value = fields[key]
        text = value if isinstance(value, str) else _row(value)
        if not 0 < len(text) < 100:
            raise InvalidPayload(f"Field {key} has {len(text)} characters; 1 to 99 fit.")
        row += f"{key}{len(text):02d}{text}"
    return row


def _fields(row: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    while row:
        key, length = row[:2], row[2:4]
        if not (key + length).isdigit() or len(key + length) < 4 or len(row) < 4 + int(length):
            raise InvalidPayload("A field of this payload is cut off.")
        fields[key], row = row[4 : 4 + int(length)], row[4 + int(length) :]
    return fields


def _checksum(body: str) -> str:
    """CRC-16 with polynomial 0x1021 and initial value 0xFFFF, four hexadecimal digits."""
    return f"{binascii.crc_hqx(body.encode(), 0xFFFF):04X}"
