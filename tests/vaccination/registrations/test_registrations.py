"""Registrations: for oneself and others, limits, appointments by the rules of their day, messages, missed doses."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from kini.booking.models import Quota
from kini.booking.public import SlotFull
from kini.core import current_time, retention
from kini.core.actors import ActionRefused, NotAllowed
from kini.messages.models import InboundMessage, Message
from kini.people import actions as people_actions
from kini.people import queries as people_queries
from kini.people.models import PersonIdentifier, Resident
from kini.people.public import NATIONAL_ID, PersonDetails
from kini.vaccination.events import DoseRecorded
from kini.vaccination.registrations import actions, jobs, queries
from kini.vaccination.registrations.birth_dates import parse_birth_date
from kini.vaccination.registrations.message_replies import receive_registration
from kini.vaccination.registrations.models import MOST_PER_ACCOUNT, NextDose, Registration
from kini.web.formats import city_time, day, today
from tests.cases import town
from tests.pagechecks import CheckedClient
from tests.vaccination.registrations.conftest import BY, Campaign


def test_somebody_registers_and_takes_a_place_with_its_dose(campaign: Campaign, run_jobs: Callable[[], int]) -> None:
    registration = campaign.register()
    assert (registration.state, registration.number, registration.group) == ("waiting", 1, "adult")
    assert campaign.register() == registration
    free = campaign.district.doses("free")
    booked = actions.book(by=campaign.by, registration=registration, slot=campaign.session.pk)
    assert (booked.state, booked.vaccine) == ("booked", "sinovac")
    assert campaign.district.doses("free") == free
    assert Quota.objects.get(slot=campaign.session.pk, group="").taken == 1
    run_jobs()
    message = Message.objects.get(user=campaign.user, sort="vaccination-appointment")
    assert booked.booking
    assert all(each in message.text for each in ("Rina Contoh", "gambir", booked.booking.reference))
    cancelled = actions.cancel(by=campaign.by, registration=booked)
    assert cancelled.state == "cancelled"
    assert Quota.objects.get(slot=campaign.session.pk, group="").taken == 0


def test_a_grandmother_without_number_phone_or_account_is_registered_and_found(campaign: Campaign) -> None:
    registration = campaign.other(birth_date=None)
    assert registration.group == "elderly"
    assert [each.type for each in PersonIdentifier.objects.filter(person=registration.person)] == ["temporary"]
    assert campaign.other("SITI AMINAH") == registration
    actions.book(by=campaign.by, registration=registration, slot=campaign.session.pk)
    site = campaign.district.one
    [found] = queries.find_expected(site, _day_of(campaign), PersonDetails("Siti Amina", date(1955, 5, 3)))
    assert found == registration
    assert queries.find_expected(site, _day_of(campaign), PersonDetails("Budi Santoso", date(1980, 1, 1))) == []


def test_she_is_not_entered_into_the_household_of_who_registered_her(campaign: Campaign) -> None:
    registration = campaign.other()
    assert registration.person_id not in people_queries.own_person_ids(campaign.rina)
    stranger = town.person("+6281200000002", "Orang Lain")
    with pytest.raises(NotAllowed):
        actions.cancel(by=town.acting(stranger), registration=registration)
    with pytest.raises(NotAllowed):
        actions.register(by=campaign.by, person=stranger.person, wish=actions.Wish("covid-19"))


def test_a_merge_with_her_record_keeps_the_registration(campaign: Campaign) -> None:
    registration = campaign.other()
    details = PersonDetails("Siti Aminah", date(1955, 5, 3), "day", "female")
    known = people_actions.record_person(
        by=BY,
        details=details,
        source="tests",
        identifiers=[people_actions.NewIdentifier(NATIONAL_ID, "3171014305550001")],
    )
    people_actions.merge_persons(by=BY, first=known, second=registration.person, reason="Kartu sama dengan catatan")
    registration.refresh_from_db()
    assert people_queries.root_of(registration.person) == people_queries.root_of(known)
    other = campaign.other("Wati Contoh", date(1950, 1, 1))
    people_actions.merge_persons(by=BY, first=known, second=other.person, reason="Kartu sama dengan catatan")
    assert Registration.objects.filter(state="waiting").count() == 2


def test_the_database_keeps_one_registration_per_dose_and_the_limit_of_an_account(campaign: Campaign) -> None:
    registration = campaign.register()
    fields = (
        'reference, person_id, campaign, series, number, vaccine, "group", proofs, lives_in_city, birth_precision, '
        "last_vaccine, channel, registered_by_id, number_of_account, state"
    )
    for changes in (
        {"number_of_account": "2"},
        {"number": "2"},
        {"number": "2", "number_of_account": str(MOST_PER_ACCOUNT + 1)},
        {"number": "2", "number_of_account": "NULL"},
        {"number": "2", "number_of_account": "2", "state": "'booked'"},
    ):
        chosen = ", ".join(
            "'VR-OTHER'" if name == "reference" else changes.get(name, name) for name in fields.split(", ")
        )
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO vaccination_registration ({fields}) "  # noqa: S608
                f"SELECT {chosen} FROM vaccination_registration WHERE id = %s",
                [registration.pk],
            )


def test_an_account_registers_only_so_many(campaign: Campaign) -> None:
    for number in range(MOST_PER_ACCOUNT):
        campaign.other(f"{'ABCDEFGHIJKLMNOPQRST'[number] * 6} Contoh", date(1940 + number, 1 + number % 12, 3))
    with pytest.raises(ActionRefused, match=str(MOST_PER_ACCOUNT)):
        campaign.register()
    first = Registration.objects.order_by("pk")[0]
    actions.cancel(by=campaign.by, registration=first)
    assert campaign.register().number_of_account == first.number_of_account


def test_a_place_is_taken_only_if_the_rules_of_its_day_allow_it(campaign: Campaign) -> None:
    first = campaign.register()
    campaign.dose(first, days_ago=10)
    jobs.follow_recorded_dose(DoseRecorded(campaign.rina.person.doses.get().pk, campaign.rina.person_id, "demo"))
    first.refresh_from_db()
    assert first.state == "given"
    second = campaign.register()
    assert (second.number, second.possible_from) == (2, today() + timedelta(days=18))
    with pytest.raises(ActionRefused, match="28"), translation.override("en"):
        actions.book(by=campaign.by, registration=second, slot=campaign.session.pk)
    assert Quota.objects.get(slot=campaign.session.pk, group="").taken == 0


def test_people_from_elsewhere_have_their_own_places(campaign: Campaign) -> None:
    for name in ("Agus Contoh", "Bambang Contoh"):
        registration = campaign.other(name, date(1980, 1, 1), lives_in_city=False)
        if name.startswith("Agus"):
            actions.book(by=campaign.by, registration=registration, slot=campaign.session.pk)
        else:
            with pytest.raises(SlotFull):
                actions.book(by=campaign.by, registration=registration, slot=campaign.session.pk)
    assert Quota.objects.get(slot=campaign.session.pk, group="").taken == 0


def test_who_missed_a_dose_is_found_told_once_and_forgotten_when_it_is_given(campaign: Campaign) -> None:
    registration = campaign.register()
    dose = campaign.dose(registration, days_ago=100)
    jobs.follow_recorded_dose(DoseRecorded(dose.pk, dose.person_id, "demo"))
    [row] = queries.missed_doses()
    assert (row.number, row.due_on, row.missed_after) == (2, today() - timedelta(72), today() - timedelta(44))
    for _run in range(2):
        jobs.tell_due_doses()
    sent = Message.objects.filter(user=campaign.user)
    assert list(sent.values_list("sort", flat=True)) == ["vaccination-dose-missed"]
    where = reverse("vaccination:person", args=["covid-19", row.person_id])
    with translation.override("id"):
        by_when = day(today() - timedelta(44))
    assert all(words in sent[0].text for words in ("Rina Contoh", "2", by_when, where)), sent[0].text
    second = campaign.dose(registration, days_ago=1, number=2)
    jobs.follow_recorded_dose(DoseRecorded(second.pk, second.person_id, "demo"))
    assert [each.number for each in NextDose.objects.all()] == [3]
    assert not queries.missed_doses()


def test_reminders_and_appointments_that_did_not_take_place(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    registration = actions.book(by=campaign.by, registration=campaign.register(), slot=campaign.session.pk)
    later = city_time(campaign.session.slot.starts_at).replace(hour=15) - timedelta(days=1)
    monkeypatch.setattr(current_time, "now", lambda: later)
    for _run in range(2):
        jobs.remind_of_appointments()
    assert Message.objects.filter(sort="vaccination-tomorrow").count() == 1
    monkeypatch.setattr(current_time, "now", lambda: later + timedelta(days=2))
    jobs.end_appointments()
    registration.refresh_from_db()
    assert (registration.state, registration.booking) == ("waiting", None)
    jobs.call_turns()
    jobs.call_turns()
    assert Message.objects.filter(sort="vaccination-absent").count() == 1
    assert Message.objects.filter(sort="vaccination-turn").count() == 1


def _sms(text: str, sender: str = "+6281200000077", number: str = "1") -> str | None:
    inbound = InboundMessage.objects.create(
        provider="tests", external_id=number, channel="sms", sender=sender, text=text, at=current_time.now()
    )
    return receive_registration(inbound)


def test_an_sms_registers_and_takes_the_nearest_place(campaign: Campaign) -> None:
    reply = _sms("Vaksin Siti Aminah#3-5-1955#Gambir")
    registration = Registration.objects.get()
    assert (registration.channel, registration.state) == ("sms", "booked")
    assert reply
    assert "gambir" in reply
    assert _sms("VAKSIN siti aminah#3-5-1955#Gambir", number="2") == reply
    assert "VAKSIN BATAL" in reply
    refused = _sms(f"VAKSIN BATAL {registration.reference}", sender="+6281200000078", number="3")
    registration.refresh_from_db()
    assert registration.state == "booked"
    assert refused
    _sms(f"VAKSIN BATAL {registration.reference}", number="4")
    registration.refresh_from_db()
    assert registration.state == "cancelled"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Halo", None),
        ("VAKSIN", "#"),
        ("VAKSIN Siti Aminah", "#"),
        ("VAKSIN Siti Aminah#kemarin", "1955"),
        ("VAKSIN Siti Aminah#1955#Entah", "Entah"),
    ],
)
def test_an_sms_that_is_no_registration_is_answered(campaign: Campaign, text: str, expected: str | None) -> None:
    reply = _sms(text)
    assert (reply is None) if expected is None else expected in (reply or "")
    assert not Registration.objects.exists()


def test_an_sms_of_the_owner_of_a_profile_needs_one_word(campaign: Campaign) -> None:
    assert _sms("vaksin", sender="+6281200000001")
    assert Registration.objects.get().person == campaign.rina.person


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("3-5-1955", (date(1955, 5, 3), "day")),
        ("03/05/1955", (date(1955, 5, 3), "day")),
        ("5-1955", (date(1955, 5, 1), "month")),
        (" 1955 ", (date(1955, 1, 1), "year")),
        ("31-2-1955", None),
        ("3-5-55", None),
        ("1-1-2999", None),
        ("1-1-1800", None),
    ],
)
def test_birth_dates_as_people_write_them(typed: str, expected: tuple[date, str] | None) -> None:
    if expected:
        assert parse_birth_date(typed, date(2026, 12, 1)) == expected
    else:
        with pytest.raises(ActionRefused):
            parse_birth_date(typed, date(2026, 12, 1))


def _day_of(campaign: Campaign) -> date:
    return city_time(campaign.session.slot.starts_at).date()


def test_registrations_are_removed_half_a_year_after_their_end_and_next_doses_after_three_years(
    campaign: Campaign,
) -> None:
    registration = campaign.register()
    campaign.dose(registration, days_ago=100)
    dose = campaign.rina.person.doses.get()
    jobs.follow_recorded_dose(DoseRecorded(dose.pk, dose.person_id, "demo"))
    registrations, doses = (retention.rules.get(f"vaccination.{name}") for name in ("registrations", "next-doses"))
    assert (retention.apply(registrations), retention.apply(doses)) == (0, 0)
    with current_time.freeze(current_time.now() + timedelta(days=181)):
        assert (retention.apply(registrations), retention.apply(doses)) == (1, 0)
    with current_time.freeze(current_time.now() + timedelta(days=3 * 366)):
        assert retention.apply(doses) == 1


def test_pages_lead_from_the_service_to_an_appointment(campaign: Campaign) -> None:
    client = CheckedClient()
    client.force_login(campaign.user)
    people = client.get("/vaccination/campaigns/covid-19/")
    assert "Rina Contoh" in people.content.decode()
    form = {"name": "Siti Aminah", "born": "1955", "sex": "female", "area": "31.71.01.1001"}
    assert client.post("/vaccination/campaigns/covid-19/other/", form | {"born": "gestern"}).status_code == 422
    made = client.post("/vaccination/campaigns/covid-19/other/", form)
    assert made.status_code == 303
    page = client.get(made["Location"]).content.decode()
    assert "/at/gambir/" in page
    times = f"{made['Location']}at/gambir/"
    for slot in ("", "²"):
        assert client.post(times, {"slot": slot}).status_code == 422
    assert client.get(times).status_code == 200
    assert client.post(times, {"slot": campaign.session.pk})["Location"] == made["Location"]
    booked = client.get(made["Location"])
    assert "<svg" in booked.content.decode()
    assert not booked.context["reminder"], "tomorrow: it may have been sent already"
    with current_time.freeze(current_time.now() - timedelta(days=1)):
        assert client.get(made["Location"]).context["reminder"]
    own = client.get(f"/vaccination/campaigns/covid-19/{campaign.rina.person_id}/")
    assert own.status_code == 200
    saved = client.post(f"/vaccination/campaigns/covid-19/{campaign.rina.person_id}/", {})
    assert Registration.objects.filter(person=campaign.rina.person, state="waiting").exists()
    assert client.post(f"{saved['Location']}cancel/").status_code == 303
    assert client.get("/vaccination/").status_code == 200
    stranger = CheckedClient()
    stranger.force_login(town.person("+6281200000002", "Orang Lain").user)
    assert stranger.get(made["Location"]).status_code == 404
    assert stranger.get(f"/vaccination/campaigns/covid-19/{campaign.rina.person_id}/").status_code == 404


def test_a_registration_with_its_place_takes_few_statements(
    campaign: Campaign, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    campaign.district.receive(2)
    actions.book(by=campaign.by, registration=campaign.other(), slot=campaign.session.pk)  # caches are warm
    rina = Resident.objects.select_related("person", "user").get(pk=campaign.rina.pk)
    by, wish = town.acting(rina), actions.Wish("covid-19")
    # Deferred ones, savepoints and keys are counted too: they travel with others, so these are eight round trips.
    with django_assert_max_num_queries(24):
        registration = actions.register(by=by, person=rina.person, wish=wish)
        booked = actions.book(by=by, registration=registration, slot=campaign.session.pk)
    assert booked.booking


def test_the_health_record_shows_registrations_once_and_links_to_them(campaign: Campaign) -> None:
    client = CheckedClient()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    client.force_login(campaign.user)
    page = client.get("/me/health/").content.decode()
    assert "COVID-19, dose 1" in page, "it comes next"
    registration = campaign.register()
    other = campaign.other()
    page = client.get("/me/health/").content.decode()
    assert "No appointment yet" in page
    assert "COVID-19, dose 1" not in page, "a dose that one is registered for is not offered again"
    assert f"/vaccination/registrations/{registration.reference}/" in page
    assert other.reference not in page, "the record of the person whom one registered stays theirs"
    booked = actions.book(by=campaign.by, registration=registration, slot=campaign.session.pk)
    page = client.get("/me/health/").content.decode()
    assert page.count("gambir, Gambir") == 1, "bookings of registrations are not listed again as bookings"
    actions.cancel(by=campaign.by, registration=booked)
    assert registration.reference not in client.get("/me/health/").content.decode()
