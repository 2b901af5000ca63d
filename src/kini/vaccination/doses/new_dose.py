"""A dose to record, and how it is stored within the transaction of an action."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kini.city import queries as city_queries
from kini.city.models import Agency, Area
from kini.core import audit, events, references
from kini.core.actors import ActionRefused, Actor
from kini.people import queries as people_queries
from kini.people.models import Person
from kini.people.public import details_of
from kini.people.rules import age
from kini.vaccination.doses.models import Dose
from kini.vaccination.doses.record_access import PREFIX
from kini.vaccination.doses.rules import lot_fault, require_day
from kini.vaccination.events import DoseRecorded
from kini.vaccination.sites.models import Lot, Site
from kini.web.formats import city_time, today


@dataclass(frozen=True, slots=True)
class NewDose:
    """A dose to record, given or not done; codes are of the pack.

    Attributes:
        uuid: made where it is recorded; the same one is stored once.
        given_on: None: the day of `given_at`.
        agency: that records it; None: the site's.
        despite: reason for which a lot is recorded that should not have been given: it was injected, so it counts.
        source_key: of another system; the same key of a source is stored once.
    """

    uuid: UUID
    person: Person
    campaign: str
    vaccine: str
    number: int
    volume_ul: int = 0
    group: str = ""
    lot: Lot | None = None
    lot_number: str = ""
    given_at: datetime | None = None
    given_on: date | None = None
    site: Site | None = None
    elsewhere: str = ""
    agency: Agency | None = None
    vaccinator_id: int | None = None
    despite: str = ""
    source: str = "site"
    source_key: str = ""

    @property
    def day(self) -> date:
        """Day in the city on which it was given; raises ActionRefused if none is known."""
        day = self.given_on or (city_time(self.given_at).date() if self.given_at else None)
        if day is None:
            raise ActionRefused(_("Enter the day of the dose."))
        return day


class UsedUuid(ActionRefused):
    """Another dose has this uuid: a fault of the phone, which must not overwrite it.

    Attributes:
        dose: that dose.
    """

    def __init__(self, dose: Dose) -> None:
        super().__init__(_("This entry was recorded before for somebody else. Record it again."))
        self.dose = dose


def agency_of(dose: NewDose) -> Agency:
    """Return the agency of a dose to record; raises ActionRefused without a site and an agency."""
    agency = dose.agency or (dose.site.agency if dose.site else None)
    if agency is None:
        raise ActionRefused(_("Choose the site that records this."))
    return agency


def store_dose(by: Actor, dose: NewDose, *, state: str = "given", reason: str = "") -> Dose:
    """Store a dose within the transaction of an action that has checked permissions; a stored one is returned.

    Raises:
        UsedUuid: if its uuid is that of another dose.
        ActionRefused: for a day in the future or before birth, or a lot that may not be given.
    """
    if stored := _stored(dose):
        return stored
    details = details_of(people_queries.root_of(dose.person))
    require_day(dose.day, today(), details.birth_date)
    if state == "given" and dose.lot:
        fault = lot_fault(dose.lot, dose.vaccine, dose.day, dose.given_at)
        if fault and not (dose.despite and dose.lot.vaccine == dose.vaccine):
            raise ActionRefused(fault)
    row = _row(by, dose)
    row.state, row.reason = state, reason
    row.age = max(0, age(details.birth_date, dose.day)) if details.birth_date else None
    row.sex, row.area = details.sex, residence_of(dose.person)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        # Another transmission of the same entry committed first; this statement sees it.
        if stored := _stored(dose):
            return stored
        raise
    # A trigger stores it for the root of the person, and remembers for whom it was recorded.
    row.refresh_from_db(fields=["person"])
    detail = {"campaign": dose.campaign, "vaccine": dose.vaccine, "number": dose.number, "state": state}
    detail |= {"source": dose.source} | ({"despite": dose.despite} if dose.despite else {})
    audit.record(by=by, action="vaccination.dose-recorded", subject=f"dose:{row.reference}", detail=detail)
    events.publish(DoseRecorded(row.pk, row.person_id, row.source))
    return row


def _row(by: Actor, dose: NewDose) -> Dose:
    agency = agency_of(dose)
    area_path = dose.site.area.path if dose.site else _area_path(agency)
    return Dose(
        uuid=dose.uuid,
        reference=references.generate(PREFIX),
        person=dose.person,
        campaign=dose.campaign,
        vaccine=dose.vaccine,
        number=dose.number,
        group=dose.group,
        volume_ul=dose.volume_ul,
        lot=dose.lot,
        lot_number=dose.lot_number,
        given_on=dose.day,
        given_at=dose.given_at,
        site=dose.site,
        facility_id=dose.site.facility_id if dose.site else None,
        elsewhere=dose.elsewhere,
        agency=agency,
        site_area_path=area_path,
        vaccinator_id=dose.vaccinator_id,
        source=dose.source,
        source_key=dose.source_key,
        recorded_by_id=by.user_id,
    )


def residence_of(person: Person) -> Area | None:
    """Return where a person lives in the city; None: elsewhere, or not known."""
    code = details_of(people_queries.root_of(person)).area
    return city_queries.area(code, active=False) if code else None


def _area_path(agency: Agency) -> str:
    whole = city_queries.whole_city()
    return whole.path if whole else agency.pk


def _stored(dose: NewDose) -> Dose | None:
    """Return the dose of this uuid, or of this key of its source.

    Raises:
        UsedUuid: if the uuid is that of a dose of somebody else, or of another vaccine.
    """
    stored = Dose.objects.filter(uuid=dose.uuid).first()
    if stored is None:
        keyed = Dose.objects.filter(source=dose.source, source_key=dose.source_key)
        return keyed.first() if dose.source_key else None
    # Somebody may have moved or corrected it since: what it was recorded as counts.
    first = _as_recorded(stored)
    if first["vaccine"] != dose.vaccine or first["person_id"] not in people_queries.person_tree(dose.person.pk):
        raise UsedUuid(stored)
    return stored


def _as_recorded(stored: Dose) -> dict[str, object]:
    """Return the vaccine and person with which a dose was recorded, before any change."""
    first: dict[str, object] = {"vaccine": stored.vaccine, "person_id": stored.person_id}
    for revision in stored.revisions.order_by("-version"):
        first |= {name: value for name, value in revision.before.items() if name in first}
    return first
