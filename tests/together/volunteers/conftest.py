"""A town with a group that cleans a river, and a course for children."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest

from kini.core import current_time
from kini.people import actions as people_actions
from kini.people.models import Resident
from kini.records import actions as record_actions
from kini.together.actions import record_giver
from kini.together.models import Giver
from kini.together.volunteers import actions
from kini.together.volunteers.actions.sign_ups import CONSENT
from kini.together.volunteers.models import Activity, Shift, ShiftRole, SignUp, Volunteer
from kini.web.formats import today
from tests.cases.town import acting, person
from tests.snapshots import replay
from tests.together.conftest import HelpTown


@dataclass
class VolunteerTown:
    """The help town with a group of the boss, its weekly activity, and residents who volunteer."""

    help: HelpTown
    group: Giver
    river: Activity
    anna: Resident
    budi: Resident

    def record(self, roles: dict[str, int] | None = None, **values: object) -> Activity:
        """An activity of the group, not released."""
        return actions.record_activity(
            by=acting(self.help.boss), giver=self.group, activity=new_activity(self.help, **values),
            roles=roles or {"driver": 1, "helper": 2},
        )  # fmt: skip

    def released(self, roles: dict[str, int] | None = None, **values: object) -> Activity:
        """An activity of the group that an officer released."""
        return actions.release_activity(by=acting(self.help.officer), activity=self.record(roles, **values))

    def role(self, name: str = "helper", activity: Activity | None = None, shift: int = 0) -> ShiftRole:
        """Role of the n-th shift."""
        rows = ShiftRole.objects.select_related("shift__activity__area", "shift__activity__giver").filter(name=name)
        return rows.filter(shift__activity=activity or self.river).order_by("shift__day")[shift]

    def volunteer(self, resident: Resident) -> Volunteer:
        return actions.ensure_volunteer(by=acting(resident), resident=resident, emergency_contact="Ibu, 0812")

    def sign_up(self, resident: Resident, role: ShiftRole | None = None) -> SignUp:
        volunteer = self.volunteer(resident)
        return actions.sign_up(by=acting(resident), volunteer=volunteer, role=role or self.role(), key=uuid4())

    def shift(self, activity: Activity | None = None) -> Shift:
        return Shift.objects.filter(activity=activity or self.river).order_by("day")[0]


def new_activity(town: HelpTown, **values: object) -> actions.NewActivity:
    """Saturdays from 8 to 10 for two months, from tomorrow on."""
    usual: dict[str, object] = {
        "name": "Bersih kali", "about": "Bawa sarung tangan", "area": town.areas["31.71.01.1001"],
        "meeting_point": "Pos RW 03", "first_day": today() + timedelta(days=1),
        "last_day": today() + timedelta(days=60), "begins": time(8), "minutes": 120, "weekdays": (6,),
    }  # fmt: skip
    return actions.NewActivity(**usual | values)  # type: ignore[arg-type]


def grown(phone: str, name: str, born: date | None = date(1990, 5, 4)) -> Resident:
    """Somebody with a birth date in the profile."""
    resident = person(phone, name)
    resident.birth_date = born
    resident.save()
    return resident


def child_of(parent: Resident, born: date) -> Resident:
    """A child listed as family."""
    details = people_actions.Details(name="Anak Contoh")
    tie = people_actions.add_family_member(by=acting(parent), resident=parent, relation="child", details=details)
    tie.member.birth_date = born
    tie.member.save()
    return tie.member


def consent(parent: Resident, child: Resident) -> None:
    record_actions.give_consent(by=acting(parent), resident=child, purpose=CONSENT)


def at(moment: datetime, minutes: int = 0) -> AbstractContextManager[None]:
    """Freeze the clock some minutes after a moment."""
    return current_time.freeze(moment + timedelta(minutes=minutes))


@dataclass
class VolunteerTownBuilder:
    town: HelpTown

    def __call__(self) -> VolunteerTown:
        assert self.town.boss.user
        group = record_giver(by=acting(self.town.boss), kind="group", name="Komunitas Kali", owner=self.town.boss.user)
        anna, budi = grown("+6281200000031", "Anna Contoh"), grown("+6281200000032", "Budi Contoh")
        river = actions.record_activity(
            by=acting(self.town.boss), giver=group, activity=new_activity(self.town), roles={"driver": 1, "helper": 2}
        )
        river = actions.release_activity(by=acting(self.town.officer), activity=river)
        return VolunteerTown(self.town, group, river, anna, budi)


@pytest.fixture
def volunteers(town: HelpTown) -> VolunteerTown:
    return replay("volunteers", VolunteerTownBuilder(town))
