"""Every retention rule deletes data past its term, and nothing else."""

from argparse import Namespace
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from kini.api.models import KeptAnswer
from kini.cases import actions
from kini.cases.models import Presence
from kini.city.models import Area
from kini.cli import check_retention
from kini.core import current_time, retention
from kini.core.models import LimitCounter, OutboxMessage
from kini.core.retention import YEAR
from kini.epidemic.checkin.warning_records import RECORD_BYTES
from kini.epidemic.models import PendingRecord, Slip, Venue, VenueCount, WarningPackage
from kini.exchange.models import InboxEntry
from kini.messages.models import InboundMessage, Message
from kini.people import actions as people_actions
from kini.people.models import KnownDevice, OfficeDay, Person, RegisterCheck, Session, User
from kini.records.models import Membership
from kini.satusehat.models import Comparison, NationalNumber, NationalRecord, PulledDifference, PullRequest
from kini.vaccination.certificates.models import Certificate
from kini.vaccination.doses.models import Dose
from kini.vaccination.sites.models import Site, StandbyRequest
from kini.vaccination.visits.models import PhoneConflict, Visit
from kini.wifi.models import Device, Group
from tests.cases.town import PERMIT, Town, acting, offer, opened

#: Rules that other tests play: with chains, letters, sessions of the Wi-Fi, programs, copies and ended cases.
ELSEWHERE = {
    "epidemic.cases": "tests/epidemic/test_case_access.py",
    "epidemic.tests": "tests/epidemic/test_case_access.py",
    "epidemic.beds": "tests/epidemic/test_beds.py",
    "epidemic.contacts": "tests/epidemic/tracing/test_follow_up.py",
    "epidemic.health-alerts": "tests/epidemic/test_health_alerts.py",
    "epidemic.upload-codes": "tests/epidemic/test_checkin.py",
    "epidemic.self-assessments": "tests/epidemic/test_self_assessment.py",
    "booking.turns": "tests/booking",
    "health_record.shares": "tests/health_record/test_record_pages.py",
    "vaccination.doses": "tests/vaccination/doses/test_doses.py",
    "together.holds": "tests/together/fraud_holds/test_fraud_holds.py",
    "together.photos": "tests/together/test_photos.py",
    "together.givers": "tests/together/test_retention.py",
    "together.household-names": "tests/together/test_retention.py",
    "together.households": "tests/together/test_retention.py",
    "together.needs": "tests/together/test_retention.py",
    "together.visits": "tests/together/visits/test_visits.py",
    "together.certificates": "tests/together/volunteers/test_volunteer_pages.py",
    "together.screenings": "tests/together/volunteers/test_volunteer_pages.py",
    "together.shifts": "tests/together/volunteers/test_volunteer_pages.py",
    "together.volunteers": "tests/together/volunteers/test_volunteer_pages.py",
    "vaccination.registrations": "tests/vaccination/registrations",
    "vaccination.next-doses": "tests/vaccination/registrations",
    "cases.answers": "tests/privacy/test_anonymisation.py",
    "cases.bulks": "tests/cases/desk/test_batch_moves.py",
    "cases.drafts": "tests/cases/test_drafts.py",
    "core.audit": "tests/core/test_chain.py",
    "core.failed-jobs": "tests/core/test_events.py",
    "core.import-changes": "tests/core/test_table_loading.py",
    "core.import-runs": "tests/core/test_table_loading.py",
    "exchange.outbox": "tests/exchange/test_outbox.py",
    "exchange.pauses": "tests/exchange/test_outbox.py",
    "letters.papers": "tests/privacy/test_letters.py",
    "people.access-log": "tests/core/test_chain.py",
    "people.used-credentials": "tests/api/test_program_security.py",
    "privacy.exports": "tests/privacy/test_export.py",
    "reports.audits": "tests/reports/test_audit_draws.py",
    "reports.draws": "tests/reports/test_audit_draws.py",
    "reports.figures": "tests/reports/test_audit_draws.py",
    "reports.outside-requests": "tests/reports/test_other_cities.py",
    "reports.filed-requests": "tests/reports/test_open311.py",
    "reports.open311-clients": "tests/reports/test_open311.py",
    "reports.followers": "tests/reports/test_public_reports.py",
    "reports.publications": "tests/reports/test_public_reports.py",
    "records.consents": "tests/core/test_chain.py",
    "records.emergencies": "tests/records/test_break_glass.py",
    "wifi.passes": "tests/wifi/test_portal.py",
    "wifi.pseudonym-keys": "tests/wifi/test_forgetting.py",
    "wifi.reviews": "tests/wifi/test_reviewing.py",
    "wifi.sessions": "tests/wifi/test_forgetting.py",
}


def answer(town: Town, at: datetime) -> None:
    KeptAnswer.objects.create(owner="o", key="k", request=b"r" * 32, status=200, body="{}")
    KeptAnswer.objects.update(created_at=at)


def limit(town: Town, at: datetime) -> None:
    LimitCounter.objects.create(key="k", count=1, until=at)


def outbox(town: Town, at: datetime) -> None:
    OutboxMessage.objects.create(channel="sms", recipient="+6281", text="Code")
    OutboxMessage.objects.update(at=at)


def message(town: Town, at: datetime) -> None:
    fields = {"sort": "case-step", "language": "id", "subject": "s", "text": "t", "short": "s", "at": at}
    Message.objects.create(key="k", user=town.resident.user, **fields)


def heard(town: Town, at: datetime) -> None:
    InboundMessage.objects.create(provider="p", external_id="1", channel="sms", sender="+6281", at=at)


def presence(town: Town, at: datetime) -> None:

    case = opened(town.named("resident"), offer("stall-permit", PERMIT), town.resident)
    actions.record_presence(by=acting(town.head), case=case)
    Presence.objects.update(until=at)


def account(town: Town, at: datetime) -> None:
    User.objects.create_user(phone="+6281299999999")
    User.objects.filter(phone="+6281299999999").update(created_at=at)


def known_device(town: Town, at: datetime) -> None:
    KnownDevice.objects.create(user=town.resident.user, device_hash=b"d" * 32, last_at=at)


def office_day(town: Town, at: datetime) -> None:
    OfficeDay.objects.create(officer=town.clerk, until=at, seen_at=at)


def register_check(town: Town, at: datetime) -> None:
    about = {"reference": uuid4(), "register": "r", "consent": "Yes.", "state": "match", "ended_at": at}
    RegisterCheck.objects.create(resident=town.resident, **about)


def inbox_entry(town: Town, at: datetime) -> None:
    InboxEntry.objects.create(source="clinic", key="k", digest=b"d" * 32, received_at=at)


def person(town: Town, at: datetime) -> None:
    made = Person.objects.create(source="tests.visit", name="Orang Lama")
    Person.objects.filter(pk=made.pk).update(updated_at=at)


def session(town: Town, at: datetime) -> None:
    Session.objects.create(session_key="k" * 64, session_data="", expire_date=at)


def wifi_device(town: Town, at: datetime) -> None:
    Device.objects.create(mark=b"m" * 32, group=Group.objects.create(pk="free"), expires_at=at)


def membership(town: Town, at: datetime) -> None:
    since = at - timedelta(days=1)
    Membership.objects.create(officer=town.clerk, facility_id="registry-pier", role="care", since=since, until=at)


def venue(town: Town, at: datetime) -> Venue:
    owner = town.resident.user
    venue, _made = Venue.objects.get_or_create(
        reference="VN-0000-0000",
        defaults={
            "owner": owner,
            "name": "Pier hall",
            "kind": "hall",
            "area": Area.objects.first(),
            "capacity": 10,
            "stay_minutes": 60,
            "gate_hash": b"g" * 32,
            "closed_at": at,
        },
    )
    return venue


def venue_count(town: Town, at: datetime) -> None:
    VenueCount.objects.create(venue=venue(town, timezone.now()), day=at.date(), device=uuid4(), entered=1, gone=0)


def slip(town: Town, at: datetime) -> None:
    Slip.objects.create(id=b"s" * 32, day=at.date(), sealed=b"sealed")


def package(town: Town, at: datetime) -> None:
    WarningPackage.objects.create(disease="covid-19", published_at=at, content=b"")


def pending_record(town: Town, at: datetime) -> None:
    PendingRecord.objects.create(id=uuid4(), disease="covid-19", package_at=at, record=b"r" * RECORD_BYTES)


def comparison(town: Town, at: datetime) -> None:
    Comparison.objects.create(day=at, organization="city", compared_at=at, ours=1, theirs=1, equal=1)


def difference(town: Town, at: datetime) -> None:
    fields = {"immunization": "i", "kind": "differs", "theirs": {}, "found_at": at}
    where = {"agency": town.registry, "area_path": "1", "person": town.resident.person}
    PulledDifference.objects.create(**fields, **where, decision="ours", decided_at=at, reason="Card seen")


def national_number(town: Town, at: datetime) -> None:
    about = {"organization": "city", "kind": "practitioner", "number": "N1", "checked_at": at}
    NationalNumber.objects.create(key="1", **about)
    NationalNumber.objects.create(key="2", entered_by_hand=True, **about)


def pull(town: Town, at: datetime) -> None:
    PullRequest.objects.create(person=town.resident.person, asked_at=at)


def national_record(town: Town, at: datetime) -> None:
    NationalRecord.objects.create(record_type="dose", record_id=1, organization="city")
    NationalRecord.objects.update(updated_at=at)


def site(town: Town) -> Site:
    where = {"agency": town.registry, "area": town.areas["pier"], "facility_id": "registry-pier"}
    return Site.objects.create(id="pier", kind="fixed", name="Pier", **where)


def certificate(town: Town, at: datetime) -> None:
    dose = Dose.objects.create(
        uuid=uuid4(), reference="VC-0000-0000", person=town.resident.person, campaign="covid-19", vaccine="sinovac",
        number=1, volume_ul=0, given_on=at, agency=town.registry, site_area_path="1", state="given", source="elsewhere",
    )  # fmt: skip
    hashes = {"key_id": b"k" * 8, "signature_hash": b"s" * 16}
    Certificate.objects.create(
        dose=dose, identifier="URN:UVCI:1", code="HC1:", issued_at=at - YEAR, expires_at=at, **hashes
    )


def phone_conflict(town: Town, at: datetime) -> None:
    decided = {"decision": "discarded", "decided_at": at, "reason": "Sent twice"}
    PhoneConflict.objects.create(uuid=uuid4(), site=site(town), entry={}, code="stale", problem="p", **decided)


def standby(town: Town, at: datetime) -> None:
    who = {"person": town.resident.person, "user": town.resident.user}
    StandbyRequest.objects.create(**who, site=site(town), campaign="covid-19", vaccines=[], day=at, made_at=at)


def visit(town: Town, at: datetime) -> None:
    Visit.objects.create(uuid=uuid4(), site=site(town), person=town.resident.person, campaign="covid-19", came_at=at)


PLAYS: dict[str, Callable[[Town, datetime], object]] = {
    "api.answers": answer,
    "cases.presences": presence,
    "core.limits": limit,
    "core.outbox": outbox,
    "epidemic.closed-venues": venue,
    "epidemic.packages": package,
    "epidemic.pending-records": pending_record,
    "exchange.inbox": inbox_entry,
    "messages.heard": heard,
    "messages.inbox": message,
    "people.known-devices": known_device,
    "people.office-days": office_day,
    "people.persons": person,
    "people.register-checks": register_check,
    "people.sessions": session,
    "people.unused-accounts": account,
    "records.memberships": membership,
    "satusehat.comparisons": comparison,
    "satusehat.differences": difference,
    "satusehat.numbers": national_number,
    "satusehat.pulls": pull,
    "satusehat.records": national_record,
    "vaccination.certificates": certificate,
    "vaccination.phone-conflicts": phone_conflict,
    "vaccination.standby": standby,
    "vaccination.visits": visit,
    "wifi.devices": wifi_device,
}


#: Rules about data that knows its day only.
BY_DAY: dict[str, Callable[[Town, datetime], object]] = {
    "epidemic.slips": slip,
    "epidemic.venue-counts": venue_count,
}


def test_every_rule_is_played():
    assert set(retention.rules.names()) == PLAYS.keys() | BY_DAY.keys() | ELSEWHERE.keys()


def removed(rule: retention.RetentionRule, later: timedelta) -> tuple[int, int, int]:
    """Return the numbers of rows that the rule removes now, later, and once more."""
    early = retention.apply(rule)
    with current_time.freeze(timezone.now() + later):
        return early, retention.apply(rule), retention.apply(rule)


def test_each_rule_removes_what_is_past_its_term_and_nothing_else(town):
    """All rules in one town, each in a transaction of its own that is rolled back."""
    counts, hour = {}, timedelta(hours=1)
    for name, play, past, later in (
        *((name, play, hour, 2 * hour) for name, play in PLAYS.items()),
        *((name, play, 24 * hour, 48 * hour) for name, play in BY_DAY.items()),
    ):
        rule = retention.rules.get(name)
        with transaction.atomic():
            play(town, timezone.now() - retention.term_of(rule) + past)
            counts[name] = removed(rule, later)
            transaction.set_rollback(True)
    assert counts == dict.fromkeys([*PLAYS, *BY_DAY], (0, 1, 0))


def test_what_is_on_hold_stays(town, guardian):
    rule = retention.rules.get("messages.inbox")
    message(town, timezone.now() - 3 * YEAR)
    hold = people_actions.place_legal_hold(by=acting(guardian), resident=town.resident, reason="Court")
    assert retention.apply(rule) == 0
    assert next(line.on_hold for line in retention.report() if line.rule is rule) == 1
    people_actions.lift_legal_hold(by=acting(guardian), hold=hold, reason="Judgment")
    assert retention.apply(rule) == 1


def test_a_pack_may_set_another_term(town, city):
    text = (city / "privacy.yaml").read_text("utf-8")
    own = "retention:\n  messages.inbox: {days: 30, law: {id: Perda, en: By-law}}\n"
    (city / "privacy.yaml").write_text(text.replace("retention: {}\n", own), "utf-8")
    assert retention.term_of(retention.rules.get("messages.inbox")) == timedelta(days=30)


def test_the_check_fails_for_what_is_beyond_grace(town, capsys):

    assert check_retention.run(Namespace(apply=False)) == 0
    message(town, timezone.now() - 2 * YEAR - timedelta(days=3))
    assert check_retention.run(Namespace(apply=False)) == 1
    assert check_retention.run(Namespace(apply=True)) == 0
    assert "messages.inbox" in capsys.readouterr().out


def test_terms_have_words_and_reasons():
    for rule in retention.rules:
        assert str(rule.data)
        assert str(rule.basis)
