"""Access to doses: the policy of their records, and who may record, change and correct."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.city.models import Agency
from kini.core import references
from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.core.grants import Scope
from kini.people.public import permission_filters
from kini.people.rules import may, require_somewhere
from kini.records.public import AccessPolicy, Door, Doors, facilities_of, may_read
from kini.vaccination.doses.models import Dose
from kini.vaccination.permissions import VaccinationPermission
from kini.vaccination.sites.models import Site
from kini.web.formats import today

#: Prefix of references of doses.
PREFIX = "VC"
#: Type of reads in the access log, and purposes of reading.
ACCESS_TYPE = "dose"
VACCINATE, CORRECT = "vaccinate", "correct-doses"


def dose_by_number(typed: str) -> Dose | None:
    """Return the dose of a typed reference, or None."""
    reference = references.parse(PREFIX, typed)
    return Dose.objects.filter(reference=reference).first() if reference else None


POLICY = AccessPolicy(
    name="dose",
    model=Dose,
    label=gettext_lazy("Dose of a vaccine"),
    doors=Doors(
        area=VaccinationPermission.SEE_AREA_DOSES,
        facility=VaccinationPermission.SEE_DOSES,
        break_glass=True,
    ),
    purposes=(VACCINATE, CORRECT),
    access_type=ACCESS_TYPE,
    columns=permission_filters.ScopeColumns(area_path="site_area_path", service=""),
    facility="facility_id",
    subject="person_id",
    reference="reference",
    find=dose_by_number,
)


def require_may_vaccinate(by: Actor, site: Site) -> None:
    """Raise NotAllowed unless the actor vaccinates, and is a member of the facility that runs the site."""
    require_somewhere(by, VaccinationPermission.GIVE_DOSES)
    if by.kind is not ActorKind.SYSTEM and site.facility_id not in facilities_of(by):
        raise NotAllowed(_("You do not work at this site. Ask its head to add you."))


def require_may_record(by: Actor, site: Site | None, agency: Agency | None, source: str) -> None:
    """Raise NotAllowed unless the actor may record a dose of this source: at the own site, or as a corrector."""
    if source not in ("site", "elsewhere"):
        if by.kind is not ActorKind.SYSTEM:
            raise NotAllowed(_("Only the system records doses of other systems."))
    elif site is not None:
        require_may_vaccinate(by, site)
    elif not may(by, VaccinationPermission.CORRECT_DOSES, Scope(agency.pk if agency else "")):
        raise NotAllowed(_("Choose the site where you work."))


def require_may_correct(by: Actor, dose: Dose) -> None:
    """Raise NotAllowed unless the actor corrects doses where this one was recorded, and may read it."""
    scope = Scope(dose.agency_id, dose.site_area_path)
    if not may(by, VaccinationPermission.CORRECT_DOSES, scope) or may_read(by, dose) in (None, Door.BREAK_GLASS):
        raise NotAllowed(_("Only those who correct the doses of this area change it. Ask the vaccine manager."))


def require_may_change(by: Actor, dose: Dose) -> None:
    """Raise NotAllowed unless the actor corrects doses there, or vaccinates at the site and recorded it today."""
    recorded_it = by.user_id is not None and by.user_id == dose.recorded_by_id and dose.given_on == today()
    if recorded_it and dose.site and by.kind is not ActorKind.SYSTEM:
        require_may_vaccinate(by, dose.site)
    else:
        require_may_correct(by, dose)
