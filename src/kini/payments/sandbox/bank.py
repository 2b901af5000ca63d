"""Orders, payments and refunds of the sandbox, in a file that survives restarts."""

import sqlite3
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kini.payments import emvco

SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    reference TEXT PRIMARY KEY, own TEXT NOT NULL UNIQUE, method TEXT NOT NULL, amount INTEGER NOT NULL,
    title TEXT NOT NULL, code TEXT NOT NULL, until TEXT NOT NULL, paid INTEGER, paid_at TEXT
);
CREATE TABLE IF NOT EXISTS refunds (
    key TEXT PRIMARY KEY, own TEXT NOT NULL, reference TEXT NOT NULL, amount INTEGER NOT NULL
);
"""


@dataclass(frozen=True, slots=True)
class Order:
    reference: str
    own: str
    method: str
    amount: int
    title: str
    code: str
    until: str
    paid: int | None
    paid_at: str | None


class Bank:
    """Orders by the caller's reference; a repeated request returns the same code."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._rows = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._rows.executescript(SCHEMA)

    def close(self) -> None:
        self._rows.close()

    def _one(self, query: str, *values: Any) -> Any:
        with self._lock:
            return self._rows.execute(query, values).fetchone()

    def order(self, reference: str) -> Order | None:
        row = self._one(
            "SELECT * FROM orders WHERE reference = ? OR own = ? OR code = ?", reference, reference, reference
        )
        return Order(*row) if row else None

    def orders(self) -> list[Order]:
        """Unpaid orders, newest first."""
        with self._lock:
            rows = self._rows.execute("SELECT * FROM orders WHERE paid IS NULL ORDER BY rowid DESC LIMIT 50").fetchall()
        return [Order(*row) for row in rows]

    def create(self, reference: str, method: str, amount: int, title: str, code: str, until: str) -> Order:
        own = uuid.uuid4().hex[:20]
        code = code or qr(own, amount, title)
        self._one(
            "INSERT OR IGNORE INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
            *(reference, own, method, amount, title, code, until),
        )
        order = self.order(reference)
        assert order is not None
        return order

    def pay(self, order: Order, amount: int, at: str) -> Order:
        """Record a payment, once."""
        self._one(
            "UPDATE orders SET paid = ?, paid_at = ? WHERE reference = ? AND paid IS NULL", amount, at, order.reference
        )
        return self.order(order.reference) or order

    def refund(self, order: Order, key: str, amount: int) -> str:
        """Record a refund, once per key; returns its reference."""
        self._one(
            "INSERT OR IGNORE INTO refunds VALUES (?, ?, ?, ?)", key, uuid.uuid4().hex[:20], order.reference, amount
        )
        return str(self._one("SELECT own FROM refunds WHERE key = ?", key)[0])

    def returned(self) -> int:
        """Sum of all refunds."""
        return int(self._one("SELECT coalesce(sum(amount), 0) FROM refunds")[0])


def qr(own: str, amount: int, title: str) -> str:
    """Payload of a dynamic QRIS code: government services (9399), rupiah (360), our number as bill number."""
    merchant = {"00": "ID.CO.QRIS.WWW", "01": "936009110000000001", "02": "SANDBOX00000001", "03": "UBE"}
    name = "".join(c for c in title if c.isascii())[:25] or "KINI"
    return emvco.encode_payload(
        {
            **{"00": "01", "01": "12", "26": merchant, "52": "9399", "53": "360", "54": str(amount)},
            **{"58": "ID", "59": name, "60": "SANDBOX", "61": "00000", "62": {emvco.BILL_NUMBER: own}},
        }
    )
