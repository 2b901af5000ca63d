"""A dose with its visit, as it is sent to SATUSEHAT."""

from datetime import datetime, time, timedelta

from kini.satusehat import national_numbers
from kini.satusehat.fhir.transaction import Resources
from kini.satusehat.fhir.vaccination import Vaccination, resources_of
from kini.satusehat.national_numbers import LocalPlace
from kini.satusehat.record_sender import Sendable
from kini.satusehat.satusehat_client import SatusehatClient
from kini.satusehat.vaccine_codes import codes_of
from kini.satusehat.visit_facts import dose_before, reactions_of, visit_facts
from kini.vaccination.models import Dose, Site
from kini.web.formats import city_time

#: Length of a visit of which only dose and record are known: SATUSEHAT takes no end before the beginning or in the
#: future, and people are observed for 15 minutes.
SHORTEST, OBSERVATION = timedelta(seconds=1), timedelta(minutes=15)


class SentDose(Sendable):
    """A dose of a site of the city."""

    def __init__(self, pk: int) -> None:
        related = ("site__place", "site__facility", "facility", "lot", "person")
        dose = self.dose = Dose.objects.select_related(*related).get(pk=pk)
        self.uuid, self.facility, self.day, self.person = dose.uuid, dose.facility_id, dose.given_on, dose.person
        self.is_error = dose.state == "entered-in-error"

    def resources(self, client: SatusehatClient, patient: str, edition: int, *, withdrawn: bool = False) -> Resources:
        state = "entered-in-error" if withdrawn else self.dose.state
        return resources_of(vaccination_of(client, self.dose, patient, edition, state))


def vaccination_of(client: SatusehatClient, dose: Dose, patient: str, edition: int, state: str) -> Vaccination:
    """Gather what is sent of a dose.

    Raises:
        Refused: the vaccinator or the vaccine has no number at SATUSEHAT.
    """
    assert dose.site
    at, visit = _occurred_at(dose), visit_facts(dose)
    before = dose_before(dose) if visit and visit.screening else None  # only the form of the screening names it
    return Vaccination(
        uuid=dose.uuid,
        edition=edition,
        organization=client.organization,
        patient=patient,
        practitioner=national_numbers.practitioner_number(client, dose.vaccinator_id),
        location=national_numbers.location_number(client, _place(dose.site)),
        state=state,
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
        is_health_worker=dose.group == "health-worker",
        encounter=visit.encounter if visit else None,
        encounter_stands=visit is not None and visit.others_stand,
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
