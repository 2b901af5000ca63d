"""Demo access log: officers' reads of the last weeks, for residents' logs and the access report."""

import random
from collections import defaultdict
from datetime import timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from kini.cases.models import Case
from kini.city.models import Agency
from kini.city.public import pack
from kini.core import current_time
from kini.core.actors import Actor
from kini.demo.people import BY, DemoPeople
from kini.people import actions, queries
from kini.people.public import AccessType, DataRead, PeoplePermission, access_purposes, contacts, roles

SEED = 27_2022
COLLEAGUES = 3
DAYS = 28


def create_access_log(people: DemoPeople) -> None:
    """Log case reads by officers, and by colleagues in the busiest agency, on working days.

    One of the colleagues reveals hidden data unusually often today.
    """
    rng = random.Random(SEED)  # noqa: S311 -- a demo, no secret
    cases: dict[str, list[Case]] = defaultdict(list)
    for case in Case.objects.filter(resident__isnull=False).select_related("resident", "agency").order_by("pk"):
        cases[case.agency_id].append(case)
    role = next((name for name, each in roles().items() if PeoplePermission.SEE_IDENTITY in each.may), "")
    busiest = max(cases.values(), key=len, default=[]) if role else []
    with translation.override(pack.current().languages[0]):
        numbers = range(1, COLLEAGUES + 1) if busiest else ()
        colleagues = [_colleague(busiest[0].agency, role, number) for number in numbers]
        for agency, some in cases.items():
            officers = [people.officers[agency], *(colleagues if some is busiest else [])]
            _open_daily(officers, some, rng)
        if busiest:
            _look_often(colleagues[-1], busiest)


def _open_daily(officers: list[Actor], cases: list[Case], rng: random.Random) -> None:
    for back in range(DAYS, -1, -1):
        moment = current_time.now() - timedelta(days=back)
        there = [case for case in cases if case.opened_at < moment]
        if not there or (back and not pack.current().calendar.is_working_day(moment.date())):
            continue
        for by in officers:
            some = rng.sample(there, rng.randint(1, min(5, len(there))))
            with current_time.freeze(moment):
                reads = [DataRead(case.resident_id, case.reference) for case in some]
                actions.log_reads(by=by, what=AccessType.CASE, reads=reads)


def _look_often(by: Actor, cases: list[Case]) -> None:
    limits, purpose = access_purposes.access_limits(), next(iter(access_purposes.look_purposes()))
    for number in range(min(limits.unusual_looks + 3, limits.looks_per_hour)):
        case = cases[number % len(cases)]
        reason = _("Compare the documents with the card")
        actions.log_look(
            by=by,
            resident=case.resident,
            what=AccessType.IDENTITY,
            purpose=purpose,
            reason=reason,
            reference=case.reference,
        )


def _colleague(agency: Agency, role: str, number: int) -> Actor:
    """Officer of an agency with a role that sees identities; not listed for sign-in."""
    user = actions.open_account(by=BY, contact=contacts.Contact("email", f"colleague-{number}@demo.example"))
    name = _("Colleague {number}").format(number=number)
    officer = actions.create_officer(by=BY, user=user, agency=agency, name=name)
    actions.grant_role(by=BY, officer=officer, role=role)
    return queries.officer_actor(officer)
