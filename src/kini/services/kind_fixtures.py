"""Example data of kinds for demo and robot. The product itself never uses it."""

from typing import Any

from kini.core.actors import Actor
from kini.core.registry import Registry
from kini.services.snapshots import ServiceSnapshot


class KindFixtures[CaseT, DraftT]:
    """Base class, for kinds that need no fixtures. Others register a subclass under the kind's id."""

    def prepare_application(self, snapshot: ServiceSnapshot, number: int) -> None:
        """Create the data that the example answers of `number` refer to."""

    def complete_extra_page(self, by: Actor, draft: DraftT, number: int) -> None:
        """Complete the kind's own page between questions and summary (`Kind.extra_page_url`)."""

    def prepare_move(self, case: CaseT, move: str) -> None:
        """Meet preconditions of a move that no person can, such as elapsed time."""


kind_fixtures: Registry[KindFixtures[Any, Any]] = Registry("fixtures of a kind")


def fixtures_of(kind: str) -> KindFixtures[Any, Any]:
    """Fixtures registered for a kind, or empty ones."""
    return kind_fixtures.find(kind) or KindFixtures()
