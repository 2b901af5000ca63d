"""Services and every version of their definitions: a case reads the version with which it began, for ever."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from kini.city.models import Agency
from kini.core.database.fields import OrderedJSON


class Service(models.Model):
    """One service of the city. `current` is the version that new cases begin with."""

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
    """What a definition said, whole: blocks, flow, statements and texts resolved, so that it reads the same for ever.

    Never changed: a trigger refuses updates of its content. `digest` tells whether a file has changed.
    """

    service = models.ForeignKey(Service, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    content = OrderedJSON(help_text="Order counts: of moves, fields and options.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "number"], name="services_version_number"),
            models.UniqueConstraint(fields=["service", "digest"], name="services_version_digest"),
        ]


class FlowEdge(models.Model):
    """An edge of a version's flow. The database refuses any change of a case's state that is not among them.

    An edge from "" is the beginning.
    """

    version = models.ForeignKey(ServiceVersion, models.CASCADE, related_name="edges")
    state = models.CharField(max_length=60, blank=True)
    move = models.CharField(max_length=60)
    next_state = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "state", "move"], name="services_edge_once"),
        ]
