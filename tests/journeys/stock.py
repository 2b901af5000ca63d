"""Data for the journeys' city, created by the regular actions in a separate process.

Protocol: one JSON line per request, [function, argument ...], and one per response.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.db import transaction
from PIL import Image

django.setup()

from procrastinate.contrib.django.models import ProcrastinateJob  # noqa: E402

from kini.booking.models import Quota, Slot  # noqa: E402 -- settings come first
from kini.cases import actions, jobs  # noqa: E402 -- settings come first
from kini.cases.models import BatchMove, Case, Draft  # noqa: E402
from kini.cases.rules import edge_of  # noqa: E402
from kini.city.models import Agency, Area, Unit  # noqa: E402
from kini.city.public import pack  # noqa: E402
from kini.core import (  # noqa: E402
    audit,
    current_time,
    references,  # noqa: E402
)
from kini.core import files as core_files  # noqa: E402
from kini.core.actors import ActionRefused, Actor, ActorKind, system  # noqa: E402
from kini.core.crypto import decrypt  # noqa: E402
from kini.demo import cases as demo  # noqa: E402
from kini.demo.answers import step_inputs  # noqa: E402
from kini.epidemic.case_records import actions as case_records  # noqa: E402
from kini.epidemic.case_records import fhir  # noqa: E402
from kini.epidemic.checkin import actions as checkin  # noqa: E402
from kini.epidemic.diseases.disease_files import diseases  # noqa: E402
from kini.epidemic.models import CaseRecord, LabTest  # noqa: E402
from kini.messages.channels import push  # noqa: E402
from kini.messages.models import Message  # noqa: E402
from kini.people import actions as people  # noqa: E402
from kini.people.contacts import Contact  # noqa: E402
from kini.people.encrypted_fields import decrypt_field  # noqa: E402
from kini.people.models import Officer, Person, Resident  # noqa: E402
from kini.people.public import details_of  # noqa: E402
from kini.people.queries import officer_actor  # noqa: E402
from kini.records.public import facilities_of  # noqa: E402
from kini.reports import actions as reports  # noqa: E402
from kini.reports.models import AgencyFigures, Publication  # noqa: E402
from kini.reports.public_photos import CoveredArea  # noqa: E402
from kini.reports.public_text import words_of  # noqa: E402
from kini.reports.queries import photos_of  # noqa: E402
from kini.services.models import Service  # noqa: E402
from kini.services.public import snapshot_of  # noqa: E402
from kini.together import actions as together  # noqa: E402
from kini.together.models import Beneficiary, PublishedDay  # noqa: E402
from kini.vaccination.models import Session, Site  # noqa: E402
from kini.web import formats  # noqa: E402
from kini.wifi.inventory.actions import SUBJECT  # noqa: E402
from kini.wifi.inventory.radius_secrets import secret_context  # noqa: E402
from kini.wifi.models import AccessPoint  # noqa: E402
from kini.wifi.radius import freeradius  # noqa: E402

BY = system("journeys")


def cases(service: str, count: int, *steps: str) -> list[str]:
    """Create cases of a service and take these moves; return their references."""
    offered = Service.objects.select_related("current").get(pk=service)
    resident = Resident.objects.exclude(user=None).order_by("pk")[0]
    by = Actor(ActorKind.RESIDENT, resident.user_id)
    begun = Case.objects.count()
    created = [demo.create_application(by, resident, offered, "web", begun + n) for n in range(count)]
    for case in created:
        for step in steps:
            actions.move(by=system("journeys"), case=case, move=step)
    return [case.reference for case in created]


def states(references: list[str]) -> list[str]:
    """Distinct states of these cases."""
    return sorted(set(Case.objects.filter(reference__in=references).values_list("state", flat=True)))


def carry_out() -> int:
    """End the undo period of batch moves; return how many were executed."""
    before = BatchMove.objects.filter(ended_at__isnull=False).count()
    with current_time.freeze(current_time.now() + timedelta(minutes=1)):
        jobs.run_due_batch_moves()
    return BatchMove.objects.filter(ended_at__isnull=False).count() - before


def files(draft: str) -> list[list[Any]]:
    """Width, height, bytes and capture time of each file of a draft."""
    rows = []
    for document in Draft.objects.get(pk=draft).documents.order_by("pk"):
        with core_files.open_stored(document.sha256) as file, Image.open(file) as image:
            rows.append([*image.size, document.size, document.taken_at.isoformat() if document.taken_at else ""])
    return rows


def sent(name: str, service: str) -> int:
    """Number of a person's cases of a service."""
    cases = Case.objects.filter(service_id=service).select_related("resident")
    return sum(case.resident is not None and case.resident.name == name for case in cases)


def run_jobs() -> int:
    """Run due jobs as the worker does; return how many are left."""
    call_command("procrastinate", "worker", wait=False, concurrency=1)
    return int(ProcrastinateJob.objects.filter(status="todo", scheduled_at=None).count())


def access_point(login: str, folder: str, port: int) -> list[str]:
    """Register an access point at 127.0.0.2 with FreeRADIUS; return MAC, secret and site name."""
    point = AccessPoint.objects.select_related("site").filter(site__kind="public-space").earliest("pk")
    with transaction.atomic():  # with the entry that tells web processes to read the network again
        AccessPoint.objects.filter(pk=point.pk).update(nas_address="127.0.0.2", login_address=login)
        audit.record(by=system("journeys"), action="wifi.points-addressed", subject=SUBJECT)
    freeradius.write_config(Path(folder), host="127.0.0.1", port=port, portal="")
    return [point.mac, decrypt(point.secret, secret_context(point.mac)).decode(), point.site.name]


def note(reference: str) -> str:
    """Push payload of the last step of a case."""
    run_jobs()
    return push.push_payload(Message.objects.filter(key__contains=reference).latest("pk"))


def positive_result() -> str:
    """Record a case with a positive result; return the code with which the person warns others."""
    person = Person.objects.create(source="epidemic.case")
    area, agency, today = Area.objects.filter(depth=2).first(), Agency.objects.get(pk="dinkes"), formats.today()
    case = CaseRecord.objects.create(
        reference=references.generate("EP"),
        disease="covid-19",
        person=person,
        classification="confirmed",
        classified_at=current_time.now(),
        area=area,
        area_path=area.path,
        agency=agency,
        reported_on=today,
        source="desk",
    )
    test = LabTest.objects.create(
        person=person,
        case=case,
        disease="covid-19",
        area=area,
        test="pcr",
        specimen_on=today,
        result="positive",
        result_on=today,
        number=case.reference,
        source="desk",
    )
    return checkin.issue_upload_code(by=system("journeys"), test=test)


def laboratory_result(name: str, phone: str) -> str:
    """Receive a positive result of a person as a laboratory's program sends it; return the reference of the case."""
    officer = Officer.objects.get(role_grants__role="laboratory-officer")
    by = officer_actor(officer)
    observation = {
        "resourceType": "Observation",
        "contained": [
            {
                "resourceType": "Patient",
                "id": "patient",
                "name": [{"text": name}],
                "gender": "female",
                "birthDate": "1990-07-04",
                "telecom": [{"system": "phone", "value": phone}],
            }
        ],
        "identifier": [{"value": f"L-{references.generate('LB')}"}],
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "94309-2"}]},
        "subject": {"reference": "#patient"},
        "effectiveDateTime": str(formats.today()),
        "valueCodeableConcept": {"coding": [{"system": "http://loinc.org", "code": "LA11882-0"}]},
    }
    result = fhir.read_observation(fhir.ObservationIn(**observation), diseases(), pack.current().timezone)
    laboratory = Unit.objects.get(pk=next(iter(facilities_of(by))))
    case = case_records.receive_result(by=by, result=result, laboratory=laboratory).case
    assert case
    return case.reference


def same_person(name: str) -> int:
    """Merge the two records of a person with this name, and run what follows; return the person's id."""
    first, second = (each for each in Person.objects.select_related("resident") if details_of(each).name == name)
    merge = people.merge_persons(by=system("journeys"), first=first, second=second, reason="Same name and phone number")
    run_jobs()
    return merge.survivor_id


def patients(name: str) -> int:
    """Number of case records of persons with this name."""
    return sum(case.person.name == name for case in CaseRecord.objects.select_related("person__resident"))


def card(name: str) -> list[str]:
    """Name, birth date as typed, and national number of a resident of the demo."""
    resident = next(each for each in Resident.objects.order_by("pk") if each.name == name)
    assert resident.birth_date
    return [name, f"{resident.birth_date:%d-%m-%Y}", decrypt_field(resident, "national_id_sealed")]


def vaccination_session() -> str:
    """Open a session of five places in some minutes at the site where the demo vaccinates; return the site's id."""
    site = Site.objects.filter(active=True, kind="fixed").order_by("pk")[0]
    now = current_time.now()
    midnight = datetime.combine(formats.today(), time(23, 59), formats.city_time(now).tzinfo)
    slot = Slot.objects.create(
        service_id="vaccination-booking",
        unit=site.facility,
        area=site.area,
        resource=f"{site.pk}:sinovac",
        starts_at=min(now + timedelta(minutes=20), midnight),
        ends_at=now + timedelta(minutes=80),
        opens_at=now,
    )
    Session.objects.create(slot=slot, site=site, campaign="covid-19", vaccine="sinovac", dose_ul=500)
    Quota.objects.create(slot=slot, group="", capacity=5)
    return site.pk


def wave(cases: int) -> int:
    """Create a made-up wave of cases, count and publish it; return the number of case records."""
    call = ["epidemic", "--cases", str(cases)]
    subprocess.run([sys.executable, "-m", "kini.cli", "demo", *call], check=True, stdout=subprocess.DEVNULL)
    return CaseRecord.objects.filter(source="demo").count()


def publish_warnings() -> int:
    """Publish the packages of the next hours; return their number."""
    checkin.publish_packages(by=system("journeys"))
    with current_time.freeze(current_time.now() + timedelta(hours=8)):
        checkin.rewrite_pending(by=system("journeys"))
        return checkin.publish_packages(by=system("journeys"))


def pothole(followers: int) -> list[str]:
    """A released report with followers: its number, the code of a follower, the address of its reporter."""
    offered = Service.objects.select_related("current").get(pk="road-damage-report")
    resident = Resident.objects.select_related("user").get(user__email="resident-2@demo.example")
    by, number = Actor(ActorKind.RESIDENT, resident.user_id), 400 + Case.objects.count()
    case = demo.create_application(by, resident, offered, "web", number)
    while not Publication.objects.filter(case=case).exists():  # the examples differ in who may see them
        number += 1
        case = demo.create_application(by, resident, offered, "web", number)
    officer = officer_actor(Officer.objects.get(user__email="release-reports@demo.example"))
    copy = reports.prepare_photo(
        by=officer, case=case, photo=photos_of(case)[0], areas=[CoveredArea(400, 600, 600, 800)]
    )
    version = reports.release(by=officer, case=case, text=words_of(case), before=copy)
    code = ""
    for neighbour in range(followers):
        guest = Actor(ActorKind.GUEST, session=f"{case.reference}-{neighbour}")
        code = reports.follow(by=guest, publication=version.publication)[1]
    return [case.reference, code, str(resident.user and resident.user.email)]


def close_report(reference: str, team: str) -> str:
    """Take a report in, work on it and close it, by a team of its own; return the state."""
    case = Case.objects.select_related("version", "agency").get(reference=reference)
    crew = []
    for part in ("crew", "checker"):
        contact = Contact("email", f"{team}-{part}-{reference}@demo.example".lower())
        user = people.open_account(by=BY, contact=contact)
        officer = people.create_officer(by=BY, user=user, agency=case.agency, name=f"{team} {part}")
        for role in ("intake-officer", "field-officer", "verifier"):
            people.grant_role(by=BY, officer=officer, role=role)
        crew.append(officer_actor(officer))
    for by, move in ((crew[0], "start"), (crew[0], "finish"), (crew[1], "close")):
        case = _step(by, case, move)
    return case.state


def _step(by: Actor, case: Case, move: str) -> Case:
    """Take a step with a drawing that looks like no earlier one."""
    snapshot = snapshot_of(case.version)
    edge = edge_of(snapshot.flow, case.state, move)
    assert edge, f"{case.state} has no {move}"
    for number in range(9000, 9020):
        try:
            return actions.move(by=by, case=case, move=move, values=step_inputs(case, snapshot, edge, number))
        except ActionRefused as refusal:
            reason = str(refusal)
    raise AssertionError(reason)


def help_need(name: str, contact: str) -> str:
    """An RW with a contact and an open need of 40 packages of staple food; return the name of its area.

    No page about that area was asked for before: public ones may be a minute old.
    """
    taken = Beneficiary.objects.values("area")
    area = Area.objects.filter(children=None, active=True).exclude(pk__in=taken).order_by("code")[0]
    head = people.open_account(by=BY, contact=Contact("email", contact))
    new = together.NewBeneficiary("rw", name, area, families=120, contact=head)
    place = together.record_beneficiary(by=BY, beneficiary=new)
    until = formats.today() + timedelta(days=30)
    need = together.report_need(by=BY, beneficiary=place, programme="food", lines={"staples": 40}, needed_by=until)
    verifier = officer_actor(Officer.objects.get(user__email="help-officer@demo.example"))
    together.verify_need(by=verifier, need=need)
    return area.name


def publish_help() -> int | None:
    """Publish the ledger of help as the worker does after midnight; return the number of new rows.

    A published day is closed; then it is None.
    """
    if PublishedDay.objects.filter(day=formats.today()).exists():
        return None
    with current_time.freeze(current_time.now() + timedelta(days=1)):
        return together.publish_days(by=BY)


def report_figures(agency: str) -> list[int]:
    """Count the figures of the offices; return what was closed, confirmed, disputed and failed."""
    reports.count_figures(by=system("journeys"))
    row = AgencyFigures.objects.get(agency=agency, day=formats.today())
    return [row.closed, row.confirmed, row.disputed, row.failed]


DEEDS: dict[str, Callable[..., Any]] = {
    "cases": cases,
    "states": states,
    "carry_out": carry_out,
    "files": files,
    "sent": sent,
    "run_jobs": run_jobs,
    "note": note,
    "access_point": access_point,
    "positive_result": positive_result,
    "publish_warnings": publish_warnings,
    "wave": wave,
    "card": card,
    "laboratory_result": laboratory_result,
    "same_person": same_person,
    "patients": patients,
    "vaccination_session": vaccination_session,
    "pothole": pothole,
    "close_report": close_report,
    "report_figures": report_figures,
    "help_need": help_need,
    "publish_help": publish_help,
}

if __name__ == "__main__":
    for line in sys.stdin:
        deed, *arguments = json.loads(line)
        print(json.dumps(DEEDS[deed](*arguments)), flush=True)
