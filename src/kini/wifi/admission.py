"""How people and devices are known where RADIUS decisions are made, and the question that FreeRADIUS asks.

The decision itself is the function `wifi_decide` of the database (migrations/0022_decide_at_once.py, and what 0023
changes of it).
"""

from collections.abc import Sequence

from django.db.models import Model

from kini.city import pack
from kini.core.crypto import pads, permanent_hash
from kini.wifi import rules
from kini.wifi.schema import Hours

#: Purposes of the keyed hashes by which devices and vouchers are found, and from which one-time passwords are made.
DEVICE, VOUCHER, PASS = "wifi device", "wifi voucher", "wifi pass"
#: Letters of a one-time password.
PASS_LENGTH = 24
#: What the columns of an answer of `wifi_decide` are called in RADIUS: whether a device comes in, and with what.
WHETHER = {"answer": "Auth-Type", "reason": "Reply-Message"}
GRANTED = {
    "session_seconds": "Session-Timeout",
    "idle_seconds": "Idle-Timeout",
    "down_bps": "WISPr-Bandwidth-Max-Down",
    "up_bps": "WISPr-Bandwidth-Max-Up",
}
ATTRIBUTES = WHETHER | GRANTED


def voucher_mark(typed: str) -> bytes:
    """By which a voucher is found."""
    return permanent_hash(rules.code(typed), VOUCHER)


def device_subject(mark: bytes) -> str:
    """A device in the audit trail, which never holds its MAC."""
    return f"wifi-device:{mark.hex()[:16]}"


def one_time(nonce: str) -> str:
    """The one-time password of a Pass, which is kept nowhere."""
    return permanent_hash(nonce, PASS).hex()[:PASS_LENGTH]


def written(hours: Hours | None) -> dict[str, list[str]] | None:
    """Hours as they are stored: {"monday": ["07:00-12:00"]}."""
    if hours is None:
        return None
    days = hours.model_dump(exclude_defaults=True)
    return {day: ["-".join(f"{edge:%H:%M}" for edge in span) for span in spans] for day, spans in days.items()}


def bring_rows[M: Model](model: type[M], wanted: Sequence[M]) -> int:
    """Insert or update rows until the table says what is wanted; how many that took."""
    columns = [field.attname for field in model._meta.concrete_fields]
    stored = {row[0]: row for row in model._default_manager.values_list("pk", *columns)}
    changed = [
        each for each in wanted if stored.get(each.pk) != (each.pk, *(getattr(each, column) for column in columns))
    ]
    model._default_manager.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=[field.name for field in model._meta.concrete_fields if not field.primary_key],
    )
    return len(changed)


def named(row: Sequence[object]) -> dict[str, str]:
    """The attributes of an answer by name, of a row with the columns of ATTRIBUTES."""
    return {name: str(value) for name, value in zip(ATTRIBUTES.values(), row, strict=True) if value is not None}


def decision() -> str:
    """The row that answers the seven words $1 to $7 of an Access-Request, with the keys that it needs.

    Its columns are those of ATTRIBUTES, as texts. FreeRADIUS would take NULL for 0; what is no number it leaves out.
    """
    zone = str(pack.current().timezone).replace("'", "")
    keys = ", ".join(f"decode('{pads(purpose).hex()}', 'hex')" for purpose in (DEVICE, VOUCHER, PASS))
    columns = ", ".join(f"coalesce({column}::text, 'none')" for column in ATTRIBUTES)
    return f"SELECT {columns} FROM wifi_decide($1, $2, $3, $4, $5, $6, $7, {keys}, '{zone}')"  # noqa: S608 -- our own
