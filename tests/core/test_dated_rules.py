"""Dated rules: the same rule applies in Python and in SQL, whatever the order of the file."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

import pytest
from django.db import connection
from django.db.models import DateField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from kini.core.dated_rules import (
    AmbiguousRules,
    DatedRules,
    NoRuleInForce,
    SourcedRule,
    check_rules,
    filter_in_force,
    require_rule_in_force,
    rule_in_force,
    rules_in_force,
)
from kini.core.models import AuditEntry
from kini.wifi.models import SessionRule


@dataclass(frozen=True)
class Rule:
    since: date
    until: date | None = None


class Fee(SourcedRule):
    amount: int


class FeeFile(BaseModel):
    fees: DatedRules[Fee] = []


START = date(2026, 1, 1)
days = st.integers(0, 60).map(lambda n: START + timedelta(days=n))
rules = st.builds(
    lambda since, length: Rule(since, None if length is None else since + timedelta(days=length)),
    days,
    st.none() | st.integers(0, 20),
)
rule_lists = st.lists(rules, max_size=6, unique_by=lambda rule: rule.since)
subjects = (f"test:{n}" for n in count())


@given(rule_lists, days, st.randoms())
def test_the_latest_rule_of_those_in_force_applies_in_any_order(listed, day, random):
    rule = rule_in_force(listed, day)
    for other in rules_in_force(listed, day):
        assert other.since <= day
        assert other.until is None or day <= other.until
        assert rule.since >= other.since
    assert (rule is None) == (not rules_in_force(listed, day))
    shuffled = random.sample(listed, len(listed))
    assert rule_in_force(shuffled, day) == rule
    assert check_rules(shuffled) == shuffled


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(rule_lists, days)
def test_the_database_answers_the_same(listed, day):
    subject = next(subjects)
    AuditEntry.objects.bulk_create(
        AuditEntry(
            actor_kind="system",
            action="test",
            subject=subject,
            detail={"since": str(rule.since)} | ({"until": str(rule.until)} if rule.until else {}),
        )
        for rule in listed
    )
    columns = {name: Cast(KeyTextTransform(name, "detail"), DateField()) for name in ("since", "until")}
    rows = AuditEntry.objects.filter(subject=subject).annotate(**columns)
    answers = filter_in_force(rows, day, until="until").values_list("since", "until")
    rule = rule_in_force(listed, day)
    assert list(answers) == ([(rule.since, rule.until)] if rule else [])


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(st.lists(st.tuples(days, st.integers(30, 90)), max_size=5, unique_by=lambda pair: pair[0]), days)
def test_functions_of_the_database_answer_the_same(listed, day):
    """`wifi_silence` and `wifi_keep_days` were written by migrations before `filter_in_force` existed."""
    SessionRule.objects.all().delete()
    SessionRule.objects.bulk_create(SessionRule(since=day, silent_seconds=n * 60, keep_days=n) for day, n in listed)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wifi_keep_days(%(day)s), wifi_silence(%(day)s::timestamp AT TIME ZONE 'UTC')", {"day": day}
        )
        keep_days, silence = cursor.fetchone()
    rule = filter_in_force(SessionRule.objects.all(), day).first()
    expected = rule_in_force(SessionRule.objects.all(), day)
    assert rule == expected
    assert (keep_days, silence) == (
        (expected.keep_days, timedelta(seconds=expected.silent_seconds)) if expected else (30, timedelta(minutes=20))
    )


def test_a_rule_with_an_end_gives_way_to_the_one_before_it():
    law, holiday = Rule(date(2020, 1, 1)), Rule(date(2026, 3, 1), date(2026, 3, 31))
    assert rule_in_force([holiday, law], date(2026, 3, 31)) == holiday
    assert rule_in_force([holiday, law], date(2026, 4, 1)) == law


def test_a_day_before_the_first_rule_is_an_error_that_names_both():
    with pytest.raises(NoRuleInForce, match="no rule is in force on 2019-12-31: the first rule begins on 2020-01-01"):
        require_rule_in_force([Rule(date(2021, 1, 1)), Rule(date(2020, 1, 1))], date(2019, 12, 31))
    with pytest.raises(NoRuleInForce, match="there are no rules"):
        require_rule_in_force([], date(2019, 12, 31))
    assert require_rule_in_force([Rule(date(2020, 1, 1))], date(2020, 1, 1)).since == date(2020, 1, 1)


def test_two_rules_of_the_same_day_are_refused():
    twice = [Rule(date(2020, 1, 1)), Rule(date(2020, 1, 1), date(2020, 2, 1))]
    with pytest.raises(AmbiguousRules, match="2020-01-01"):
        rule_in_force(twice, date(2020, 1, 2))
    with pytest.raises(AmbiguousRules):
        check_rules(twice)


def test_a_file_may_name_its_rules_in_any_order_but_no_day_twice():
    later = {"since": "2026-07-01", "amount": 7, "source": "decree 3", "confidence": "high"}
    earlier = {"since": "2026-01-01", "amount": 5}
    fees = FeeFile.model_validate({"fees": [later, earlier]}).fees
    assert [(fee.amount, fee.confidence) for fee in fees] == [(7, "high"), (5, "low")]
    with pytest.raises(ValidationError, match="two rules begin on 2026-01-01"):
        FeeFile.model_validate({"fees": [earlier, earlier]})
