"""Reports that the usual rules do not decide: at places without an office, and at the border with another city."""

from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.utils import translation

from kini.cases import actions as cases
from kini.cases.models import Case, Draft
from kini.city.public import pack
from kini.city.queries import area, landmark
from kini.core import current_time
from kini.core.actors import Actor, ActorKind, system
from kini.demo import past
from kini.demo.cases import start_application
from kini.demo.content import Stray, demo_content
from kini.demo.neighbour import Sandbox, sandbox_of
from kini.demo.people import MAIL_DOMAIN, WITH_ACCOUNT, recall_people
from kini.people.models import Resident
from kini.reports import actions as reports
from kini.reports.public import GeoReportServer, TheirRequest, filing_of, other_cities
from kini.services.models import Service
from kini.services.public import snapshot_of

BY = system("open311")
SEED = 311
#: Hours after a report at which an officer notes why it waits, or files it in the other city.
LOOKED_AT = 1.5


def folder() -> Path:
    """The folder in which the neighbouring city keeps its requests, as ./kini sandbox does."""
    return Path(settings.VAR_PATH) / "open311"


def create_strays() -> int:
    """Open the strays of the pack's demo, note why they wait, and file some in the neighbouring city."""
    heads = recall_people().heads
    mailboxes = [f"resident-{number}{MAIL_DOMAIN}" for number in range(2, WITH_ACCOUNT + 1)]
    reporters = list(Resident.objects.filter(assurance__gt=0, user__email__in=mailboxes).order_by("pk"))
    services = Service.objects.filter(active=True).select_related("current").in_bulk()
    now, made = current_time.now(), 0
    with translation.override(pack.current().languages[0]):
        for number, stray in enumerate(demo_content().strays):
            service = services.get(stray.service)
            if service and service.agency_id in heads and reporters and area(stray.area):
                case = _report(reporters[number % len(reporters)], service, stray, number, now)
                _look_at(case, heads[service.agency_id], stray, now)
                made += 1
    return made


def _report(resident: Resident, service: Service, stray: Stray, number: int, now: datetime) -> Case:
    by = Actor(ActorKind.RESIDENT, resident.user_id)
    with past.at(now - timedelta(hours=stray.hours)):
        draft = start_application(by, resident, service, "web", SEED + number)
        cases.update_answers(by=by, draft=draft, values=_answers(draft, stray))
        return cases.submit(by=by, draft=draft, confirm=True)


def _answers(draft: Draft, stray: Stray) -> dict[str, Any]:
    """The stray's place and words, by the names of the questions for them."""
    there = area(stray.area)
    assert there is not None
    rng = Random(stray.description)  # noqa: S311 -- made-up data
    middle = (there.latitude, there.longitude)
    latitude, longitude = stray.point or (round(each + rng.uniform(-0.001, 0.001), 6) for each in middle)
    place = {
        "lat": latitude,
        "lon": longitude,
        "text": stray.location,
        "area": there.code,
        "exact": True,
        "near": landmark(latitude, longitude),
    }
    fields = {name: field.type for page in snapshot_of(draft.version).pages for name, field in page.fields.items()}
    values = {"location": place, "longtext": stray.description}
    return {name: values[type_] for name, type_ in fields.items() if type_ in values}


def _look_at(case: Case, officer: Actor, stray: Stray, now: datetime) -> None:
    moment = case.opened_at + timedelta(hours=LOOKED_AT)
    if moment >= now:
        return
    if stray.note:
        with past.at(moment):
            cases.add_note(by=officer, case=case, text=stray.note)
    sandbox = sandbox_of(folder())
    city = other_cities().get(sandbox.city.id) if sandbox else None
    if stray.elsewhere and sandbox and city and case.service_id in city.services:
        _file_elsewhere(case, officer, sandbox, city, moment, now)


def _file_elsewhere(
    case: Case, officer: Actor, sandbox: Sandbox, city: GeoReportServer, moment: datetime, now: datetime
) -> None:
    """File a report as the officer does, and record what the other city answered since, without a call to it."""
    with past.at(moment):
        request = reports.file_elsewhere(by=officer, case=case, city=city)
        filing = filing_of(case, f"open311:{case.reference}")
        their_id = sandbox.file(city.services[case.service_id], filing.description, filing.key, moment)
        request = reports.record_filed_elsewhere(by=BY, request=request, their_id=their_id, token="")
    for answer in sandbox.city.answers:
        at = moment + timedelta(hours=answer.hours)
        if at < now:
            [shown] = sandbox.requests([their_id], at)
            with past.at(at):
                update = TheirRequest.model_validate(shown)
                reports.record_status_elsewhere(by=BY, request=request, update=update, city=city.title)
