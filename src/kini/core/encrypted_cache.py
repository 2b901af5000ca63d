"""Django's database cache with hashed keys and encrypted values."""

import pickle
from typing import Any

from django.core.cache.backends.db import DatabaseCache

from kini.core import crypto

CONTEXT = "core.cache"


def hashed_key(key: str, key_prefix: str, version: int) -> str:
    """Hash a cache key, which may contain authorization codes and addresses."""
    return crypto.mac(f"{key_prefix}:{version}:{key}".encode(), "cache").hex()


class EncryptedDatabaseCache(DatabaseCache):
    """Database cache whose values are encrypted with the data key."""

    def _base_set(self, mode: str, key: str, value: Any, timeout: Any = None) -> Any:
        plain = pickle.dumps(value, self.pickle_protocol)
        return super()._base_set(mode, key, crypto.encrypt(plain, CONTEXT), timeout)  # type: ignore[misc]

    def get_many(self, keys: Any, version: int | None = None) -> dict[str, Any]:
        """Values by key; one that cannot be decrypted is missing."""
        values: dict[str, Any] = {}
        for key, sealed in super().get_many(keys, version).items():
            try:
                values[key] = pickle.loads(crypto.decrypt(sealed, CONTEXT))  # noqa: S301 -- authenticated by the seal
            except crypto.DecryptionError:
                continue
        return values
