"""Reads of health records: the sections of a person, and shares."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from kini.core import current_time
from kini.health_record.models import Share
from kini.people import queries as people_queries
from kini.people.models import AccessLog, Resident
from kini.records.public import HealthEntry, HealthSection, Subject, health_sections


@dataclass(frozen=True, slots=True)
class FilledSection:
    """A section with its entries: those that ask for something first."""

    name: str
    section: HealthSection
    entries: list[HealthEntry]

    @property
    def newest(self) -> datetime | None:
        """Time of the last change of an entry; None without any."""
        return max((each.changed_at for each in self.entries if each.changed_at), default=None)


def subject_of(resident: Resident, user_id: int | None) -> Subject:
    """Return the person of a profile, as read by an account."""
    ids = tuple(people_queries.person_tree(resident.person_id))
    return Subject(resident, ids, own=user_id is not None and resident.user_id == user_id)


def filled_sections(subject: Subject, names: Collection[str] | None = None) -> list[FilledSection]:
    """Return the sections in order with their entries; of those names only, if given."""
    return [
        FilledSection(name, section, sorted(section.entries(subject), key=lambda each: not each.needs_you))
        for name, section in _ordered()
        if names is None or name in names
    ]


def shareable_sections() -> dict[str, HealthSection]:
    """Return the sections that a person may show to others, in order."""
    return {name: section for name, section in _ordered() if section.shared}


def _ordered() -> list[tuple[str, HealthSection]]:
    return sorted(health_sections.items(), key=lambda each: each[1].order)


def people_of(resident: Resident) -> list[Resident]:
    """Return the persons whose record a profile may read: oneself, and family without an account."""
    ties = people_queries.family_of(resident).filter(member__user__isnull=True)
    return [resident, *(tie.member for tie in ties)]


def shares_of(user_id: int | None) -> QuerySet[Share]:
    """Return the shares that an account made, newest first."""
    return Share.objects.filter(user=user_id).select_related("resident").order_by("-created_at", "-pk")


def is_open(share: Share) -> bool:
    """Tell if a share can be read now."""
    return share.revoked_at is None and share.ends_at > current_time.now()


def openings_of(share: Share) -> QuerySet[AccessLog]:
    """Return who opened a share, newest first."""
    return people_queries.access_log_of_case(share.reference)
