"""What the page types need: cases, papers, payments and people of a scratch city, made by the ordinary actions.

Run with the environment of that city: `python -m tests.faces.town FILE` writes names and what stands for them in
addresses (references, ids, codes) as JSON.
"""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes  # noqa: E402
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret  # noqa: E402
from allauth.mfa.webauthn.internal.auth import WebAuthn  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import translation  # noqa: E402

from kini.cases import actions  # noqa: E402
from kini.cases.models import Case, Draft  # noqa: E402
from kini.city import pack  # noqa: E402
from kini.core import moments  # noqa: E402
from kini.core.actors import Actor, ActorKind, system  # noqa: E402
from kini.demo.cases import answered, apply  # noqa: E402
from kini.payments import actions as payments  # noqa: E402
from kini.payments.providers.base import Paid  # noqa: E402
from kini.people import actions as people  # noqa: E402
from kini.people import demo, profile, queries  # noqa: E402
from kini.people.models import Officer, Resident, User  # noqa: E402
from kini.services import catalogue, questions  # noqa: E402
from kini.services.fields.identity import national_example  # noqa: E402
from kini.services.models import Service  # noqa: E402
from kini.services.versions import ResolvedPage, resolve  # noqa: E402
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
#: A person who came to the counter, and one who never did, as the demo numbers its people.
KNOWN, NEW = 5, 900

type Town = dict[str, Any]


def made() -> Town:
    """Everything, in the first language of the city."""
    with translation.override(pack.current().languages[0]):
        resident, guarded = _account(0), _account(1)
        officer, cashier = _officer(LETTER), _officer(BILL)
        people.grant_role(by=BY, officer=_self(cashier), role="cashier")
        cashier = queries.officer_actor(_self(cashier))
        town: Town = {"resident": _contact(resident), "guarded": _contact(guarded)}
        town |= {"officer": _contact(_user(officer)), "cashier": _contact(_user(cashier))}
        town |= _cases(_acting(resident), officer)
        town |= _drafts(_acting(resident))
        town |= _payments(_acting(resident), cashier)
        town |= _desk(officer, resident)
        town |= _second_step(guarded)
        town["tie"] = queries.family_of(queries.resident_of(resident)).values_list("pk", flat=True)[0]
        program = people.register_program(
            by=BY,
            name="Aplikasi warga",
            addresses=["https://program.example/back"],
            scopes=["cases:read"],
            keeps_secrets=False,
            per_minute=60,
        )
        town["program"] = program.client.pk
    town |= {"service": LETTER, "sensitive": SENSITIVE}
    service = Service.objects.get(pk=LETTER)
    town |= {"category": service.category, "event": next(iter(catalogue.current().events))}
    sort = pack.current().national_id
    town |= {"known_number": national_example(sort, KNOWN), "new_number": national_example(sort, NEW)}
    call_command("procrastinate", "worker", wait=False, concurrency=1)
    letter = Case.objects.get(reference=town["granted"]).letters.get()
    return town | {"letter": str(letter.pk), "code": letter.code}


def _account(number: int) -> User:
    user = queries.user_by_contact(demo.people()[number].contact)
    assert user is not None
    return user


def _contact(user: User) -> str:
    return str(user.phone or user.email)


def _user(actor: Actor) -> User:
    return User.objects.get(pk=actor.user_id)


def _acting(user: User) -> Actor:
    return Actor(ActorKind.RESIDENT, user.pk)


def _officer(service: str) -> Actor:
    """Somebody of the agency of that service."""
    agency = Service.objects.get(pk=service).agency
    return queries.officer_actor(Officer.objects.filter(agency=agency).exclude(user__email__startswith="counter").get())


def _self(actor: Actor) -> Officer:
    found = queries.officer_of(actor)
    assert found is not None
    return found


def _applied(by: Actor, service: str, number: int, channel: str = "web") -> Case:
    if channel == "web":
        resident = Resident.objects.get(user_id=by.user_id)
    else:
        resident = Resident.objects.filter(user=None).order_by("pk")[number]
    moment = moments.now() - timedelta(days=3)
    return apply(by, resident, Service.objects.get(pk=service), channel, number, moment)


def _cases(resident: Actor, officer: Actor) -> Town:
    """A case in each of the states that look different."""
    waiting, asked, granted, refused = (_applied(resident, LETTER, number) for number in range(1, 5))
    actions.move(by=officer, case=asked, move="ask", given={"message": "Foto KTP kurang jelas."})
    for move in ("accept", "approve"):
        granted = actions.move(by=officer, case=granted, move=move)
    actions.move(by=officer, case=refused, move="reject", given={"reason": "Dokumen tidak sesuai."})
    helped = _applied(officer, LETTER, 5, channel="counter")
    asked_list = _applied(resident, LISTED, 1)
    actions.move(by=_officer(LISTED), case=asked_list, move="ask", given={"message": "Lengkapi."})
    cases = {"waiting": waiting, "asked": asked, "asked_list": asked_list, "granted": granted, "refused": refused}
    cases["helped"] = helped
    return {name: case.reference for name, case in cases.items()}


def _drafts(resident: Actor) -> Town:
    """Drafts at a first question, at a list of entries, with everything answered, and one that was forgotten."""
    fresh, filled, listed = _draft(resident, LETTER), _draft(resident, LETTER), _draft(resident, LISTED)
    with moments.at(moments.now() - timedelta(days=400)):
        old = _draft(resident, LETTER)
    first = questions.missing_pages(resolve(fresh.version), {}, profile.known(fresh.resident))[0].key
    placed = _draft(resident, REPORT)
    place = _answer(resident, placed, until=lambda page: any(f.type == "location" for f in page.fields.values()))
    _answer(resident, filled, until=lambda _page: False)
    return {"fresh": str(fresh.pk), "first": first, "filled": str(filled.pk), "old": str(old.pk)} | {
        "placed": str(placed.pk),
        "place": place,
        "listed": str(listed.pk),
        "list": _answer(resident, listed, until=lambda page: page.repeat is not None),
    }


def _draft(by: Actor, service: str) -> Draft:
    version = Service.objects.get(pk=service).current
    assert version is not None
    return actions.start_draft(by=by, version=version, resident=Resident.objects.get(user_id=by.user_id))


def _answer(by: Actor, draft: Draft, until: Callable[[ResolvedPage], bool]) -> str:
    """Answer page by page; the key of the last one, which `until` names."""
    resolved, known = resolve(draft.version), profile.known(draft.resident)
    given: dict[str, object] = {}
    while missing := questions.missing_pages(resolved, given, known):
        values = answered(by, draft, missing[0], 1)
        actions.save_answers(by=by, draft=draft, page=missing[0].key, values=values)
        if until(missing[0]):
            return missing[0].key
        given |= values
    return ""


def _payments(resident: Actor, cashier: Actor) -> Town:
    """A bill that waits for its money, one that is paid, and money that goes back."""
    unpaid, paid, returned = (_applied(resident, BILL, number) for number in range(1, 4))
    waiting = payments.ask_for_code(by=resident, case=unpaid, method="qr")
    receipt = _paid(resident, paid)
    _paid(resident, returned)
    payments.refund(by=cashier, payment=returned.payments.get(), reason="Dibayar dua kali.")
    town = {"unpaid": unpaid.reference, "payment": str(waiting.pk)}
    return town | {"paid": paid.reference, "receipt": receipt}


def _paid(resident: Actor, case: Case) -> str:
    """Pay the bill of a case; the number of the receipt."""
    payment = payments.ask_for_code(by=resident, case=case, method="qr")
    paid = Paid(payment.pk.hex, f"B{payment.pk.hex[:12]}", payment.amount, moments.now())
    return payments.record_paid(by=BY, provider=payment.provider, paid=paid).receipt


def _desk(officer: Actor, resident: User) -> Town:
    """What stands on the desk: a reply, a mention of the officer, a colleague."""
    me = _self(officer)
    reply = actions.write_reply(by=officer, agency=me.agency, service=None, title="Foto", text="Mohon foto ulang.")
    colleague = people.create_officer(by=BY, user=resident, agency=me.agency, name="Petugas arsip")
    people.grant_role(by=BY, officer=colleague, role="document-officer")
    case = Case.objects.filter(agency=me.agency, closed_at=None).latest("pk")
    actions.note(by=queries.officer_actor(colleague), case=case, text=f"@{me.name} mohon diperiksa.")
    people.deactivate_officer(by=BY, officer=colleague)
    return {"reply": reply.pk, "colleague": colleague.pk}


def _second_step(user: User) -> Town:
    """An account with an app, a passkey, and codes on paper."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    asked = {"rp": {"id": "127.0.0.1"}, "challenge": "", "user": {"id": str(user.pk)}}
    passkey = WebAuthn.add(user, "Ponsel saya", json.loads(SoftKey().create({"publicKey": asked})))
    codes = RecoveryCodes.activate(user).get_unused_codes()
    return {"passkey": passkey.instance.pk, "recovery": codes}


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(made()), "utf-8")
