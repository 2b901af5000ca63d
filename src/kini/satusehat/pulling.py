"""Doses that were given elsewhere: pulled from SATUSEHAT for one person, judged, and stored or put on the work list."""

from collections.abc import Iterator, Sequence
from uuid import NAMESPACE_URL, uuid5

from kini.city.models import Agency
from kini.core import current_time
from kini.core.actors import ActionRefused, system
from kini.people import queries as people_queries
from kini.people.models import Person
from kini.satusehat.fhir.immunizations import NationalDose, is_covid, read_immunization
from kini.satusehat.models import PulledDifference
from kini.satusehat.national_patients import IHS_NUMBER, find_patient, identity_of
from kini.satusehat.rules import TO_DECIDE, ComparedDose, Verdict, judge
from kini.satusehat.satusehat_client import SatusehatClient
from kini.satusehat.vaccine_codes import campaign_and_series_of, vaccine_with
from kini.vaccination.models import Dose, Site
from kini.vaccination.public import NewDose, dose_actions
from kini.web.formats import city_time

BY = system("satusehat.pull")


def pull_person(client: SatusehatClient, person: Person) -> dict[Verdict, int]:
    """Pull the doses of a person; return how many got which verdict. Again, it changes nothing more.

    Raises:
        TemporaryFailure, Refused: SATUSEHAT did not answer, or has somebody else under the person's number.
    """
    root = people_queries.root_of(person)
    identity = identity_of(root)
    patient = identity.numbers.get(IHS_NUMBER) or find_patient(client, identity)
    counts: dict[Verdict, int] = {}
    immunizations = list(_immunizations(client, patient)) if patient else []
    ours = compared_doses(root)
    for national in immunizations:
        verdict, key = judge(_as_compared(national), ours, own=_is_own(client, national))
        if verdict is Verdict.NEW:
            verdict = _store(client, root, national, ours)
            ours = compared_doses(root)
        elif verdict in TO_DECIDE:
            _put_on_list(client, root, national, verdict, key)
        counts[verdict] = counts.get(verdict, 0) + 1
    return counts


def _immunizations(client: SatusehatClient, patient: str) -> Iterator[NationalDose]:
    zone = city_time(current_time.now()).tzinfo
    assert zone
    for resource in client.search("Immunization", {"patient": patient}):
        national = read_immunization(resource, zone)
        if national and national.patient in (patient, "") and (is_covid(national) or vaccine_with(national.codes)):
            yield national


def _is_own(client: SatusehatClient, national: NationalDose) -> bool:
    return any(system_ == client.system("immunization") for system_, _value in national.identifiers)


def _as_compared(national: NationalDose) -> ComparedDose:
    vaccine = vaccine_with(national.codes)
    series = "/".join(campaign_and_series_of(vaccine)) if vaccine else ""
    given = national.status == "completed"
    return ComparedDose("", series, vaccine, national.number, national.day, national.lot, given, national.id)


def compared_doses(root: Person) -> list[ComparedDose]:
    """Return all doses of a person here, also errors."""
    doses = Dose.objects.filter(person__in=people_queries.person_tree(root.pk)).select_related("lot")
    return [compared_dose(each) for each in doses.order_by("given_on", "pk")]


def compared_dose(dose: Dose) -> ComparedDose:
    """Return what is compared of a dose."""
    return ComparedDose(
        key=str(dose.pk),
        series="/".join(campaign_and_series_of(dose.vaccine)),
        vaccine=dose.vaccine,
        number=dose.number,
        day=dose.given_on,
        lot=dose.lot.number if dose.lot else dose.lot_number,
        given=dose.state == "given",
        national_id=dose.source_key if dose.source == "national" else "",
    )


def _store(client: SatusehatClient, root: Person, national: NationalDose, ours: Sequence[ComparedDose]) -> Verdict:
    theirs = _as_compared(national)
    number = theirs.number or 1 + sum(each.given and each.series == theirs.series for each in ours)
    dose = NewDose(
        uuid=uuid5(NAMESPACE_URL, f"{client.address}/Immunization/{national.id}"),
        person=root,
        campaign=campaign_and_series_of(theirs.vaccine)[0],
        vaccine=theirs.vaccine,
        number=number,
        lot_number=national.lot,
        given_on=national.day,
        given_at=national.at,
        elsewhere=national.place or "SATUSEHAT",
        agency=agency_of(client),
        source="national",
        source_key=national.id,
    )
    try:
        dose_actions.record_dose(by=BY, dose=dose)
    except ActionRefused:  # a day in the future or before the person's birth
        _put_on_list(client, root, national, Verdict.DIFFERS, "")
        return Verdict.DIFFERS
    return Verdict.NEW


def agency_of(client: SatusehatClient) -> Agency:
    """Return the agency that records pulled doses: the configured one, else that of the first site."""
    if client.agency:
        return Agency.objects.get(pk=client.agency)
    first = Site.objects.select_related("agency").order_by("pk").first()
    return first.agency if first else Agency.objects.order_by("pk")[0]


def _put_on_list(client: SatusehatClient, root: Person, national: NationalDose, verdict: Verdict, key: str) -> None:
    """Put a dose on the work list, once until it is decided; and not again as it was when it was decided."""
    theirs = {
        "status": national.status,
        "vaccine": vaccine_with(national.codes),
        "codes": sorted(code for _system, code in national.codes),
        "day": national.day.isoformat(),
        "number": national.number,
        "lot": national.lot,
        "place": national.place,
    }
    earlier = PulledDifference.objects.filter(immunization=national.id, kind=verdict.value)
    if any(not each.decision or each.theirs == theirs for each in earlier):
        return
    dose = Dose.objects.filter(pk=key).first() if key else None
    PulledDifference.objects.bulk_create(
        [
            PulledDifference(
                person=root,
                agency=dose.agency if dose else agency_of(client),
                area_path=dose.site_area_path if dose else "",
                immunization=national.id,
                kind=verdict.value,
                theirs=theirs,
                dose=dose,
                found_at=current_time.now(),
            )
        ],
        ignore_conflicts=True,
    )
