"""Comparison of both sides for the doses of a day: every difference by the dose's reference and its reason."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date

from kini.core import current_time
from kini.satusehat.fhir.immunizations import NationalDose, read_immunization
from kini.satusehat.fhir.vaccination import identifier_value
from kini.satusehat.models import Comparison, NationalRecord
from kini.satusehat.pulling import compared_dose
from kini.satusehat.rules import ComparedDose, differing_fields
from kini.satusehat.satusehat_client import SatusehatClient, client_of
from kini.satusehat.vaccine_codes import vaccine_with
from kini.vaccination.models import Dose
from kini.web.formats import city_time


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference.

    Attributes:
        kind: "not-sent", "waiting", "refused", "missing" (SATUSEHAT does not have it), "differs", "extra" (only
            SATUSEHAT has it), "double" (SATUSEHAT has it twice).
        reference: of the dose; of an extra one its id at SATUSEHAT.
        fields: what differs.
        dose: id; None for an extra one.
    """

    kind: str
    reference: str
    fields: tuple[str, ...] = ()
    dose: int | None = None


def compare(client: SatusehatClient, day: date) -> Comparison:
    """Compare the doses of the organization's sites on a day, and store the result in place of an earlier one.

    Raises:
        TemporaryFailure, Refused: SATUSEHAT did not answer.
    """
    doses = [each for each in _doses(day) if client_of(each.facility_id) is client]
    records = {
        each.record_id: each
        for each in NationalRecord.objects.filter(record_type="dose", record_id__in=[dose.pk for dose in doses])
    }
    national = _national_doses(client, {each.patient for each in records.values() if each.patient})
    differences = [each for dose in doses for each in _differences(client, dose, records.get(dose.pk), national)]
    differences += _extra(doses, records, national, day)
    of_day = [
        each for rows in national.values() for each in rows if each.day == day and each.status != "entered-in-error"
    ]
    different = {each.dose for each in differences}
    comparison, _is_new = Comparison.objects.update_or_create(
        day=day,
        organization=client.organization,
        defaults={
            "compared_at": current_time.now(),
            "ours": sum(each.state != "entered-in-error" for each in doses),
            "theirs": len(of_day),
            "equal": sum(each.pk not in different for each in doses),
            "differences": [asdict(each) for each in differences],
        },
    )
    return comparison


def _doses(day: date) -> list[Dose]:
    return list(Dose.objects.filter(source="site", given_on=day).select_related("lot").order_by("pk"))


type NationalDoses = dict[str, list[NationalDose]]


def _national_doses(client: SatusehatClient, patients: set[str]) -> NationalDoses:
    """Doses at SATUSEHAT by their identifier of the organization, of these patients."""
    zone = city_time(current_time.now()).tzinfo
    doses: NationalDoses = {}
    assert zone
    for patient in sorted(patients):
        for resource in client.search("Immunization", {"patient": patient}):
            national = read_immunization(resource, zone)
            for system, value in national.identifiers if national else ():
                if national and system == client.system("immunization"):
                    doses.setdefault(value, []).append(national)
    return doses


def _differences(
    client: SatusehatClient, dose: Dose, record: NationalRecord | None, national: NationalDoses
) -> Iterator[Difference]:
    if record is None or not record.resources:
        if dose.state != "entered-in-error" and dose.given_on >= client.earliest:
            state = record.state if record else "not-sent"
            yield Difference(state if state in ("waiting", "refused") else "not-sent", dose.reference, (), dose.pk)
        return
    theirs = national.get(identifier_value(dose.uuid, record.edition), [])
    if not theirs:
        yield Difference("missing", dose.reference, (), dose.pk)
        return
    if len(theirs) > 1:
        yield Difference("double", dose.reference, (), dose.pk)
    if fields := differing_fields(compared_dose(dose), _as_compared(dose, theirs[0])):
        yield Difference("differs", dose.reference, tuple(fields), dose.pk)
    elif record.state in ("waiting", "refused"):
        yield Difference(record.state, dose.reference, (), dose.pk)


def _as_compared(dose: Dose, national: NationalDose) -> ComparedDose:
    # A dose that was not done names no product.
    vaccine = vaccine_with(national.codes) if national.status == "completed" else dose.vaccine
    return ComparedDose(
        "", "", vaccine, national.number, national.day, national.lot, national.status == "completed", national.id
    )


def _extra(
    doses: list[Dose], records: dict[int, NationalRecord], national: NationalDoses, day: date
) -> Iterator[Difference]:
    known = {identifier_value(each.uuid, records[each.pk].edition) for each in doses if each.pk in records}
    earlier = {str(each.uuid) for each in doses}  # of another person before: an error there
    for value, rows in national.items():
        for each in rows if value not in known else ():
            if each.day == day and each.status != "entered-in-error" and value[:36] not in earlier:
                yield Difference("extra", f"Immunization/{each.id}")
