"""Contacts and their follow-up: exposures, terms, daily checks, end, and what the database refuses."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from kini.core import current_time
from kini.core.actors import ActionRefused, NotAllowed, system
from kini.core.models import AuditEntry
from kini.epidemic.models import CaseExposure, Contact, ContactExposure, DailyCheck, LabTest, TracingCount
from kini.epidemic.tracing import actions, queries
from kini.epidemic.tracing.retention import ended_contacts, remove_contacts
from kini.epidemic.tracing.rules import Exposure
from kini.people import actions as people_actions
from tests.epidemic.tracing.conftest import DAY, NOON, HealthCity

SYSTEM = system("tests")
HOME = Exposure("household", "home", DAY)


def later(days: int) -> object:
    return current_time.freeze(NOON + timedelta(days=days))


def check(contact: Contact, key: str = "", **more: object) -> DailyCheck:
    return actions.record_check(by=SYSTEM, contact=contact, channel="call", key=key or str(uuid4()), **more)


def test_a_contact_is_followed_from_the_first_day_to_the_last(health: HealthCity) -> None:
    contact = health.contact(health.case(), last=DAY - timedelta(days=2))
    assert contact.unit == health.east_unit
    assert contact.follow_up_until == DAY + timedelta(days=12)
    assert [item.contact for item in queries.work_list(health.by, DAY)] == [contact]
    for days in range(13):
        with later(days):
            check(contact)
    with later(13):
        assert actions.close_due(by=SYSTEM, day=DAY + timedelta(days=13)) == 1
    contact.refresh_from_db()
    assert (contact.status, contact.follow_up) == ("active", "completed")
    assert queries.work_list(health.by, DAY) == []
    assert AuditEntry.objects.filter(action="epidemic.follow-up-completed").count() == 1


def test_a_contact_nobody_reached_is_lost_and_not_completed(health: HealthCity) -> None:
    contact = health.contact(health.case())
    check(contact)
    with later(15):
        actions.close_due(by=SYSTEM, day=DAY + timedelta(days=15))
    contact.refresh_from_db()
    assert contact.follow_up == "lost"


def test_a_red_flag_keeps_the_follow_up_open_until_it_is_handled(health: HealthCity) -> None:
    contact = health.contact(health.case())
    assert check(contact, symptoms=["breathless"]).red_flag
    with later(15):
        assert actions.close_due(by=SYSTEM, day=DAY + timedelta(days=15)) == 0
        actions.handle_red_flag(by=health.by, contact=contact, note="Ambulance sent")
        assert actions.close_due(by=SYSTEM, day=DAY + timedelta(days=15)) == 1
        with pytest.raises(ActionRefused):
            actions.handle_red_flag(by=health.by, contact=contact, note="Again")


def test_a_later_exposure_restarts_the_days_and_an_earlier_one_does_not(health: HealthCity) -> None:
    first, second = health.case("Satu"), health.case("Dua")
    person = health.person("Kontak")
    contact = actions.record_contact(by=health.by, case=first, person=person, exposure=HOME)
    earlier = Exposure("colleague", "indoors", DAY - timedelta(days=5), DAY - timedelta(days=6))
    assert actions.record_contact(by=health.by, case=second, person=person, exposure=earlier) == contact
    contact.refresh_from_db()
    assert (contact.last_exposure_on, contact.first_exposure_on) == (DAY, DAY - timedelta(days=6))
    with later(3):
        again = Exposure("colleague", "indoors", DAY + timedelta(days=3))
        actions.record_contact(by=health.by, case=second, person=person, exposure=again)
    contact.refresh_from_db()
    assert contact.follow_up_until == DAY + timedelta(days=17)
    assert contact.exposures.count() == 2
    assert contact.risk == 7


def test_a_person_exposed_after_the_end_is_another_contact(health: HealthCity) -> None:
    case, person = health.case(), health.person("Kontak")
    first = actions.record_contact(by=health.by, case=case, person=person, exposure=HOME)
    actions.set_lost(by=health.by, contact=first, reason="Moved away")
    second = actions.record_contact(by=health.by, case=case, person=person, exposure=HOME)
    assert second.pk != first.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.filter(pk=first.pk).update(follow_up="under", ended_at=None)


def test_a_low_risk_gets_advice_and_no_follow_up(health: HealthCity) -> None:
    exposure = Exposure("stranger", "brief", DAY, protections=("contact-mask",))
    contact = actions.record_contact(
        by=health.by, case=health.case(), person=health.person("Kontak"), exposure=exposure
    )
    assert (contact.follow_up, contact.quarantine_until, contact.risk) == ("none", None, -1)


def test_a_negative_test_ends_the_quarantine_only_from_the_fifth_day(health: HealthCity) -> None:
    contact = health.contact(health.case(), last=DAY - timedelta(days=5))

    def tested(day: date) -> LabTest:
        return LabTest.objects.create(
            person=contact.person, disease="covid-19", area=health.east, test="pcr", specimen_on=day, number=str(day),
            result="negative", result_on=day, source="desk",
        )  # fmt: skip

    assert contact.quarantine_until == DAY + timedelta(days=9)
    assert not actions.end_quarantine_by_test(by=SYSTEM, contact=contact, test=tested(DAY - timedelta(days=1)))
    assert actions.end_quarantine_by_test(by=SYSTEM, contact=contact, test=tested(DAY))
    contact.refresh_from_db()
    assert (contact.quarantine_until, contact.follow_up) == (DAY, "under")
    actions.record_contact(by=SYSTEM, case=health.case("Dua"), person=contact.person, exposure=HOME)
    contact.refresh_from_db()
    assert (contact.quarantine_until, contact.quarantine_reason) == (DAY + timedelta(days=14), "rule")


def test_a_contact_becomes_a_case_and_keeps_the_links(health: HealthCity) -> None:
    source = health.case("Sumber")
    contact = health.contact(source)
    case = health.case("Kontak", person=contact.person)
    actions.convert_contact(by=health.by, contact=contact, case=case)
    contact.refresh_from_db()
    assert (contact.status, contact.follow_up, contact.became_case) == ("converted", "cancelled", case)
    assert CaseExposure.objects.get(case=case).source_case == source
    actions.convert_contact(by=health.by, contact=contact, case=case)
    assert CaseExposure.objects.count() == 1
    with pytest.raises(ActionRefused):
        actions.convert_contact(by=health.by, contact=health.contact(source, "Lain"), case=case)


def test_a_check_sent_twice_is_kept_once_and_a_late_one_is_not_lost(health: HealthCity) -> None:
    contact = health.contact(health.case())
    assert check(contact, "k1", symptoms=["fever"]) == check(contact, "k1")
    other = health.contact(health.case("Lain"), "Lain")
    with pytest.raises(ActionRefused):
        check(other, "k1")
    actions.drop_contact(by=health.by, contact=contact, reason="Wrong name")
    late = check(contact, "k2", symptoms=["cough"])
    assert late.after_end
    contact.refresh_from_db()
    assert (contact.status, contact.last_seen_on, contact.symptoms_since) == ("dropped", DAY, DAY)


def test_a_form_of_an_interview_sent_twice_makes_one_person(health: HealthCity) -> None:
    from kini.people.models import Person
    from kini.people.public import PersonDetails

    case, key = health.case(), uuid4()
    details = PersonDetails("Kontak", area=health.west.pk)
    before = Person.objects.count()
    for _ in range(2):
        contact = actions.record_named_contact(by=health.by, case=case, details=details, exposure=HOME, client_key=key)
    assert Person.objects.count() == before + 1
    assert contact.unit == health.west_unit
    assert list(queries.visible_contacts(health.by)) == []
    assert list(queries.visible_contacts(health.elsewhere)) == [contact]
    with pytest.raises(NotAllowed):
        actions.set_lost(by=health.by, contact=contact, reason="Not my area")


def test_what_a_colleague_changed_meanwhile_is_not_overwritten(health: HealthCity) -> None:
    contact = health.contact(health.case())
    seen = contact.version
    check(contact)
    with pytest.raises(ActionRefused, match="colleague"):
        actions.drop_contact(by=health.by, contact=contact, reason="Wrong name", version=seen)


@pytest.mark.parametrize(
    "change",
    [
        {"status": "converted"},
        {"status": "dropped", "follow_up": "cancelled", "ended_at": NOON},
        {"follow_up": "completed"},
        {"ended_at": NOON},
        {"last_exposure_on": DAY + timedelta(days=30)},
        {"quarantine_until": None},
        {"disease": ""},
    ],
)
def test_the_database_refuses_contacts_that_cannot_be(health: HealthCity, change: dict[str, object]) -> None:
    contact = health.contact(health.case())
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.filter(pk=contact.pk).update(**change)


def test_the_database_refuses_wrong_exposures_and_changed_checks(health: HealthCity) -> None:
    contact = health.contact(health.case())
    values = {"relation": "family", "setting": "home", "first_day": DAY, "last_day": DAY, "risk": 3}
    own = health.case("Kontak", person=contact.person)
    measles = health.case("Campak", disease="measles")
    for case in (own, measles):
        with pytest.raises(IntegrityError, match="same disease"), transaction.atomic():
            ContactExposure.objects.create(contact=contact, case=case, **values)
    stored = check(contact)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        DailyCheck.objects.filter(pk=stored.pk).update(symptoms=["fever"])
    with pytest.raises(ActionRefused):
        actions.record_contact(by=SYSTEM, case=own, person=contact.person, exposure=HOME)


def test_a_merge_moves_contacts_and_is_never_blocked_by_them(health: HealthCity) -> None:
    """SORMAS 8333 and 7452: merging persons lost or blocked what was recorded about them."""
    case = health.case()
    one, two = health.contact(case, "Kontak"), health.contact(case, "Kontak")
    three = health.contact(health.case("Campak", disease="covid-19"), "Kontak")
    people_actions.merge_persons(by=SYSTEM, first=one.person, second=two.person, reason="Same phone and name")
    two.refresh_from_db()
    assert Contact.objects.filter(follow_up="under").count() == 3
    actions.set_lost(by=SYSTEM, contact=one, reason="Moved away")
    people_actions.merge_persons(by=SYSTEM, first=one.person, second=three.person, reason="Same phone and name")
    three.refresh_from_db()
    assert three.person == one.person


def test_after_the_term_only_numbers_stay(health: HealthCity) -> None:
    contact = health.contact(health.case())
    check(contact)
    actions.set_lost(by=SYSTEM, contact=contact, reason="Moved away")
    before = NOON + timedelta(days=5)
    assert not ended_contacts(before).exists()
    before = NOON + timedelta(days=20)
    remove_contacts(Contact.objects.filter(pk__in=[each.pk for each in ended_contacts(before)]))
    assert (Contact.objects.count(), DailyCheck.objects.count()) == (0, 0)
    counts = dict(TracingCount.objects.values_list("measure", "count"))
    assert counts == {"lost": 1, "days": 14, "seen": 1}
    assert TracingCount.objects.first().area == health.east_unit.area
