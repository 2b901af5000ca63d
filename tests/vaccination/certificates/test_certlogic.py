"""CertLogic: the official suites, nonsense, and business rules."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kini.vaccination.certificates import certlogic
from kini.vaccination.certificates.business_rules import UnreadableRules, read_rules
from kini.vaccination.certificates.certlogic import CertLogicError, evaluate, plus_time, validate
from kini.vaccination.certificates.refusals import Reason
from kini.vaccination.certificates.verification import verify
from tests.vaccination.certificates import made
from tests.vaccination.certificates.made import DOSE, NOW, TEST, VECTORS

SUITES = VECTORS / "certlogic"


def suites(folder):
    files = sorted((SUITES / folder).glob("*.json"))
    if not files:
        pytest.skip(f"no reference vectors in {VECTORS}")
    return [case for path in files for case in json.loads(path.read_text())["cases"]]


def test_every_assertion_of_the_official_suite():
    count = 0
    for case in suites("testSuite"):
        for assertion in case["assertions"]:
            expression = assertion.get("certLogicExpression", case.get("certLogicExpression"))
            value = evaluate(expression, assertion["data"])
            assert (value, type(value)) == (assertion["expected"], type(assertion["expected"])), (
                case["name"],
                assertion,
            )
            count += 1
    assert count == 232


def test_every_issue_of_the_validation_suite():
    for case in suites("validation-testSuite"):
        issues = [{"expr": each.expression, "message": each.message} for each in validate(case["certLogicExpression"])]
        assert issues == case["issues"]


@pytest.mark.parametrize(
    ("text", "amount", "unit", "expected"),
    [
        ("2020-02-29", 1, "day", "2020-03-01"),
        ("2020-02-29", 1, "month", "2020-03-29"),
        ("2020-02-29", 1, "year", "2021-03-01"),
        ("2021-01-31", 1, "month", "2021-03-03"),
        ("2021-03-31", -1, "month", "2021-03-03"),
        ("2021", 0, "day", "2021-12-31"),
        ("2004-02", 0, "hour", "2004-02-29"),
        ("2021-06-01T12:00:00", -13, "hour", "2021-05-31T23:00:00"),
        ("2021-06-01T12:00:00.123456+2", 0, "day", "2021-06-01T10:00:00.123000"),
        ("2021-06-01T12:00:00-0230", 0, "day", "2021-06-01T14:30:00"),
        ("2021-06-01T12:00:00+02:30", 0, "day", "2021-06-01T09:30:00"),
    ],
)
def test_times_as_specified(text, amount, unit, expected):
    assert plus_time(text, amount, unit) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "expression",
    [
        None,
        3.5,
        {},
        {"var": 0},
        {"in": [1, "text"]},
        {"+": [1, "1"]},
        {"<": [1]},
        {"<": ["a", "b"]},
        {"after": ["2021-01-01", "2020-01-01"]},
        {"plusTime": ["21-1-1", 0, "day"]},
        {"plusTime": ["2021-13-01", 0, "day"]},
        {"plusTime": ["2021-01-01", 1.5, "day"]},
        {"plusTime": ["2021-01-01", 10**12, "year"]},
        {"plusTime": [{"plusTime": ["2021-01-01", 0, "day"]}, 0, "day"]},
        {"!": [{"plusTime": ["2021-01-01", 0, "day"]}]},
        {"and": [True]},
        {"dccDateOfBirth": ["2021-01-01T00:00:00Z"]},
        {"or": [True, True]},
    ],
)
def test_what_has_no_value_is_an_error(expression):
    with pytest.raises(CertLogicError):
        evaluate(expression, {})


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["2021-02", "day", ""]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=10,
)
OPERATORS = st.sampled_from([*certlogic._OPERATIONS, "var", "or", "exec"])
EXPRESSIONS = st.recursive(
    JSON,
    lambda inner: st.dictionaries(OPERATORS, st.lists(inner, max_size=4) | inner, min_size=1, max_size=2),
    max_leaves=12,
)


@given(EXPRESSIONS, JSON)
def test_nonsense_has_a_value_or_an_error(expression, data):
    validate(expression)
    with suppress(CertLogicError):
        evaluate(expression, data)


def test_depth_is_bounded():
    deep = "x"
    for _each in range(200):
        deep = {"!": [deep]}
    with pytest.raises(CertLogicError):
        evaluate(deep, {})
    assert validate(deep)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)), st.integers(-40_000, 40_000))
def test_days_are_of_24_hours(moment, days):
    text = moment.isoformat(timespec="milliseconds")
    assert plus_time(text, days, "day") == plus_time(text, 24 * days, "hour")


def rule(logic, **more):
    return {
        "Identifier": "VR-ID-0001",
        "Type": "Acceptance",
        "Country": "ID",
        "Version": "1.0.0",
        "CertificateType": "Vaccination",
        "ValidFrom": "2021-01-01T00:00:00Z",
        "ValidTo": "2030-01-01T00:00:00Z",
        "Description": [{"lang": "en", "desc": "Two doses"}, {"lang": "id", "desc": "Dua dosis"}],
        "Logic": logic,
    } | more


def test_rules_decide_about_certificates_with_good_signatures():
    complete = {">=": [{"var": "payload.v.0.dn"}, {"var": "payload.v.0.sd"}]}
    recent = {
        "not-before": [
            {"plusTime": [{"var": "payload.v.0.dt"}, 365, "day"]},
            {"plusTime": [{"var": "external.validationClock"}, 0, "day"]},
        ]
    }
    names = {"in": [{"var": "payload.v.0.mp"}, {"var": "external.valueSets.vaccines"}]}
    sets = {"valueSetId": "vaccines", "valueSetValues": {"EU/1/20/1528": {}}}
    rules = read_rules([rule(complete), rule(recent, Identifier="VR-ID-2"), rule(names, Identifier="VR-ID-3"), sets])
    trust = made.trusting(made.AUSTRIA)

    def verdict(content, at=NOW, rules=rules, exp=NOW + timedelta(days=900)):
        return verify([made.hc1(content, exp=exp)], trust, at, rules, "ID")

    assert verdict(made.dcc()).is_valid
    first = verdict(made.dcc(v=[DOSE | {"dn": 1}]))
    assert (first.reason, first.rule.sentence("id")) == (Reason.AGAINST_RULES, "Dua dosis")
    assert verdict(made.dcc(), at=NOW + timedelta(days=400)).rule.identifier == "VR-ID-2"
    assert verdict(made.dcc(v=[DOSE | {"mp": "other"}])).rule.identifier == "VR-ID-3"
    assert verdict(made.dcc(t=[TEST])).is_valid  # no rule is about tests
    newer = read_rules([rule(complete), rule(True, Version="1.0.10"), rule(False, Version="1.0.9")])
    assert verdict(made.dcc(v=[DOSE | {"dn": 1}]), rules=newer).is_valid
    assert verdict(made.dcc(), rules=read_rules(rule({"var": "payload.nothing"}))).reason is Reason.AGAINST_RULES


@pytest.mark.parametrize("content", [[], {}, "text", [rule({"or": [1, 2]})], [rule(True, ValidFrom="soon")]])
def test_unreadable_rules_say_so(content):
    with pytest.raises(UnreadableRules):
        read_rules(content)
