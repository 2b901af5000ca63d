"""Columns that are encrypted at rest. Code reads and writes plain values; a dump shows bytes.

Each column has a context of its own, so that a value cannot be moved to another column. A value is not bound to its
row: where moving it to another row would matter, the table is chained (timelines) or binds it itself (`crypto.seal`).
"""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import Exact, In

from kini.core import crypto

if TYPE_CHECKING:
    _Field = models.Field[Any, Any]
else:
    _Field = models.Field


class EncryptedTextField(_Field):
    """Text under AES-256-GCM. An empty text stays empty, so that rows without one are found; nothing else is.

    Args:
        context: "room.table.column"; part of what is authenticated, so it stays the same when something is renamed.
    """

    empty_strings_allowed = True

    def __init__(self, *args: Any, context: str = "", **options: Any) -> None:
        self.context = context
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, options | {"context": self.context}

    def get_internal_type(self) -> str:
        return "BinaryField"

    def get_prep_value(self, value: Any) -> Any:
        """Bytes for the database; bytes are taken to be encrypted already."""
        if value is None or isinstance(value, bytes):
            return value
        return self.encrypt(value) if value != "" else b""

    def from_db_value(self, value: bytes | None, expression: Any, connection: Any) -> Any:
        """The plain value."""
        return self.read(value)

    def read(self, value: bytes | memoryview | None) -> Any:
        """The plain value of what stands in the column."""
        if value is None:
            return None
        return self.decode(crypto.unseal(value, self.context)) if value else ""

    def encrypt(self, value: Any) -> bytes:
        """A value that is not empty, as it is stored."""
        return crypto.seal(self.encode(value), self.context)

    def encode(self, value: Any) -> bytes:
        return str(value).encode()

    def decode(self, plain: bytes) -> Any:
        return plain.decode()

    def get_lookup(self, lookup_name: str) -> Any:
        """Only lookups that can hold: what is encrypted cannot be compared."""
        if lookup_name not in ("isnull", "exact"):
            raise FieldError(f"{self.name} is encrypted: it cannot be searched by {lookup_name}.")
        return super().get_lookup(lookup_name)


class BlankOnly(Exact):
    """Equality with the empty text, the only value that is stored as it is."""

    def get_prep_lookup(self) -> Any:
        if self.rhs != "":
            raise FieldError("An encrypted column can only be compared with the empty text.")
        return b""


EncryptedTextField.register_lookup(BlankOnly, "exact")


class EncryptedJSONField(EncryptedTextField):
    """A JSON value under AES-256-GCM."""

    empty_strings_allowed = False

    def encode(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def decode(self, plain: bytes) -> Any:
        return json.loads(plain)


class EncryptedLookupField(EncryptedTextField):
    """Short text under AES-SIV: equal values are equal bytes, so that it can be unique and be looked up."""

    def encrypt(self, value: Any) -> bytes:
        return crypto.seal_deterministic(self.encode(value), self.context)

    def forms(self, value: Any) -> list[bytes]:
        """A value as it may be stored: under each key of the ring."""
        if isinstance(value, bytes) or value == "":
            return [self.get_prep_value(value)]
        return crypto.deterministic_forms(self.encode(value), self.context)

    def get_lookup(self, lookup_name: str) -> Any:
        return AnyForm if lookup_name in ("exact", "in") else super().get_lookup(lookup_name)


class AnyForm(In):
    """Equality with one of some values, under whichever key of the ring each was stored."""

    def __init__(self, lhs: Any, rhs: Any) -> None:
        super().__init__(lhs, [] if rhs is None else list(_forms(lhs.output_field, rhs)))
        if rhs is None:
            self.rhs = None  # Django turns it into IS NULL


def _forms(field: EncryptedLookupField, value: Any) -> Iterable[bytes]:
    for each in [value] if isinstance(value, str | bytes) else value:
        yield from field.forms(each)


def encrypted_fields(model: type[models.Model]) -> list[EncryptedTextField]:
    """The encrypted columns of a table."""
    return [field for field in model._meta.concrete_fields if isinstance(field, EncryptedTextField)]
