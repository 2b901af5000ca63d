"""Pure rules: which door opens a record to an officer, which statement about a consent holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from kini.core.actors import Actor, ActorKind
from kini.core.dated_rules import rule_in_force
from kini.core.grants import Scope
from kini.people.public import Permission
from kini.people.rules import ADULT_AGE, may, may_somewhere
from kini.records.permissions import RecordPermission

#: Longest term of a consent. Statements are kept for longer (records/retention.py).
LONGEST_CONSENT_DAYS = 5 * 365


class Door(StrEnum):
    """Reason for which an officer may read a record; the first one in this order counts."""

    AREA = "area"
    FACILITY = "facility"
    TEAM = "team"
    BREAK_GLASS = "break-glass"


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """Facts about a record that decide on access.

    Attributes:
        key: primary key, as text.
        facility: id of the unit that has it.
        subject: id of the resident, or of the person, whom it is about.
    """

    key: str
    scope: Scope
    facility: str | None
    subject: int | None


@dataclass(frozen=True, slots=True)
class Doors:
    """Permissions that open the records of one type; None: this door does not exist.

    Attributes:
        area: over the record's agency, area and service.
        facility: anywhere, for members of the record's facility.
        team: anywhere, for members of the record's own team.
        break_glass: whether an emergency opens such records.
    """

    area: Permission | None = None
    facility: Permission | None = None
    team: Permission | None = None
    break_glass: bool = False


@dataclass(frozen=True, slots=True)
class OfficerAccess:
    """An officer at one moment, towards the records of one type.

    Attributes:
        facilities: ids of the units where they are a member.
        teams: keys of the records on whose team they are.
        emergencies: keys of the records that they opened in an emergency.
        household: ids of the subjects (residents or persons) of their household, whose records only colleagues read.
    """

    actor: Actor
    facilities: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    emergencies: frozenset[str] = frozenset()
    household: frozenset[int] = frozenset()


def door_to(record: RecordFacts, access: OfficerAccess, doors: Doors) -> Door | None:
    """Return the door through which an officer may read a record, or None. The system may read all."""
    if access.actor.kind is ActorKind.SYSTEM:
        return Door.AREA
    if record.subject is not None and record.subject in access.household:
        return None
    if doors.area and may(access.actor, doors.area, record.scope):
        return Door.AREA
    if record.facility in access.facilities and holds(access.actor, doors.facility):
        return Door.FACILITY
    if record.key in access.teams and holds(access.actor, doors.team):
        return Door.TEAM
    if record.key in access.emergencies and may_break_glass(access.actor, doors):
        return Door.BREAK_GLASS
    return None


def holds(actor: Actor, permission: Permission | None) -> bool:
    """Return True if there is such a door, and the actor has its permission somewhere."""
    return permission is not None and may_somewhere(actor, permission)


def may_break_glass(actor: Actor, doors: Doors) -> bool:
    """Return True if an emergency opens such records, and the actor may open them."""
    return doors.break_glass and may_somewhere(actor, RecordPermission.BREAK_GLASS)


class Statement(Protocol):
    """One statement about a consent: `last_day` is the last day of a given one, None for a withdrawal."""

    @property
    def since(self) -> datetime: ...
    @property
    def last_day(self) -> date | None: ...


def is_consent_in_force(statements: Iterable[Statement], at: datetime, day: date) -> bool:
    """Return True if the newest statement made by that moment gives a consent that has not ended.

    A newer statement replaces an older one for good: after its end, the older one does not hold again.

    Args:
        statements: of one person, purpose and reference.
        day: the day in the city at that moment.
    """
    newest = rule_in_force(statements, at)
    return newest is not None and newest.last_day is not None and day <= newest.last_day


def last_day_of_guardian(birth_date: date | None, last_day: date) -> date:
    """Return the end of a consent that a guardian gives: at the latest the day before the person is an adult."""
    if birth_date is None:
        return last_day
    try:
        adult = birth_date.replace(year=birth_date.year + ADULT_AGE)
    except ValueError:  # 29 February
        adult = date(birth_date.year + ADULT_AGE, 3, 1)
    return min(last_day, date.fromordinal(adult.toordinal() - 1))
