"""Permission checks as database conditions: filters for the rows an officer may see."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from kini.core.actors import Actor, ActorKind
from kini.core.grants import Grant
from kini.people.permissions import Permission

NO_ROWS = Q(pk__in=())


@dataclass(frozen=True, slots=True)
class ScopeColumns:
    """Columns of a table that hold the scope of a row; an area or service "" is one that no row has."""

    agency: str = "agency_id"
    area_path: str = "area_path"
    service: str = "service_id"

    @property
    def names(self) -> tuple[str, str, str]:
        """The columns in the order of `Scope`."""
        return self.agency, self.area_path, self.service


CASE_COLUMNS = ScopeColumns()


def visible_cases_q(actor: Actor, permission: Permission, columns: ScopeColumns = CASE_COLUMNS) -> Q:
    """Condition on rows with an agency, an area and a service, equivalent to `rules.may`.

    Its form is `agency AND (areas and services of its grants)`, so that an index that begins with the agency serves it.
    """
    if actor.kind is ActorKind.SYSTEM:
        return Q()
    grants: dict[str, list[Grant]] = {}
    for grant in actor.grants if actor.is_officer else ():
        if permission in grant.permissions:
            grants.setdefault(grant.agency, []).append(grant)
    condition = NO_ROWS
    for agency, some in grants.items():
        condition |= Q(**{columns.agency: agency}) & _covered(some, columns)
    return condition


def _covered(grants: Iterable[Grant], columns: ScopeColumns) -> Q:
    """Condition for the grants of one agency; a grant over everything makes the others redundant."""
    narrow = {(grant.area_path, grant.services) for grant in grants}
    if ("", frozenset()) in narrow:
        return Q()
    condition = NO_ROWS
    for area_path, services in sorted(narrow, key=lambda each: (each[0], sorted(each[1]))):
        if (area_path and not columns.area_path) or (services and not columns.service):
            continue
        covered = in_area_q(area_path, columns.area_path) if area_path else Q()
        condition |= covered & Q(**{f"{columns.service}__in": sorted(services)}) if services else covered
    return condition


def in_area_q(area_path: str, column: str = "area_path") -> Q:
    """Condition for rows in an area or in one of its subareas."""
    return Q(**{column: area_path}) | Q(**{f"{column}__startswith": f"{area_path}/"})
