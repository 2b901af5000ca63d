"""Model fields that are encrypted at rest. Code reads and writes plain values; a dump shows bytes.

Each column has its own context, so that a value cannot be moved to another column. A value is not bound to its row:
where that matters, the table is chained (timelines) or its code binds the value (`crypto.encrypt`).
"""

import base64
import json
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import Exact, In

from kini.core import crypto

if TYPE_CHECKING:
    _Field = models.Field[Any, Any]
else:
    _Field = models.Field


_SEALED = "sealed"


class EncryptedTextField(_Field):
    """Text under AES-256-GCM. An empty text is stored as it is, so that rows without a text can be found.

    Args:
        context: "room.table.column"; authenticated, so it must not change when something is renamed.
        rotates: False in tables whose stored bytes are chained; their key must stay in the ring.
    """

    empty_strings_allowed = True

    def __init__(self, *args: Any, context: str = "", rotates: bool = True, **options: Any) -> None:
        self.context, self.rotates = context, rotates
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, options | {"context": self.context} | ({} if self.rotates else {"rotates": False})

    def get_internal_type(self) -> str:
        return "BinaryField"

    def get_prep_value(self, value: Any) -> Any:
        """Bytes for the database; bytes are encrypted already."""
        if value is None or isinstance(value, bytes):
            return value
        return self.encrypt(value) if value != "" else b""

    def from_db_value(self, value: bytes | None, expression: Any, connection: Any) -> Any:
        """Decrypt the value."""
        return self.read(value)

    def read(self, value: bytes | memoryview | None) -> Any:
        """Decrypt a stored value."""
        if value is None:
            return None
        return self.decode(crypto.decrypt(value, self.context)) if value else ""

    def encrypt(self, value: Any) -> bytes:
        """Encrypt a value that is not empty."""
        return crypto.encrypt(self.encode(value), self.context)

    def rotated(self, stored: bytes | None) -> bytes | None:
        """Return the stored value encrypted again with the first key of the ring."""
        return self.encrypt(self.read(stored)) if stored and crypto.needs_rotation(stored) else stored

    def encode(self, value: Any) -> bytes:
        return str(value).encode()

    def decode(self, plain: bytes) -> Any:
        return plain.decode()

    def get_lookup(self, lookup_name: str) -> Any:
        """Allow only the lookups that work on encrypted values."""
        if lookup_name not in ("isnull", "exact"):
            raise FieldError(f"{self.name} is encrypted: it cannot be searched by {lookup_name}.")
        return super().get_lookup(lookup_name)


class BlankOnly(Exact):
    """Equality with the empty text, the only value that is not encrypted."""

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


class EncryptedKeysJSONField(models.JSONField):
    """JSON object with encrypted values under some keys; the database still knows the keys.

    Args:
        context: as of `EncryptedTextField`.
        keys: keys of encrypted values.
    """

    rotates = True

    def __init__(self, *args: Any, context: str = "", keys: Iterable[str] = (), **options: Any) -> None:
        self.context, self.keys = context, tuple(keys)
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, options | {"context": self.context, "keys": self.keys}

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return super().get_db_prep_value(self.sealed(value), connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return self.unsealed(super().from_db_value(value, expression, connection))

    def sealed(self, value: Any) -> Any:
        """Encrypt the object for storage."""
        if not isinstance(value, dict) or not value.keys() & set(self.keys):
            return value
        return {key: self._seal(item) if key in self.keys else item for key, item in value.items()}

    def unsealed(self, value: Any) -> Any:
        """Decrypt a stored object."""
        if not isinstance(value, dict) or not value.keys() & set(self.keys):
            return value
        return {key: self._unseal(item) if key in self.keys else item for key, item in value.items()}

    def rotated(self, stored: Any) -> Any:
        """Return the stored value, as text, encrypted again with the first key of the ring."""
        value = json.loads(stored)
        old = [value[key] for key in self.keys if key in value]
        if any(self._is_sealed(each) and crypto.needs_rotation(base64.b64decode(each[_SEALED])) for each in old):
            return json.dumps(self.sealed(self.unsealed(value)))
        return stored

    def _seal(self, value: Any) -> dict[str, str]:
        return {_SEALED: base64.b64encode(crypto.encrypt_json(value, self.context)).decode()}

    def _unseal(self, value: Any) -> Any:
        return crypto.decrypt_json(base64.b64decode(value[_SEALED]), self.context) if self._is_sealed(value) else value

    @staticmethod
    def _is_sealed(value: Any) -> bool:
        return isinstance(value, dict) and value.keys() == {_SEALED}


class EncryptedDateField(EncryptedTextField):
    """Date under AES-256-GCM."""

    empty_strings_allowed = False

    def encode(self, value: Any) -> bytes:
        return (value if isinstance(value, str) else value.isoformat()).encode()

    def decode(self, plain: bytes) -> Any:
        return date.fromisoformat(plain.decode())


class EncryptedLookupField(EncryptedTextField):
    """Short text under AES-SIV: equal values give equal bytes, so that it can be unique and looked up.

    Args:
        fold: store lower case, for case-insensitive equality.
    """

    def __init__(self, *args: Any, fold: bool = False, **options: Any) -> None:
        self.fold = fold
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, options | ({"fold": True} if self.fold else {})

    def encode(self, value: Any) -> bytes:
        return super().encode(str(value).lower() if self.fold else value)

    def encrypt(self, value: Any) -> bytes:
        return crypto.encrypt_deterministic(self.encode(value), self.context)

    def forms(self, value: Any) -> list[bytes]:
        """Possible stored forms of a value: one for each key of the ring."""
        if isinstance(value, bytes) or value == "":
            return [self.get_prep_value(value)]
        return crypto.candidate_ciphertexts(self.encode(value), self.context)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "exact" or (lookup_name == "iexact" and self.fold):
            return EqualForm
        return AnyForm if lookup_name == "in" else super().get_lookup(lookup_name)


class AnyForm(In):
    """Equality with any of some values, stored under any key of the ring."""

    plain: Any = In

    def __new__(cls, lhs: Any = None, rhs: Any = None) -> Any:
        """Compare stored bytes when the right-hand side is a column or query, of the same context.

        Without arguments it is being copied into a subquery.
        """
        return cls.plain(lhs, rhs) if hasattr(rhs, "resolve_expression") else super().__new__(cls)

    def __init__(self, lhs: Any, rhs: Any) -> None:
        super().__init__(lhs, [] if rhs is None else list(_forms(lhs.output_field, rhs)))
        if rhs is None:
            self.rhs = None  # Django turns it into IS NULL


class EqualForm(AnyForm):
    """Equality with one value."""

    plain = Exact


def _forms(field: EncryptedLookupField, value: Any) -> Iterable[bytes]:
    for each in [value] if isinstance(value, str | bytes) else value:
        yield from field.forms(each)


def encrypted_fields(model: type[models.Model]) -> list[EncryptedTextField | EncryptedKeysJSONField]:
    """Encrypted fields of a model."""
    encrypted_types = EncryptedTextField | EncryptedKeysJSONField
    return [field for field in model._meta.concrete_fields if isinstance(field, encrypted_types)]
