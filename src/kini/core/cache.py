"""Django's database cache with hashed keys and encrypted values, so that a dump reveals nothing."""

import pickle
from typing import Any

from django.core.cache.backends.db import DatabaseCache

from kini.core import crypto

CONTEXT = "core.cache"


def hashed_key(key: str, key_prefix: str, version: int) -> str:
    """The name of a row: authorization codes and addresses are parts of keys."""
    return crypto.mac(f"{key_prefix}:{version}:{key}".encode(), "cache").hex()


class EncryptedDatabaseCache(DatabaseCache):
    """The database cache, its values under the data key."""

    def _base_set(self, mode: str, key: str, value: Any, timeout: Any = None) -> Any:
        plain = pickle.dumps(value, self.pickle_protocol)
        return super()._base_set(mode, key, crypto.seal(plain, CONTEXT), timeout)  # type: ignore[misc]

    def get_many(self, keys: Any, version: int | None = None) -> dict[str, Any]:
        """Values by key; one that cannot be decrypted counts as missing."""
        values: dict[str, Any] = {}
        for key, sealed in super().get_many(keys, version).items():
            try:
                values[key] = pickle.loads(crypto.unseal(sealed, CONTEXT))  # noqa: S301 -- authenticated by the seal
            except crypto.SealBroken:
                continue
        return values
