"""National numbers, masking, and permission rules."""

import string
from datetime import date

import pytest
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st

from kini.cases.permissions import CasePermission
from kini.core.actors import Actor, ActorKind, NotAllowed, system
from kini.core.grants import Grant, Scope
from kini.people import rules
from kini.people.permission_filters import visible_cases_q
from kini.people.permissions import permissions
from kini.people.rules import NationalIdError, mask_number, parse_national_id

TODAY = date(2026, 11, 24)
AREAS = ["", "1", "1/2", "1/2/3", "1/20", "1/20/3"]
scopes = st.builds(
    Scope, agency=st.sampled_from(["a", "b"]), area_path=st.sampled_from(AREAS[1:]), service=st.sampled_from(["s", "t"])
)
grants = st.builds(
    Grant,
    role=st.sampled_from(["x", "y"]),
    permissions=st.frozensets(st.sampled_from(list(permissions))),
    agency=st.sampled_from(["a", "b"]),
    area_path=st.sampled_from(AREAS),
    services=st.frozensets(st.sampled_from(["s", "t"])),
)
officers = st.builds(
    Actor, kind=st.just(ActorKind.OFFICER), user_id=st.just(1), grants=st.lists(grants, max_size=4).map(tuple)
)


def test_a_number_tells_birth_sex_and_region():
    number = parse_national_id("3171 0144 0790 0004", "id.nik", TODAY)
    assert (number.number, number.birth_date, number.sex) == ("3171014407900004", date(1990, 7, 4), "female")
    assert "JAKARTA" in number.region.upper()
    assert parse_national_id("3171011708450001", "id.nik", TODAY).sex == "male"


def test_two_digit_years_are_the_latest_that_can_be():
    assert parse_national_id("3171010101150001", "id.nik", TODAY).birth_date == date(2015, 1, 1)
    assert parse_national_id("3171012511260001", "id.nik", TODAY).birth_date == date(1926, 11, 25)
    assert parse_national_id("3171012411260001", "id.nik", TODAY).birth_date == TODAY


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        ("317101440790000", "too few or too many"),
        ("31710144079000045", "too few or too many"),
        ("317101440790000x", "only the digits"),
        ("<b>3171014407900004</b>", "only the digits"),
        ("3171013002900004", "birth date or the region"),
        ("9971014407900004", "birth date or the region"),
        ("", "digits"),
    ],
)
def test_a_wrong_number_is_refused_with_what_to_check(typed, advice):
    with pytest.raises(NationalIdError, match=advice):
        parse_national_id(typed, "id.nik", TODAY)


def test_numbers_of_other_countries_are_read_by_their_own_rules():
    number = parse_national_id("36805280109", "ee.ik", TODAY)
    assert (number.birth_date, number.sex) == (date(1968, 5, 28), "male")
    with pytest.raises(NationalIdError, match="One of the digits"):
        parse_national_id("36805280108", "ee.ik", TODAY)
    with pytest.raises(LookupError):
        parse_national_id("1", "id.nonsense", TODAY)


@given(st.text(max_size=60))
def test_reading_a_number_never_breaks(typed):
    try:
        number = parse_national_id(typed, "id.nik", TODAY)
    except NationalIdError:
        return
    assert number.birth_date is not None
    assert number.birth_date <= TODAY


def test_a_mask_keeps_the_ends_only():
    assert mask_number("3171234567890004") == "3171 •••• •••• 0004"
    assert mask_number("") == ""


@given(st.text(string.digits, max_size=30))
def test_a_mask_hides_at_least_a_third_and_keeps_the_length(number):
    masked = mask_number(number).replace(" ", "")
    assert len(masked) == len(number)
    assert masked.count("•") * 3 >= len(number)


def test_one_is_a_child_until_the_eighteenth_birthday():
    assert rules.is_minor(date(2008, 11, 25), TODAY)
    assert not rules.is_minor(date(2008, 11, 24), TODAY)
    assert not rules.is_minor(None, TODAY)


@given(officers, st.sampled_from(list(permissions)), scopes)
def test_one_grant_that_covers_is_needed_and_enough(actor, permission, scope):
    expected = any(permission in grant.permissions and grant.covers(scope) for grant in actor.grants)
    assert rules.may(actor, permission, scope) == expected
    if expected:
        rules.require(actor, permission, scope)
        assert rules.may_somewhere(actor, permission)
    else:
        with pytest.raises(NotAllowed):
            rules.require(actor, permission, scope)


@given(officers, st.sampled_from(list(permissions)), scopes)
def test_residents_and_guests_may_nothing_and_the_program_everything(actor, permission, scope):
    for kind in (ActorKind.RESIDENT, ActorKind.GUEST):
        assert not rules.may(Actor(kind, 1, grants=actor.grants), permission, scope)
    assert rules.may(system("x"), permission, scope)


@given(officers, scopes)
def test_roles_are_those_whose_grant_covers(actor, scope):
    assert rules.roles_for_scope(actor, scope) == {grant.role for grant in actor.grants if grant.covers(scope)}


def holds(q: Q, row: dict[str, str]) -> bool:
    """Return True if a condition holds for a row, as in the database."""

    def one(child) -> bool:
        if isinstance(child, Q):
            return holds(child, row)
        name, value = child
        match name.split("__"):
            case [column, "startswith"]:
                return row[column].startswith(value)
            case ["pk", "in"]:
                return False
            case [column, "in"]:
                return row[column] in value
            case [column]:
                return row[column] == value
        raise AssertionError(name)

    results = [one(child) for child in q.children]
    return any(results) if q.connector == Q.OR and results else all(results)


@given(officers, st.sampled_from(list(permissions)), scopes)
def test_the_database_filter_says_the_same_as_the_rule(actor, permission, scope):
    row = {"agency_id": scope.agency, "area_path": scope.area_path, "service_id": scope.service}
    assert holds(visible_cases_q(actor, permission), row) == rules.may(actor, permission, scope)


def test_a_neighbouring_code_is_not_inside():
    grant = Grant("x", frozenset({CasePermission.SEE_CASES}), "a", "1/2")
    assert grant.covers(Scope("a", "1/2/3"))
    assert not grant.covers(Scope("a", "1/20"))
    assert not grant.covers(Scope("a", ""))
