"""One field for a phone number or an e-mail address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kini.people.contacts import Contact, ContactError, parse_contact


@pytest.mark.parametrize(
    "typed", ["0812 3456 7890", "+62 812-3456-7890", "6281234567890", " 081234567890 ", "(0812) 3456 7890"]
)
def test_all_ways_to_write_a_number_are_one(typed):
    assert parse_contact(typed, "ID") == Contact("phone", "+6281234567890")


def test_numbers_from_abroad_keep_their_country():
    assert parse_contact("+372 5123 4567", "ID") == Contact("phone", "+37251234567")


def test_an_address_is_kept_in_lower_case():
    assert parse_contact(" Siti@Example.COM ", "ID") == Contact("email", "siti@example.com")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "12345",
        "abc",
        "siti@",
        "@example.com",
        "a\0b@example.com",
        "0812\x003456",
        "9" * 300,
        "<b>0812</b>",
        "a@b@c.id",
    ],
)
def test_what_is_neither_is_refused_with_advice(typed):
    with pytest.raises(ContactError) as fault:
        parse_contact(typed, "ID")
    assert str(fault.value)


def test_a_landline_cannot_receive_a_code():
    with pytest.raises(ContactError, match="text messages"):
        parse_contact("021 3822255", "ID")


@given(st.text(max_size=300))
def test_reading_never_breaks(typed):
    try:
        contact = parse_contact(typed, "ID")
    except ContactError:
        return
    assert len(contact.value) <= 254
    assert contact.kind == "email" or contact.value.startswith("+")


def test_a_masked_contact_can_be_recognised_only_by_its_owner():
    assert Contact("phone", "+6281234567890").masked == "+62 •••• 890"
    assert Contact("email", "siti@example.com").masked == "s•••@example.com"
