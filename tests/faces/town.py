"""Data for the page types: cases, documents, payments, bookings and people, created by the regular actions.

The residents are of the town alone: whoever else looks at the city finds the demo's people as they were.

Run with the environment of that city: `python -m tests.faces.town FILE` writes names and what stands for them in
addresses (references, ids, codes) as JSON.
"""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import django

django.setup()

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes  # noqa: E402
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret  # noqa: E402
from allauth.mfa.webauthn.internal.auth import WebAuthn  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import translation  # noqa: E402

from kini.booking import actions as booking  # noqa: E402
from kini.booking import queries as bookings  # noqa: E402
from kini.booking import venue_actions  # noqa: E402
from kini.booking.models import Slot  # noqa: E402
from kini.cases import actions  # noqa: E402
from kini.cases.models import Case, Draft  # noqa: E402
from kini.cases.record_policy import REQUEST  # noqa: E402
from kini.city import pack  # noqa: E402
from kini.city.models import Area  # noqa: E402
from kini.city.queries import lowest_level_areas  # noqa: E402
from kini.core import current_time  # noqa: E402
from kini.core.actors import Actor, ActorKind, system  # noqa: E402
from kini.core.grants import Scope  # noqa: E402
from kini.demo.answers import answer_page  # noqa: E402
from kini.demo.cases import create_application  # noqa: E402
from kini.demo.people import HEAD, MAIL_DOMAIN, DemoPeople, create_resident, details_of, write_sign_in_list  # noqa: E402
from kini.epidemic.prevention import actions as epidemic  # noqa: E402
from kini.epidemic.prevention.actions import AlertContent  # noqa: E402
from kini.health_record import actions as health_record  # noqa: E402
from kini.messages import actions as messages  # noqa: E402
from kini.messages import queries as told  # noqa: E402
from kini.messages import unsubscribe  # noqa: E402
from kini.payments import actions as payments  # noqa: E402
from kini.payments.providers.base import ReceivedPayment  # noqa: E402
from kini.people import actions as people  # noqa: E402
from kini.people import demo_accounts, profile_values, queries  # noqa: E402
from kini.people.models import Officer, Resident, User  # noqa: E402
from kini.privacy import actions as privacy  # noqa: E402
from kini.records import actions as records  # noqa: E402
from kini.services import catalogue, questions  # noqa: E402
from kini.services.fields.identity import example_national_id  # noqa: E402
from kini.services.models import Service  # noqa: E402
from kini.services.snapshots import PageSnapshot, snapshot_of  # noqa: E402
from kini.together import made_up_help  # noqa: E402
from kini.together.models import Pledge  # noqa: E402
from kini.web import formats  # noqa: E402
from kini.web.formats import city_time  # noqa: E402
from kini.wifi import actions as wifi  # noqa: E402
from kini.wifi.models import AccessPoint, Device, Group  # noqa: E402
from kini.wifi.permissions import WifiPermission  # noqa: E402
from kini.wifi.planning.plan_request import PlanRequest  # noqa: E402
from tests.people.softkey import SoftKey  # noqa: E402

BY = system("tests")
#: Gives a letter, can be corrected, refused and objected to.
LETTER = "kelurahan-statement-letter"
#: Has a page that is answered several times.
LISTED = "family-card"
BILL = "property-tax"
#: Asks for a place.
REPORT = "flood-report"
#: Whose page offers a way to leave it at once.
SENSITIVE = "women-child-protection"
#: Has places, days, times and groups to choose from.
BOOKED = "health-centre-queue"
#: A person who came to the counter, and one who never did, as the demo numbers its people.
KNOWN, NEW = 5, 900
#: The town's own people: one with a family, one with a second step, one who can only be written to.
RESIDENT, GUARDED, FAR = 901, 902, 903

#: Who the demo's officers of mutual help and of reports are, by who looks at a page (pages.py).
TASKS = {
    "helper": "help-coordinator",
    "checker": "release-reports",
    "auditor": "audit-report",
    "planner": "plan-routing",
}

type Town = dict[str, Any]


def made() -> Town:
    """Everything, in the first language of the city."""
    with translation.override(pack.current().languages[0]):
        resident, guarded = _settled()
        officer, cashier, nurse = _officer(LETTER), _officer(BILL), _officer(BOOKED)
        people.grant_role(by=BY, officer=_self(cashier), role="cashier")
        cashier = queries.officer_actor(_self(cashier))
        town: Town = {"resident": _contact(resident), "guarded": _contact(guarded)}
        town |= {"officer": _contact(_user(officer)), "cashier": _contact(_user(cashier))}
        town["nurse"] = _contact(_user(nurse))
        town |= {who: f"{task}{MAIL_DOMAIN}" for who, task in TASKS.items()}
        town |= _help()
        town |= _cases(_acting(resident), officer)
        town |= _drafts(_acting(resident))
        town |= _privacy(_acting(resident), officer)
        town |= _payments(_acting(resident), cashier)
        town |= _records(_acting(resident), officer, nurse, town["granted"])
        town |= _booked(_acting(resident), nurse)
        town |= _health_alerts(nurse, officer)
        town |= _desk(officer, resident)
        town |= _many(officer, town)
        town |= _far(officer)
        town |= _second_step(guarded)
        town |= _arrival(resident)
        town["plan"] = _plan(officer)
        town["tie"] = queries.family_of(queries.resident_of(resident)).values_list("pk", flat=True)[0]
        program = people.register_client(
            by=BY,
            name="Aplikasi warga",
            addresses=["https://program.example/back"],
            scopes=["cases:read"],
            keeps_secrets=False,
            per_minute=60,
        )
        people.issue_token(by=BY, client=program.client, user=resident, scopes=["cases:read"])
        town["program"] = program.client.pk
    town |= {"service": LETTER, "sensitive": SENSITIVE}
    service = Service.objects.get(pk=LETTER)
    town |= {"category": service.category, "event": next(iter(catalogue.current().events))}
    sort = pack.current().national_id
    town |= {"known_number": example_national_id(sort, KNOWN), "new_number": example_national_id(sort, NEW)}
    town["claimed_number"] = example_national_id(sort, GUARDED)
    call_command("procrastinate", "worker", wait=False, concurrency=1)
    town["waiting_plan"] = _plan(officer)
    letter = Case.objects.get(reference=town["granted"]).letters.get()
    town |= {"letter": str(letter.pk), "code": letter.signed_document.code}
    return town | _told(resident, officer)


def _help() -> Town:
    """Made-up help with an open need that has pledges, and a pledge that was received."""
    made_up_help.fill(BY, needs=15)
    pledge = Pledge.objects.filter(state="received").select_related("line__need").earliest("pk")
    return {"need": pledge.line.need.reference, "pledge": pledge.reference}


def _settled() -> tuple[User, User]:
    """Two residents, who can be signed in as; the first has a child."""
    cast = DemoPeople(listed=json.loads(demo_accounts.demo_accounts_path().read_text("utf-8")))
    resident, guarded = (create_resident(cast, number, _area()) for number in (RESIDENT, GUARDED))
    write_sign_in_list(cast)
    child = people.Details(name="Anak warga")
    people.add_family_member(by=BY, resident=queries.resident_of(resident), relation="child", details=child)
    return resident, guarded


def _area() -> Area:
    _parent, below = lowest_level_areas()[0]
    return below[0]


def _contact(user: User) -> str:
    return str(user.phone or user.email)


def _user(actor: Actor) -> User:
    return User.objects.get(pk=actor.user_id)


def _acting(user: User) -> Actor:
    return Actor(ActorKind.RESIDENT, user.pk)


def _officer(service: str, name: str = "{}") -> Actor:
    """Somebody of the agency of that service, by the name of their mailbox."""
    agency = Service.objects.get(pk=service).agency
    mailbox = f"{name.format(agency.pk)}{MAIL_DOMAIN}"
    return queries.officer_actor(Officer.objects.get(agency=agency, user__email=mailbox))


def _self(actor: Actor) -> Officer:
    row = queries.officer_of(actor)
    assert row is not None
    return row


def _applied(by: Actor, service: str, number: int, channel: str = "web", days: int = 3) -> Case:
    """A case of some days ago."""
    if channel == "web":
        resident = Resident.objects.get(user_id=by.user_id)
    else:
        resident = Resident.objects.filter(user=None).order_by("pk")[number]
    moment = current_time.now() - timedelta(days=days)
    with current_time.freeze(moment):
        return create_application(by, resident, Service.objects.get(pk=service), channel, number)


def _cases(resident: Actor, officer: Actor) -> Town:
    """A case in each of the states that look different."""
    waiting, challenge, granted, refused = (_applied(resident, LETTER, number) for number in range(1, 5))
    actions.move(by=officer, case=challenge, move="ask", values={"message": "Foto KTP kurang jelas."})
    for by, move in ((officer, "accept"), (_officer(LETTER, HEAD), "approve")):
        granted = actions.move(by=by, case=granted, move=move)
    actions.move(by=officer, case=refused, move="reject", values={"reason": "Dokumen tidak sesuai."})
    helped = _applied(officer, LETTER, 5, channel="counter")
    asked_list = _applied(resident, LISTED, 1)
    actions.move(by=_officer(LISTED), case=asked_list, move="ask", values={"message": "Lengkapi."})
    cases = {"waiting": waiting, "asked": challenge, "asked_list": asked_list, "granted": granted, "refused": refused}
    cases["helped"] = helped
    cases["called"] = _applied(resident, "emergency-call-112", 1)
    return {name: case.reference for name, case in cases.items()}


def _drafts(resident: Actor) -> Town:
    """Drafts at a first question, at a list of entries, with everything answered, and one that was forgotten."""
    fresh, filled, listed = _draft(resident, LETTER), _draft(resident, LETTER), _draft(resident, LISTED)
    with current_time.freeze(current_time.now() - timedelta(days=400)):
        old = _draft(resident, LETTER)
    first = questions.missing_pages(snapshot_of(fresh.version), {}, profile_values.known_values(fresh.resident))[0].key
    placed = _draft(resident, REPORT)
    place = _answer(resident, placed, until=lambda page: any(f.type == "location" for f in page.fields.values()))
    _answer(resident, filled, until=lambda _page: False)
    return {"fresh": str(fresh.pk), "first": first, "filled": str(filled.pk), "old": str(old.pk)} | {
        "placed": str(placed.pk),
        "place": place,
        "listed": str(listed.pk),
        "list": _answer(resident, listed, until=lambda page: page.repeat is not None),
    }


def _privacy(resident: Actor, officer: Actor) -> Town:
    """A copy that is ready, a deletion before it is sent, a breach and a hold."""
    people.grant_role(by=BY, officer=_self(officer), role="data-protection-officer")
    guardian = queries.officer_actor(_self(officer))
    own = Resident.objects.get(user_id=resident.user_id)
    copy = create_application(resident, own, Service.objects.get(pk="privacy-export"), "web", 0)
    privacy.prepare_export(by=BY, case=copy)
    leaving = _draft(resident, "privacy-deletion")
    _answer(resident, leaving, until=lambda _page: False)
    redirect_fields = (
        "Daftar terkirim ke alamat salah",
        None,
        current_time.now(),
        "Nama",
        "Salah alamat.",
        "Daftar dihapus.",
    )
    breach = privacy.record_breach(by=guardian, facts=privacy.BreachFacts(*redirect_fields))
    privacy.add_affected_people(by=guardian, breach=breach, residents=[own])
    people.place_legal_hold(by=guardian, reference=copy.reference, reason="Pengadilan Jakarta")
    return {"copy": copy.reference, "leaving": str(leaving.pk), "breach": breach.pk}


def _records(resident: Actor, officer: Actor, nurse: Actor, reference: str) -> Town:
    """A consent to withdraw, and a case that was opened in an emergency and waits to be judged."""
    for actor, role in ((nurse, "clinician"), (nurse, "hospital-officer"), (officer, "agency-head")):
        if not _self(actor).role_grants.filter(role=role).exists():
            people.grant_role(by=BY, officer=_self(actor), role=role)
    rescuer, case = queries.officer_actor(_self(nurse)), Case.objects.get(reference=reference)
    records.break_glass(by=rescuer, record=case, reason="danger", note="Seorang anak ditemukan sendirian di dermaga")
    own = Resident.objects.get(user_id=resident.user_id)
    consent = records.give_consent(by=resident, resident=own, purpose=REQUEST, reference=reference)
    share = health_record.share_record(by=resident, resident=own, sections=["doses", "tests", "illnesses"])
    shown = {"profile": own.pk, "health_share": share.reference, "health_code": share.code}
    return {"emergency": reference, "consent": consent.pk} | shown


def _health_alerts(nurse: Actor, officer: Actor) -> Town:
    """A sent health alert, and a draft to check."""
    for actor in (nurse, officer):
        if not _self(actor).role_grants.filter(role="epidemiologist").exists():
            people.grant_role(by=BY, officer=_self(actor), role="epidemiologist")
    writer = queries.officer_actor(_self(nurse))
    texts = {"headline": "Dengue meningkat", "description": "Kasus bertambah.", "instruction": "Kuras tempat air."}
    content = AlertContent(
        *("dengue", [Area.objects.get(pk="31.71.01.1001")], "Expected", "Moderate", "Observed", {"id": texts}),
        current_time.now() + timedelta(days=7),
    )
    first = epidemic.send_alert(by=BY, alert=epidemic.write_alert(by=writer, content=content))
    draft = epidemic.write_alert(by=writer, content=content)
    return {"health_alert": first.identifier, "alert_draft": draft.pk}


def _draft(by: Actor, service: str) -> Draft:
    version = Service.objects.get(pk=service).current
    assert version is not None
    return actions.start_draft(by=by, version=version, resident=Resident.objects.get(user_id=by.user_id))


def _answer(by: Actor, draft: Draft, until: Callable[[PageSnapshot], bool]) -> str:
    """Answer page by page; the key of the last one, which `until` names."""
    snapshot, known = snapshot_of(draft.version), profile_values.known_values(draft.resident)
    field_values: dict[str, object] = {}
    while missing := questions.missing_pages(snapshot, field_values, known):
        values = answer_page(by, draft, snapshot, missing[0], 1, field_values)
        actions.save_answers(by=by, draft=draft, page=missing[0].key, values=values)
        if until(missing[0]):
            return missing[0].key
        field_values |= values
    return ""


def _payments(resident: Actor, cashier: Actor) -> Town:
    """A bill that waits for its money, one that is paid, and money that goes back."""
    unpaid, paid, returned = (_applied(resident, BILL, number) for number in range(1, 4))
    waiting = payments.request_code(by=resident, case=unpaid, method="qr")
    receipt = _paid(resident, paid)
    _paid(resident, returned)
    payments.refund_payment(by=cashier, payment=returned.payments.get(), reason="Dibayar dua kali.")
    town = {"unpaid": unpaid.reference, "payment": str(waiting.pk)}
    return town | {"paid": paid.reference, "receipt": receipt}


def _paid(resident: Actor, case: Case) -> str:
    """Pay the bill of a case; the number of the receipt."""
    payment = payments.request_code(by=resident, case=case, method="qr")
    paid = ReceivedPayment(payment.pk.hex, f"B{payment.pk.hex[:12]}", payment.amount, current_time.now())
    return payments.record_payment(by=BY, provider=payment.provider, received=paid).receipt


def _booked(resident: Actor, nurse: Actor) -> Town:
    """A draft before a time is chosen, a booking that holds one, a queue of today, and a slot that may be closed."""
    service = Service.objects.get(pk=BOOKED)
    choosing = _draft(resident, BOOKED)
    _answer(resident, choosing, until=lambda _page: False)
    for number in (2, 3):
        here = _applied(nurse, BOOKED, number, channel="counter", days=0)
        booking.end_example_slot(by=BY, slot=_slot_of(here))
        reserved = bookings.of_case(here)
        assert reserved is not None
        venue_actions.call_visitor(by=nurse, booking=venue_actions.check_in(by=nurse, booking=reserved))
    coming = _applied(resident, BOOKED, 1, days=0)
    slot = _slot_of(coming)
    place, day = bookings.venue_of(slot), city_time(slot.starts_at).date()
    today = bookings.venue_of(_slot_of(here))
    return {
        "choosing": str(choosing.pk),
        "booked": coming.reference,
        "booked_service": service.pk,
        "venue": place.key,
        "day": day.isoformat(),
        "venue_today": today.key,
        "today": formats.today().isoformat(),
        "slot": slot.pk,
    }


def _slot_of(case: Case) -> Slot:
    row = bookings.of_case(case)
    assert row is not None
    return row.slot


def _many(officer: Actor, town: Town) -> Town:
    """One step for two cases, taken back, and two cases that may be the same."""
    alike = [_applied(officer, LETTER, number, channel="counter") for number in (6, 7)]
    bulk = actions.schedule_batch_move(by=officer, cases=alike, move="accept", query="view=all")
    actions.cancel_batch_move(by=officer, bulk=bulk)
    return {"bulk": bulk.pk, "alike": alike[0].reference, "other": alike[1].reference}


def _far(officer: Actor) -> Town:
    """Somebody without an account, whom only paper reaches."""
    details, phone = details_of(FAR, _area()), "+628123456903"
    resident = people.find_or_create_resident(by=officer, details=details, phone=phone, reason="Loket")
    messages.opt_out(by=Actor(ActorKind.GUEST), channel="sms", recipient=phone)
    moment = current_time.now() - timedelta(days=1)
    with current_time.freeze(moment):
        case = create_application(officer, resident, Service.objects.get(pk=LETTER), "counter", 8)
    actions.move(by=officer, case=case, move="ask", values={"message": "Foto KTP kurang jelas."})
    return {"far": case.reference}


def _told(resident: User, officer: Actor) -> Town:
    """A message, a letter to be posted, and an unsubscribe link."""
    letter, mail = told.letters_to_print(officer).latest("pk"), unsubscribe.unsubscribe_url("email", _contact(resident))
    return {
        "message": told.inbox(resident)[0].pk,
        "sheet": letter.pk,
        "stop": mail.rstrip("/").rpartition("/")[2],
    }


def _desk(officer: Actor, resident: User) -> Town:
    """Data of the desk: a reply, a mention of the officer, a colleague."""
    me = _self(officer)
    reply = actions.create_reply(by=officer, agency=me.agency, service=None, title="Foto", text="Mohon foto ulang.")
    colleague = people.create_officer(by=BY, user=resident, agency=me.agency, name="Petugas arsip")
    people.grant_role(by=BY, officer=colleague, role="document-officer")
    case = Case.objects.filter(agency=me.agency, closed_at=None).latest("pk")
    actions.add_note(by=queries.officer_actor(colleague), case=case, text=f"@{me.name} mohon diperiksa.")
    people.deactivate_officer(by=BY, officer=colleague)
    return {"reply": reply.pk, "colleague": colleague.pk}


def _arrival(resident: User) -> Town:
    """Redirect of an access point to the portal, and devices that connect automatically."""
    point = AccessPoint.objects.order_by("pk")[0]
    AccessPoint.objects.filter(pk=point.pk).update(nas_address="127.0.0.9", login_address="http://10.1.0.1:3990")
    now = current_time.now()
    group = Group.objects.get(pk="resident")
    for number, name in enumerate(("Chrome, Android", "Firefox, Linux")):
        Device.objects.create(
            mark=bytes([number]) * 32, group=group, owner=resident, name=name, expires_at=now + timedelta(days=20)
        )
    redirect_fields = {"res": "notyet", "called": point.mac, "mac": "AC-DE-48-00-11-22", "challenge": "00" * 16}
    wanted = "http://berita.example/hari-ini"
    ruckus = {
        "id": redirect_fields["mac"],
        "ap": point.mac,
        "client_mac": redirect_fields["mac"],
        "nasid": point.mac,
        "url": wanted,
    }
    return {"arrival": f"?{urlencode(redirect_fields | ruckus | {'userurl': wanted})}"}


def _plan(officer: Actor) -> int:
    """A plan of new Wi-Fi points; it is ready once a worker has run."""
    wish = PlanRequest(
        points=30, radius_m=300, capacity=1_000, cost=15_000_000, budget=None, equity=0.5, anywhere=False
    )
    grant = next(grant for grant in officer.grants if WifiPermission.PLAN_WIFI in grant.permissions)
    scope = Scope(grant.agency, grant.area_path)
    return wifi.request_plan(by=officer, name="Titik baru 2027", plan_request=wish, scope=scope).pk


def _second_step(user: User) -> Town:
    """An account with an app, a passkey, and codes on paper."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    challenge = {"rp": {"id": "127.0.0.1"}, "challenge": "", "user": {"id": str(user.pk)}}
    passkey = WebAuthn.add(user, "Ponsel saya", json.loads(SoftKey().create({"publicKey": challenge})))
    codes = RecoveryCodes.activate(user).get_unused_codes()
    return {"passkey": passkey.instance.pk, "recovery": codes}


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(made()), "utf-8")
