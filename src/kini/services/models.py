"""Services and the immutable versions of their definitions. A case keeps the version it started with."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from kini.city.models import Agency
from kini.core.database.fields import OrderedJSONField
from kini.services.flows import Flow


class Service(models.Model):
    """A service of the city. `current` is the version used by new cases."""

    id = models.CharField(max_length=60, primary_key=True)
    category = models.CharField(max_length=60, db_index=True)
    kind = models.CharField(max_length=60)
    agency = models.ForeignKey(Agency, models.PROTECT)
    current = models.ForeignKey("ServiceVersion", models.PROTECT, null=True, related_name="+")
    active = models.BooleanField(default=True)
    search = SearchVectorField(null=True)
    search_text = models.TextField(blank=True, help_text="Names and words, lower case: what trigrams compare.")

    class Meta:
        indexes = [
            GinIndex(fields=["search"], name="services_search"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="services_trigrams"),
        ]

    def __str__(self) -> str:
        return self.id


class ServiceVersion(models.Model):
    """Snapshot of a definition with blocks, flow, statements and texts resolved.

    Immutable: a trigger rejects updates of the content. `digest` detects changed files.
    """

    service = models.ForeignKey(Service, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    content = OrderedJSONField(help_text="Order counts: of moves, fields and options.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "number"], name="services_version_number"),
            models.UniqueConstraint(fields=["service", "digest"], name="services_version_digest"),
        ]


class FlowEdge(models.Model):
    """An edge of a version's flow. A trigger rejects any other change of a case's state.

    The edge from "" leads to the start state. A trigger of the timeline rejects an officer on an edge who took one of
    the moves `independent_of` in the same case.
    """

    version = models.ForeignKey(ServiceVersion, models.CASCADE, related_name="edges")
    state = models.CharField(max_length=60, blank=True)
    move = models.CharField(max_length=60)
    next_state = models.CharField(max_length=60)
    independent_of = ArrayField(models.CharField(max_length=60), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "state", "move"], name="services_edge_once"),
        ]

    @classmethod
    def of_version(cls, version: ServiceVersion, flow: Flow | None) -> list[Self]:
        """Edges of a version's flow, not stored yet."""
        if flow is None:
            return []
        edges = [("", "open", flow.start), *flow.edges()]
        separate = {name: state.independent_of for name, state in flow.states.items()}
        return [
            cls(version=version, state=state, move=move, next_state=to, independent_of=separate.get(state, []))
            for state, move, to in edges
        ]
