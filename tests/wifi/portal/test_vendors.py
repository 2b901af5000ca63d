"""Arbitrary redirect queries: no crash, and no redirect to an address that the inventory does not know."""

import base64
import hashlib
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kini.core.crypto import encrypt_json
from kini.wifi.portal import vendors, visit
from kini.wifi.portal.vendors import VENDORS, Arrival, InvalidRedirect
from tests.wifi.nas import PHONE, octal

NAMES = sorted({name for each in VENDORS.values() for name in (*each.device, *each.points, *each.keep, *each.reason)})
WORDS = st.text(max_size=60) | st.sampled_from(
    ["success", "failed", "notyet", "00" * 16, "\\371", "\\999", "used-up x", PHONE, "http://[", "https://a.example/?b"]
)
SAID = st.dictionaries(st.sampled_from([*NAMES, "res", "userurl", "url", "link-orig", "uamip"]), WORDS, max_size=12)
AT = "http://10.1.0.1:3990"


@given(st.sampled_from(sorted(VENDORS)), SAID)
def test_any_words_are_an_arrival_or_none(sort, parameters):
    try:
        redirect = vendors.parse_redirect(sort, parameters)
    except InvalidRedirect:
        return
    assert len(redirect.device) == 17
    assert redirect.outcome in ("asks", "in", "refused")
    assert redirect.reason in ("", *vendors.REASONS)
    assert urlsplit(redirect.wanted).scheme in ("", "http", "https")
    assert not any("\0" in each for each in redirect.points)
    login = vendors.build_login(
        redirect, at=AT, secret="s", username="u", password="p", onwards="https://kini.example/"
    )
    if login:
        assert login.whole.startswith(f"{AT}/")
        assert urlsplit(login.whole).netloc == "10.1.0.1:3990"


@given(st.sampled_from(sorted(VENDORS)), SAID)
def test_a_device_among_any_words_is_read_however_it_is_written(sort, parameters):
    device = VENDORS[sort].device[0]
    for written in (PHONE, PHONE.lower(), PHONE.replace("-", ":"), PHONE.replace("-", "")):
        assert vendors.parse_redirect(sort, parameters | {device: written}).device == PHONE


@given(st.binary(min_size=1, max_size=64))
def test_octets_are_read_as_they_are_written(data):
    assert vendors.parse_octets(octal(data)) == data


@given(st.binary(min_size=1, max_size=32), st.text("abc123", min_size=1), st.text("xyz", min_size=1))
def test_an_answer_is_that_of_chap(challenge, password, secret):
    inner = hashlib.md5(challenge + secret.encode(), usedforsecurity=False).digest()
    expected = hashlib.md5(b"\0" + password.encode() + inner, usedforsecurity=False).hexdigest()
    assert vendors.uam_response(password, {"challenge": challenge.hex()}, secret) == expected


@pytest.mark.parametrize("at", ["http://10.1.0.1:9998/SubscriberPortal/hotspotlogin", "https://login.example"])
def test_the_inventory_says_the_path_where_it_is_not_the_usual_one(at):
    arrival = Arrival("ruckus", PHONE, ())
    login = vendors.build_login(arrival, at=at, secret="", username="u", password="p", onwards="https://kini.example/")
    assert login.address == (at if at.count("/") > 2 else f"{at}/login")
    assert dict(parse_qsl(urlsplit(login.whole).query)) == dict(login.fields)


@pytest.mark.django_db
@given(st.text(max_size=200) | st.binary(max_size=80).map(lambda data: data.hex()))
def test_words_of_a_visit_that_are_not_ours_are_refused(token):
    with pytest.raises(visit.VisitExpired):
        visit.visit_from_token(token)


def test_words_sealed_for_something_else_are_refused(db):
    sealed = base64.urlsafe_b64encode(encrypt_json({"at": 1}, "something else")).decode()
    with pytest.raises(visit.VisitExpired):
        visit.visit_from_token(sealed)
