"""A dose on its way to SATUSEHAT: the national record is brought into step with the dose as it is now.

Nothing is stored twice: resources have identifiers made of the dose's uuid, a transaction stores all or none of them
unless they exist, and every further try looks first whether an earlier one was accepted although its answer was lost.
"""

from datetime import datetime, time, timedelta
from uuid import UUID

from kini.exchange.public import TemporaryFailure
from kini.satusehat import national_numbers
from kini.satusehat.fhir.transaction import Resources, bundle_of, digest_of, own_identifier
from kini.satusehat.fhir.vaccination import Vaccination, as_error, resources_of
from kini.satusehat.models import NationalRecord
from kini.satusehat.national_numbers import LocalPlace
from kini.satusehat.national_patients import patient_number
from kini.satusehat.refused_records import DUPLICATE
from kini.satusehat.satusehat_client import Refused, SatusehatClient, client_of
from kini.satusehat.sent_record import SentRecord
from kini.satusehat.vaccine_codes import codes_of
from kini.satusehat.visit_facts import dose_before, reactions_of, visit_facts
from kini.vaccination.models import Dose, Site
from kini.web.formats import city_time

#: Length of a visit of which only dose and record are known: SATUSEHAT takes no end before the beginning or in the
#: future, and people are observed for 15 minutes.
SHORTEST, OBSERVATION = timedelta(seconds=1), timedelta(minutes=15)


def send_dose(record: NationalRecord, *, again: bool) -> SentRecord:
    """Send a dose, a correction of it, or that it is an error.

    Args:
        again: an earlier try may have been accepted.

    Raises:
        TemporaryFailure, Refused: it was not accepted.
    """
    dose = Dose.objects.select_related("site__place", "facility", "lot", "person").get(pk=record.record_id)
    client = client_of(dose.facility_id)
    if client is None:
        raise TemporaryFailure("no organization is configured for the facility of this dose")
    if dose.given_on < client.earliest and not record.resources:
        return SentRecord("too-old", record.edition)
    patient, edition, known = patient_number(client, dose.person), record.edition, dict(record.resources)
    if known and record.patient != patient:
        _withdraw(client, dose, record)
        edition, known = edition + 1, {}
    resources = resources_of(vaccination_of(client, dose, patient, edition))
    digest = digest_of(resources)
    if known and digest == record.digest:
        return SentRecord("sent", edition, patient, known, digest)
    if not known and again:
        known = look_up(client, resources)
    if not known and dose.state == "entered-in-error":
        return SentRecord("sent", edition)
    for role in known.keys() - resources.keys():  # such as the procedure of a dose that was not given after all
        resources[role] = as_error(client.read(known[role]))
    return SentRecord("sent", edition, patient, store(client, resources, known, dose.uuid), digest)


def _withdraw(client: SatusehatClient, dose: Dose, record: NationalRecord) -> None:
    """Mark what was sent for another person as an error."""
    old = vaccination_of(client, dose, record.patient, record.edition, state="entered-in-error")
    resources = {role: each for role, each in resources_of(old).items() if role in record.resources}
    client.transact(bundle_of(resources, record.resources, dose.uuid))


def store(client: SatusehatClient, resources: Resources, known: dict[str, str], uuid: UUID) -> dict[str, str]:
    """Create or replace the resources in one transaction; return their references by role."""
    try:
        references = client.transact(bundle_of(resources, known, uuid))
    except Refused as refusal:
        is_duplicate = any(each.rule == DUPLICATE or each.code == "duplicate" for each in refusal.problems)
        if known or not is_duplicate or not (known := look_up(client, resources)):
            raise
        references = client.transact(bundle_of(resources, known, uuid))
    return dict(zip(resources, references, strict=True))


def look_up(client: SatusehatClient, resources: Resources) -> dict[str, str]:
    """Find what SATUSEHAT has of these resources, by their own identifiers; without the Encounter there is none."""
    known: dict[str, str] = {}
    for role, resource in resources.items():
        identifier, kind = own_identifier(resource), resource["resourceType"]
        stored = client.find(kind, identifier["system"], identifier["value"])
        if stored:
            known[role] = f"{kind}/{stored['id']}"
        elif role == "encounter":
            return {}
    return known


def vaccination_of(client: SatusehatClient, dose: Dose, patient: str, edition: int, *, state: str = "") -> Vaccination:
    """Gather what is sent of a dose.

    Raises:
        Refused: the vaccinator or the vaccine has no number at SATUSEHAT.
    """
    assert dose.site
    at, visit, before = _occurred_at(dose), visit_facts(dose), dose_before(dose)
    return Vaccination(
        uuid=dose.uuid,
        edition=edition,
        organization=client.organization,
        patient=patient,
        practitioner=national_numbers.practitioner_number(client, dose.vaccinator_id),
        location=national_numbers.location_number(client, _place(dose.site)),
        state=state or dose.state,
        vaccine=codes_of(client, dose.vaccine),
        number=dose.number,
        arrived_at=min(visit.came_at, at) if visit else at,
        occurred_at=at,
        left_at=at + min(max(dose.created_at - at, SHORTEST), OBSERVATION),
        deferred=visit is not None and visit.deferred,
        last_number=before.number if before else None,
        last_on=before.given_on if before else None,
        screening=visit.screening if visit else None,
        reactions=reactions_of(dose),
        lot=dose.lot.number if dose.lot else dose.lot_number,
        expires_on=dose.lot.expires_on if dose.lot else None,
        volume_ul=dose.volume_ul,
        age=dose.age,
    )


def _occurred_at(dose: Dose) -> datetime:
    """Moment of the dose; of one that was not done at no known time, the moment of its record or noon of its day."""
    recorded_at = city_time(dose.created_at)
    if dose.given_at or recorded_at.date() == dose.given_on:
        return dose.given_at or recorded_at
    return datetime.combine(dose.given_on, time(12), recorded_at.tzinfo)


def _place(site: Site) -> LocalPlace:
    place = site.place or site.facility
    return LocalPlace(site.pk, site.name, site.kind, place.latitude, place.longitude)
