"""Pure rules of visits."""

from kini.core.actors import Actor
from kini.together.permissions import HelpPermission


def of_another_area(by: Actor, area_path: str) -> bool:
    """True unless one of the officer's roles for needs is for exactly this area: who works there does not visit it."""
    return all(grant.area_path != area_path for grant in by.grants if HelpPermission.VERIFY_NEEDS in grant.permissions)
