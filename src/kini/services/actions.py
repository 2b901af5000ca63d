"""Actions of the services room: store the pack's service definitions as immutable versions."""

from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.conf import settings

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.services import search_index
from kini.services.loader import read_pack
from kini.services.models import FlowEdge, Service, ServiceVersion
from kini.services.queries import AUDIT_SUBJECT
from kini.services.snapshots import ServiceSnapshot, build_snapshot, content_digest


@dataclass(frozen=True, slots=True)
class LoadResult:
    """Result of a load: number of services, ids whose current version changed, ids withdrawn."""

    services: int
    changed: list[str]
    withdrawn: list[str]


@action
def load_services(*, by: Actor) -> LoadResult:
    """Synchronize services with the pack: store changed definitions as new versions, withdraw missing services.

    Open cases keep the version they started with. Agencies must be loaded first.

    Raises:
        ConfigErrors: when the pack is invalid; nothing is changed.
        NotAllowed: unless the actor is the system.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed("Services can only be loaded by a system command.")
    pack = read_pack(settings.CITY_PATH)
    snapshot = {service.id: build_snapshot(pack, service) for service in pack.services.values()}
    offered = set(Service.objects.filter(active=True).values_list("pk", flat=True))
    withdrawn = offered - snapshot.keys()
    Service.objects.filter(pk__in=withdrawn).update(active=False)
    _store_services(snapshot)
    changed = _store_versions(snapshot)
    search_index.update_search_index(snapshot, pack.catalogue, pack.languages)
    loaded = LoadResult(len(snapshot), changed, sorted(withdrawn))
    if changed or snapshot.keys() != offered:
        detail = {"services": loaded.services, "changed": changed, "withdrawn": loaded.withdrawn}
        audit.record(by=by, action="services.loaded", subject=AUDIT_SUBJECT, detail=detail)
    return loaded


def _store_services(snapshot: dict[str, ServiceSnapshot]) -> None:
    rows = [
        Service(
            id=name, category=each.category, kind=each.definition.kind, agency_id=each.definition.agency, active=True
        )
        for name, each in snapshot.items()
    ]
    fields = ["category", "kind", "agency", "active"]
    Service.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=fields)


def _store_versions(snapshot: dict[str, ServiceSnapshot]) -> list[str]:
    """Create versions for changed definitions; return the ids of services whose current version changed."""
    contents: dict[str, Any] = {name: each.content() for name, each in snapshot.items()}
    digests = {name: content_digest(content) for name, content in contents.items()}
    version_ids: dict[tuple[str, str], int] = {}
    numbers: dict[str, int] = {}
    for pk, service, number, digest in ServiceVersion.objects.values_list("pk", "service_id", "number", "digest"):
        version_ids[service, digest] = pk
        numbers[service] = max(number, numbers.get(service, 0))
    new = [
        ServiceVersion(service_id=name, number=numbers.get(name, 0) + 1, digest=digest, content=contents[name])
        for name, digest in digests.items()
        if (name, digest) not in version_ids
    ]
    for version in ServiceVersion.objects.bulk_create(new):
        version_ids[version.service_id, version.digest] = version.pk
    edges = (FlowEdge.of_version(version, snapshot[version.service_id].steps) for version in new)
    FlowEdge.objects.bulk_create(chain.from_iterable(edges))
    return _set_current({name: version_ids[name, digest] for name, digest in digests.items()})


def _set_current(current: dict[str, int]) -> list[str]:
    moved = [service for service in Service.objects.filter(pk__in=current) if service.current_id != current[service.pk]]
    for service in moved:
        service.current_id = current[service.pk]
    Service.objects.bulk_update(moved, ["current"])
    return sorted(service.pk for service in moved)
