"""A grant: one role's permissions over a part of the city. Plain data, so that rules about it stay pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """What something belongs to, as far as permissions go.

    Attributes:
        agency: id of the agency that holds it; empty when none does.
        area_path: codes from the whole city down to the area, joined by "/" ("31/31.71/31.71.06"); empty: whole city.
        service: id of its service; empty when it has none.
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
        """Whether the scope lies wholly inside this grant."""
        inside = not self.area_path or f"{scope.area_path}/".startswith(f"{self.area_path}/")
        return self.agency == scope.agency and inside and (not self.services or scope.service in self.services)
