"""Grants: a role's permissions within an agency, area and services. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """Agency, area and service of an object, for permission checks.

    Attributes:
        agency: id of the responsible agency; empty: none.
        area_path: codes from the city down to the area, joined by "/" ("31/31.71/31.71.06"); empty: whole city.
        service: id of its service; empty: none.
    """

    agency: str = ""
    area_path: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """`role` with its `permissions` over one agency, below one area, for some services (empty: all of the agency's)."""

    role: str
    permissions: frozenset[str]
    agency: str
    area_path: str = ""
    services: frozenset[str] = frozenset()

    def covers(self, scope: Scope) -> bool:
        """True if the scope lies inside this grant."""
        inside = not self.area_path or f"{scope.area_path}/".startswith(f"{self.area_path}/")
        return self.agency == scope.agency and inside and (not self.services or scope.service in self.services)
