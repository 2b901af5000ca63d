"""Keyed hashes of devices and vouchers, and the query that FreeRADIUS sends for each Access-Request.

The database function `wifi_decide` decides (migrations/0022_decide_at_once.py, changed by 0023).
"""

from collections.abc import Sequence

from kini.city.public import pack
from kini.core.actors import ActionRefused
from kini.core.crypto import hmac_pads, permanent_hash
from kini.wifi import rules

#: Purposes of the keyed hashes of devices, vouchers and one-time passwords.
DEVICE, VOUCHER, PASS = "wifi device", "wifi voucher", "wifi pass"
#: Letters of a one-time password.
PASS_LENGTH = 24
#: RADIUS attributes by the columns of `wifi_decide`: the verdict, and the limits that are granted.
VERDICT = {"answer": "Auth-Type", "reason": "Reply-Message"}
GRANTED = {
    "session_seconds": "Session-Timeout",
    "idle_seconds": "Idle-Timeout",
    "down_bps": "WISPr-Bandwidth-Max-Down",
    "up_bps": "WISPr-Bandwidth-Max-Up",
}
ATTRIBUTES = VERDICT | GRANTED


def voucher_hash(typed: str) -> bytes:
    """Return the keyed hash under which a voucher is stored."""
    return permanent_hash(rules.normalize_code(typed), VOUCHER)


def audit_subject(mark: bytes) -> str:
    """Return the audit subject of a device, which never contains its MAC."""
    return f"wifi-device:{mark.hex()[:16]}"


def one_time_password(nonce: str) -> str:
    """Derive the one-time password of a Pass; it is stored nowhere."""
    return permanent_hash(nonce, PASS).hex()[:PASS_LENGTH]


def reply_attributes(row: Sequence[object]) -> dict[str, str]:
    """Return the RADIUS attributes of a row with the columns of ATTRIBUTES."""
    return {name: str(value) for name, value in zip(ATTRIBUTES.values(), row, strict=True) if value is not None}


def decision_sql() -> str:
    """Return the SQL that decides an Access-Request from its seven values $1 to $7, keys included.

    All columns of ATTRIBUTES are texts: FreeRADIUS would read NULL as 0, and ignores what is not a number.
    """
    zone = str(pack.current().timezone).replace("'", "")
    keys = ", ".join(f"decode('{hmac_pads(purpose).hex()}', 'hex')" for purpose in (DEVICE, VOUCHER, PASS))
    columns = ", ".join(f"coalesce({column}::text, 'none')" for column in ATTRIBUTES)
    return f"SELECT {columns} FROM wifi_decide($1, $2, $3, $4, $5, $6, $7, {keys}, '{zone}')"  # noqa: S608 -- our own


def device_hash(mac: str) -> bytes:
    """Return the keyed hash of a device.

    Raises:
        ActionRefused: if `mac` is not a MAC address.
    """
    try:
        return permanent_hash(rules.normalize_mac(mac), DEVICE)
    except ValueError as fault:
        raise ActionRefused(str(fault)) from None
