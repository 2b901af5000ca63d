"""Consents: statements that nobody changes, of which the newest holds, in Python and in SQL."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import OuterRef
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kini.cases.models import Case
from kini.cases.record_policy import REQUEST
from kini.core import current_time
from kini.core.actors import ActionRefused, NotAllowed
from kini.people import actions as people_actions
from kini.people.models import Resident
from kini.people.public import DataSubject, personal_data_categories
from kini.records import actions, queries, rules
from kini.records.consent_purposes import ConsentPurpose, consent_purposes
from kini.records.models import ConsentStatement
from kini.web.formats import city_time, today
from tests.cases import town as towns
from tests.cases.desk.conftest import Browse
from tests.cases.town import PERMIT, Town, acting

pytestmark = pytest.mark.django_db
SHARE = "tests.share"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def purpose(monkeypatch: pytest.MonkeyPatch) -> None:
    share = ConsentPurpose(SHARE, "Sharing", "I agree that it is shared.", "It is shared.", "It stays here.", days=30)
    monkeypatch.setattr(consent_purposes, "_items", {**consent_purposes._items, SHARE: share})


def give(town: Town, **options: object) -> ConsentStatement:
    return actions.give_consent(by=town.named("resident"), resident=town.resident, purpose=SHARE, **options)  # type: ignore[arg-type]


def in_force(resident: Resident, at: datetime | None = None, reference: str = "") -> bool:
    return queries.is_consent_in_force(resident.pk, SHARE, at, reference=reference)


def test_a_consent_holds_until_its_last_day(town: Town) -> None:
    statement = give(town)
    assert (statement.words, statement.given_by) == ("I agree that it is shared.", "person")
    assert statement.last_day == today() + timedelta(days=30)
    assert in_force(town.resident)
    assert not in_force(town.resident, reference="other")
    assert not in_force(town.resident, statement.since - DAY)
    assert in_force(town.resident, statement.since + 30 * DAY)
    assert not in_force(town.resident, statement.since + 31 * DAY)
    assert not in_force(town.neighbour)


def test_a_withdrawal_counts_from_then_on(town: Town, run_jobs: object) -> None:
    given_at = give(town).since
    withdrawn = actions.withdraw_consent(by=town.named("resident"), resident=town.resident, purpose=SHARE)
    assert not in_force(town.resident)
    assert in_force(town.resident, given_at)
    assert withdrawn.since > given_at
    with pytest.raises(ActionRefused, match="not in force"):
        actions.withdraw_consent(by=town.named("resident"), resident=town.resident, purpose=SHARE)
    give(town)
    assert in_force(town.resident)


def test_statements_of_one_moment_keep_their_order(town: Town) -> None:
    with current_time.freeze(datetime(2026, 11, 23, 2, tzinfo=UTC)):
        give(town)
        actions.withdraw_consent(by=town.named("resident"), resident=town.resident, purpose=SHARE)
        give(town, until=date(2026, 11, 24))
        assert in_force(town.resident, current_time.now() + timedelta(seconds=1))
    moments = list(ConsentStatement.objects.order_by("pk").values_list("since", flat=True))
    assert moments == sorted(set(moments))


def test_who_speaks_for_whom(town: Town) -> None:
    with pytest.raises(NotAllowed):
        actions.give_consent(by=town.named("neighbour"), resident=town.resident, purpose=SHARE)
    with pytest.raises(NotAllowed):
        actions.give_consent(by=town.named("clerk"), resident=town.resident, purpose=SHARE, evidence="A-1")
    counter = towns.employed("+6281200000079", "Petugas Loket", town.registry, "counter")
    with pytest.raises(ActionRefused, match="number of the paper"):
        actions.give_consent(by=acting(counter), resident=town.resident, purpose=SHARE)
    paper = actions.give_consent(by=acting(counter), resident=town.resident, purpose=SHARE, evidence="A-1")
    assert (paper.given_by, paper.officer, paper.evidence) == ("counter", counter, "A-1")
    details = people_actions.Details(name="Anak Contoh")
    tie = people_actions.add_family_member(
        by=town.named("resident"), resident=town.resident, relation="child", details=details
    )
    child = actions.give_consent(by=town.named("resident"), resident=tie.member, purpose=SHARE)
    assert child.given_by == "guardian"


def test_the_first_consent_about_a_new_thing_is_a_statement_like_others(town: Town) -> None:
    words = {"words": "I agree.", "evidence": "KINI-1"}
    resident = town.named("resident")
    actions.give_first_consent(by=resident, resident=town.resident, purpose=SHARE, reference="new", **words)
    statement = ConsentStatement.objects.get(reference="new")
    assert (statement.given_by, statement.account_id, statement.words) == ("person", resident.user_id, "I agree.")
    assert in_force(town.resident, reference="new")
    actions.withdraw_consent(by=resident, resident=town.resident, purpose=SHARE, reference="new")
    assert not in_force(town.resident, reference="new")


@pytest.mark.parametrize(
    ("born", "ends"),
    [
        (None, date(2027, 1, 1)),
        (date(2020, 1, 1), date(2027, 1, 1)),
        (date(2008, 12, 15), date(2026, 12, 14)),
        (date(2008, 2, 29), date(2026, 2, 28)),
    ],
)
def test_a_guardian_speaks_until_the_child_is_an_adult(born: date | None, ends: date) -> None:
    assert rules.last_day_of_guardian(born, date(2027, 1, 1)) == ends


@dataclass(frozen=True)
class Said:
    since: datetime
    last_day: date | None


START = datetime(2026, 3, 1, tzinfo=UTC)
hours = st.integers(0, 24 * 20).map(lambda n: START + timedelta(hours=n))
statements = st.lists(
    st.builds(Said, hours, st.none() | st.integers(0, 20).map(lambda n: START.date() + timedelta(days=n))),
    max_size=5,
    unique_by=lambda said: said.since,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(statements, hours)
def test_python_and_sql_agree(town: Town, said: list[Said], at: datetime) -> None:
    with transaction.atomic():
        ConsentStatement.objects.bulk_create(
            ConsentStatement(
                resident=town.resident,
                purpose=SHARE,
                since=each.since,
                last_day=each.last_day,
                given_by="system",
                words="Yes" if each.last_day else "",
            )
            for each in said
        )
        expected = rules.is_consent_in_force(said, at, city_time(at).date())
        people = Resident.objects.filter(pk__in=[town.resident.pk, town.neighbour.pk])
        listed = queries.with_consent(people, SHARE, at, resident="pk")
        assert [each.pk for each in listed] == ([town.resident.pk] if expected else [])
        assert in_force(town.resident, at) is expected
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "change", ["UPDATE records_consentstatement SET last_day = last_day + 1", "DELETE FROM records_consentstatement"]
)
def test_nobody_changes_what_was_said(town: Town, change: str) -> None:
    give(town)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_a_merged_profile_keeps_what_was_said(town: Town) -> None:
    give(town)
    for copied in (1, 0):
        assert actions.copy_consents(by=towns.BY, kept=town.neighbour.pk, gone=town.resident.pk) == copied
    assert in_force(town.neighbour)


def test_deletion_withdraws_and_the_copy_shows_it(town: Town) -> None:
    give(town)
    assert town.resident.user
    person, category = DataSubject(town.resident.user, town.resident), personal_data_categories.get("records.consents")
    assert category.erase
    assert category.erase(towns.BY, person) == 1
    assert not in_force(town.resident)
    assert [record["what"] for record in category.records(person)] == ["Given", "Withdrawn"]


CONSENT = PERMIT | {
    "ask": [
        *PERMIT["ask"],
        {"fields": {"agreed": {"type": "consent", "label": "I agree that registers are compared."}}},
    ]
}


@pytest.fixture
def agreed(town: Town) -> Case:
    """A request in which the person agreed to something."""
    pages = towns.ANSWERS | {"agreed": {"agreed": True}}
    return towns.opened(town.named("resident"), towns.offer("agreed-permit", CONSENT), town.resident, pages)


def test_a_request_records_the_consent_in_its_own_words(town: Town, agreed: Case, case: Case) -> None:
    statement = ConsentStatement.objects.get()
    assert statement.words == "I agree that registers are compared."
    assert (statement.purpose, statement.reference) == (REQUEST, agreed.reference)
    listed = queries.with_consent(Case.objects.all(), REQUEST, reference=OuterRef("reference"))
    assert list(listed) == [agreed]


def test_the_person_withdraws_it_and_the_officer_reads_that(town: Town, agreed: Case, browse: Browse) -> None:
    client = browse(town.resident)
    page = client.get("/me/consents/").content.decode()
    assert "I agree that registers are compared." in page
    assert agreed.reference in page
    address = f"/me/consents/{ConsentStatement.objects.get().pk}/withdraw/"
    assert browse(town.neighbour).get(address).status_code == 404
    assert "It counts from now on" in client.get(address).content.decode()
    assert client.post(address).status_code == 303
    assert client.post(address).status_code == 404
    assert "Withdrawn" in client.get("/me/consents/").content.decode()
    page = browse(town.clerk).get(f"/desk/cases/{agreed.reference}/").content.decode()
    assert "withdrew their consent" in page
