"""Personal data of volunteers: shifts, emergency contact, screenings."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from kini.core import current_time
from kini.core.actors import Actor
from kini.people.public import DataRecord, DataSubject, LegalBasis, PersonalDataCategory, personal_data_categories
from kini.together.labels import SIGN_UP_STATES
from kini.together.volunteers.models import ChildrenScreening, SignUp, Volunteer


def _shifts(subject: DataSubject) -> Iterator[DataRecord]:
    rows = SignUp.objects.filter(volunteer__resident=subject.resident).select_related("shift__activity", "role")
    for each in rows.order_by("pk"):
        yield {
            "activity": each.shift.activity.name,
            "role": each.role.name,
            "begins": each.shift.starts_at,
            "state": SIGN_UP_STATES[each.state][0],
            "minutes": each.minutes if each.minutes is not None else "",
            "objection": each.objection,
        }


def _facts(subject: DataSubject) -> Iterator[DataRecord]:
    for volunteer in Volunteer.objects.filter(resident=subject.resident):
        born = volunteer.birth_date or ""
        yield {"contact": volunteer.emergency_contact, "born": born, "paper": "", "from": "", "until": ""}
        for each in volunteer.screenings.order_by("pk"):
            yield {"contact": "", "born": "", "paper": each.paper, "from": each.valid_from, "until": each.valid_until}


def _erase_shifts(by: Actor, subject: DataSubject) -> int:
    """Give back the places of shifts that have not begun."""
    now = current_time.now()
    rows = SignUp.objects.filter(volunteer__resident=subject.resident, state="booked", shift__starts_at__gt=now)
    return rows.update(state="cancelled", changed_at=now)


def _erase_facts(by: Actor, subject: DataSubject) -> int:
    """Delete emergency contact, birth date and screenings."""
    own = Volunteer.objects.filter(resident=subject.resident)
    screenings, _by_model = ChildrenScreening.objects.filter(volunteer__in=own).delete()
    return screenings + own.exclude(emergency_contact="").update(emergency_contact="", birth_date=None)


def register() -> None:
    """Register the categories; called once at start."""
    for category in (
        PersonalDataCategory(
            "together.shifts",
            _("Shifts as a volunteer"),
            _("Shifts for which you signed up, and whether you came"),
            _("So that organizers know who comes, and your hours can be certified"),
            LegalBasis.CONTRACT,
            _("The organizers of the shift, and officers of the area"),
            {
                "activity": _("Activity"),
                "role": _("Role"),
                "begins": _("Begins"),
                "state": _("State"),
                "minutes": _("Minutes"),
                "objection": _("Objection"),
            },
            _shifts,
            rules=("together.shifts", "together.certificates"),
            erase=_erase_shifts,
            stays=_("Hours that were served stay counted, under a profile that no longer names you."),
        ),
        PersonalDataCategory(
            "together.volunteers",
            _("Emergency contact and screening of a volunteer"),
            _("Whom to call in an emergency, and papers that allow work with children"),
            _("Safety of volunteers, and of the children with whom they work"),
            LegalBasis.CONTRACT,
            _("Organizers during the shift (emergency contact); officers (screening)"),
            {
                "contact": _("Emergency contact"),
                "born": _("Birth date"),
                "paper": _("Paper"),
                "from": _("Valid from"),
                "until": _("Valid until"),
            },
            _facts,
            rules=("together.volunteers", "together.screenings"),
            erase=_erase_facts,
        ),
    ):
        personal_data_categories.register(category.name, category)
