"""Encrypted columns: stored bytes, lookups, and the migration of a plain column."""

import os
from base64 import b64encode
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState
from django.test import override_settings

from kini.core.crypto import DecryptionError, decrypt, encrypt_deterministic
from kini.core.database.encrypt_column import EncryptColumn
from kini.core.database.encryption import EncryptedJSONField, EncryptedLookupField, EncryptedTextField
from kini.core.encrypted_cache import EncryptedDatabaseCache
from kini.core.models import OutboxMessage
from tests.environment import replace

pytestmark = pytest.mark.django_db


def stored(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT string_agg(encode(each::text::bytea, 'escape'), ' ') FROM \"{table}\" AS each")  # noqa: S608
        return str(cursor.fetchone()[0])


def send(**values: str) -> OutboxMessage:
    return OutboxMessage.objects.create(**{"channel": "sms", "recipient": "+62811", "text": "Code 123456"} | values)


def with_new_key(settings: Any) -> None:
    """Put a second key first in the ring."""
    key = b64encode(os.urandom(32)).decode()
    settings.ENV = replace(settings.ENV, data_keys=f"newer:{key},{settings.ENV.data_keys}")


def test_nothing_of_a_message_is_readable_in_the_table() -> None:
    send(subject="A secret")
    text = stored("core_outboxmessage")
    for word in ("123456", "+62811", "secret"):
        assert word not in text
        assert word.encode().hex() not in text


def test_a_row_reads_as_it_was_written() -> None:
    message = OutboxMessage.objects.get(pk=send(subject="").pk)
    assert (message.recipient, message.subject, message.text) == ("+62811", "", "Code 123456")
    assert OutboxMessage.objects.filter(subject="").count() == 1


def test_equal_values_are_found_whichever_key_sealed_them(settings: Any) -> None:
    old = send()
    with_new_key(settings)
    new = send()
    assert set(OutboxMessage.objects.filter(recipient="+62811")) == {old, new}
    assert set(OutboxMessage.objects.filter(recipient__in=["+62811", "+62812"])) == {old, new}
    assert not OutboxMessage.objects.filter(recipient="+62812").exists()
    assert not OutboxMessage.objects.filter(recipient=None).exists()


def test_what_cannot_be_searched_says_so() -> None:
    with pytest.raises(FieldError, match="encrypted"):
        OutboxMessage.objects.filter(text__contains="Code")
    with pytest.raises(FieldError, match="empty text"):
        OutboxMessage.objects.filter(text="Code")


def test_deterministic_values_are_bound_to_their_column() -> None:
    sealed = encrypt_deterministic(b"+62811", "one")
    assert sealed == encrypt_deterministic(b"+62811", "one")
    assert sealed != encrypt_deterministic(b"+62811", "other")
    assert decrypt(sealed, "one") == b"+62811"
    with pytest.raises(DecryptionError):
        decrypt(sealed, "other")


def test_the_cache_says_nothing() -> None:
    with override_settings(CACHES={"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}):
        cache = EncryptedDatabaseCache(
            "core_cacheentry", {"KEY_FUNCTION": "kini.core.encrypted_cache.hashed_key", "OPTIONS": {"MAX_ENTRIES": 10}}
        )
    cache.set("code:4711-abc", {"user": "sri@mail.example"})
    assert cache.get("code:4711-abc") == {"user": "sri@mail.example"}
    assert cache.add("code:4711-abc", 1) is False
    assert cache.incr("hits") if cache.add("hits", 1) else None
    assert cache.get("hits") == 2
    text = stored("core_cacheentry")
    assert "4711-abc" not in text
    assert b64encode(b"sri@mail.example").decode()[:12] not in text


FIELDS: dict[str, EncryptedTextField] = {
    "number": EncryptedLookupField(context="test.number", unique=True),
    "words": EncryptedTextField(context="test.words"),
    "data": EncryptedJSONField(context="test.data", null=True),
}


def test_a_plain_column_becomes_an_encrypted_one_and_back() -> None:
    create = migrations.CreateModel(
        "Plain",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("number", models.CharField(max_length=20, unique=True)),
            ("words", models.TextField()),
            ("data", models.JSONField(null=True)),
        ],
    )
    states = [ProjectState()]
    operations = [create, *(EncryptColumn("Plain", name, field) for name, field in FIELDS.items())]
    for operation in operations:
        states.append(states[-1].clone())
        operation.state_forwards("core", states[-1])
    with connection.schema_editor() as editor:
        create.database_forwards("core", editor, states[0], states[1])
    with connection.schema_editor() as editor:
        rows = states[1].apps.get_model("core", "Plain").objects
        rows.create(number="+62811", words="", data=None)
        rows.create(number="+62812", words="Ibu Sri", data={"name": "Sri"})
        for place, operation in enumerate(operations[1:], 1):
            operation.database_forwards("core", editor, states[place], states[place + 1])
        sealed = states[-1].apps.get_model("core", "Plain").objects
        assert list(sealed.order_by("id").values_list("words", "data")) == [("", None), ("Ibu Sri", {"name": "Sri"})]
        assert sealed.get(number="+62812").words == "Ibu Sri"
        assert "Sri" not in stored("core_plain")
        for place, operation in reversed(list(enumerate(operations[1:], 1))):
            operation.database_backwards("core", editor, states[place + 1], states[place])
        assert rows.get(number="+62812").data == {"name": "Sri"}
