"""Encryption: only the right key, the right context and unchanged bytes give the value back."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from kini.core import crypto
from kini.messages import web_push
from kini.people import encrypted_fields
from kini.wifi.radius import authorization, database_role
from tests.environment import replace

OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()


def use_keys(settings: Settings, ring: str) -> None:
    settings.ENV = replace(settings.ENV, data_keys=ring)


@given(st.binary(max_size=300), st.text(max_size=60))
def test_what_is_sealed_is_read_again(plain: bytes, context: str) -> None:
    sealed = crypto.encrypt(plain, context)
    assert crypto.decrypt(sealed, context) == plain
    assert crypto.decrypt(memoryview(sealed), context) == plain
    assert crypto.encrypt(plain, context) != sealed


@given(st.binary(min_size=4), st.text(max_size=20), st.text(max_size=20))
def test_another_record_cannot_read_it(plain: bytes, context: str, other: str) -> None:
    if context != other:
        with pytest.raises(crypto.DecryptionError):
            crypto.decrypt(crypto.encrypt(plain, context), other)


@given(st.data())
def test_one_changed_byte_is_noticed(data: st.DataObject) -> None:
    sealed = bytearray(crypto.encrypt(b"3174096112900001", "resident:1"))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt(bytes(sealed), "resident:1")


@given(st.binary(max_size=80))
def test_noise_is_not_a_sealed_value(noise: bytes) -> None:
    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt(noise, "resident:1")


def test_keys_rotate(settings: Settings) -> None:
    use_keys(settings, OLD)
    sealed = crypto.encrypt(b"3174", "resident:1")
    assert not crypto.needs_rotation(sealed)
    use_keys(settings, f"{NEW},{OLD}")
    assert crypto.decrypt(sealed, "resident:1") == b"3174"
    assert crypto.needs_rotation(sealed)
    fresh = crypto.encrypt(b"3174", "resident:1")
    use_keys(settings, NEW)
    assert crypto.decrypt(fresh, "resident:1") == b"3174"
    with pytest.raises(crypto.DecryptionError, match='"old" is not in KINI_DATA_KEYS'):
        crypto.decrypt(sealed, "resident:1")


def test_json_values_are_sealed_whole() -> None:
    value = {"nik": "3174", "names": ["Sítí", None], "n": 3}
    assert crypto.decrypt_json(crypto.encrypt_json(value, "draft:1"), "draft:1") == value


@given(st.text(), st.text())
def test_hashes_find_the_same_value_and_no_other(one: str, other: str) -> None:
    same = crypto.keyed_hash(one, "phone") == crypto.keyed_hash(other, "phone")
    assert same == (one == other)
    assert len(crypto.keyed_hash(one, "phone")) == 32


def test_purposes_cannot_be_compared(settings: Settings) -> None:
    assert crypto.keyed_hash("3174", "phone") != crypto.keyed_hash("3174", "national id")
    assert crypto.mac(b"3174", "timeline") != crypto.mac(b"3174", "receipt")
    before = crypto.mac(b"3174", "timeline")
    settings.ENV = replace(settings.ENV, hash_key=base64.b64encode(b"h" * 32).decode())
    assert crypto.mac(b"3174", "timeline") != before


def use_hash_keys(settings: Settings, *names: str) -> None:
    """A key ring; each key repeats the first letter of its name."""
    ring = ",".join(f"{name}:{base64.b64encode(name[:1].encode() * 32).decode()}" for name in names)
    settings.ENV = replace(settings.ENV, hash_key=ring)


def test_hash_keys_are_replaced_and_old_hashes_still_found(settings: Settings) -> None:
    """Low 14: hashes of an old key match for as long as it stays in the ring."""
    settings.ENV = replace(settings.ENV, hash_key=base64.b64encode(b"o" * 32).decode())
    hashed, mac, permanent = _made()
    pads = crypto.hmac_pads("wifi device")
    use_hash_keys(settings, "new", "old")
    assert crypto.keyed_hash("3174", "phone") != hashed
    assert crypto.candidate_hashes("3174", "phone") == [crypto.keyed_hash("3174", "phone"), hashed]
    assert crypto.matches_hash(hashed, "3174", "phone")
    assert not crypto.matches_hash(hashed, "3175", "phone")
    assert not crypto.matches_hash(hashed, "3174", "national id")
    assert not crypto.matches_hash(None, "3174", "phone")
    assert crypto.matches_mac(mac, b"3174", "timeline")
    assert (crypto.permanent_hash("3174", "phone"), crypto.hmac_pads("wifi device")) == (permanent, pads)
    use_hash_keys(settings, "new")
    assert not crypto.matches_hash(hashed, "3174", "phone")
    assert not crypto.matches_mac(mac, b"3174", "timeline")


def _made() -> tuple[bytes, bytes, bytes]:
    return (
        crypto.keyed_hash("3174", "phone"),
        crypto.mac(b"3174", "timeline"),
        crypto.permanent_hash("3174", "phone"),
    )


def test_what_others_keep_outlives_a_new_hash_key(settings: Settings) -> None:
    """Low 14: web push, pairwise subjects and Wi-Fi device hashes stay; FreeRADIUS's password changes."""
    settings.ENV = replace(settings.ENV, hash_key=base64.b64encode(b"o" * 32).decode())
    permanent, password = _kept_elsewhere(), database_role.connection_parameters()["password"]
    use_hash_keys(settings, "new", "old")
    assert _kept_elsewhere() == permanent
    assert database_role.connection_parameters()["password"] != password
    use_hash_keys(settings, "newer", "mid", "old")
    assert _kept_elsewhere() == permanent


def _kept_elsewhere() -> list[object]:
    vapid = web_push.vapid_key().private_numbers().private_value
    subject = encrypted_fields.pairwise_subject("app", 1)
    return [
        vapid,
        subject,
        authorization.voucher_hash("ABCD"),
        authorization.one_time_password("nonce"),
        authorization.decision_sql(),
    ]
