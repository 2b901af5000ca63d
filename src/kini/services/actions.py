"""Every write of the services room: definitions of the pack become versions that cases can stand on."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.services import indexing
from kini.services.loader import read_pack
from kini.services.models import FlowEdge, Service, ServiceVersion
from kini.services.queries import SUBJECT
from kini.services.versions import Resolved, digest_of, resolve_service


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load found and changed: ids of services with a new version, back again, withdrawn."""

    services: int
    changed: list[str]
    withdrawn: list[str]


@action
def load_services(*, by: Actor) -> Loaded:
    """Bring services to what the pack says: a changed definition is a new version, a vanished service is withdrawn.

    Cases keep the version with which they began. Agencies must have been loaded before.

    Raises:
        PackFaults: when the pack cannot be taken; nothing is changed then.
        NotAllowed: for anybody but a command of the program.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed("Only a command of the program loads services.")
    pack = read_pack(settings.CITY_PATH)
    resolved = {service.id: resolve_service(pack, service) for service in pack.services.values()}
    offered = set(Service.objects.filter(active=True).values_list("pk", flat=True))
    withdrawn = offered - resolved.keys()
    Service.objects.filter(pk__in=withdrawn).update(active=False)
    _store_services(resolved)
    changed = _store_versions(resolved)
    indexing.store(resolved, pack.catalogue, pack.languages)
    loaded = Loaded(len(resolved), changed, sorted(withdrawn))
    if changed or resolved.keys() != offered:
        detail = {"services": loaded.services, "changed": changed, "withdrawn": loaded.withdrawn}
        audit.record(by=by, action="services.loaded", subject=SUBJECT, detail=detail)
    return loaded


def _store_services(resolved: dict[str, Resolved]) -> None:
    rows = [
        Service(
            id=name, category=each.category, kind=each.definition.kind, agency_id=each.definition.agency, active=True
        )
        for name, each in resolved.items()
    ]
    fields = ["category", "kind", "agency", "active"]
    Service.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=fields)


def _store_versions(resolved: dict[str, Resolved]) -> list[str]:
    """Make new versions where a definition changed; ids of the services whose current version is now another one."""
    contents: dict[str, Any] = {name: each.content() for name, each in resolved.items()}
    digests = {name: digest_of(content) for name, content in contents.items()}
    there: dict[tuple[str, str], int] = {}
    numbers: dict[str, int] = {}
    for pk, service, number, digest in ServiceVersion.objects.values_list("pk", "service_id", "number", "digest"):
        there[service, digest] = pk
        numbers[service] = max(number, numbers.get(service, 0))
    new = [
        ServiceVersion(service_id=name, number=numbers.get(name, 0) + 1, digest=digest, content=contents[name])
        for name, digest in digests.items()
        if (name, digest) not in there
    ]
    for version in ServiceVersion.objects.bulk_create(new):
        there[version.service_id, version.digest] = version.pk
    FlowEdge.objects.bulk_create(edge for version in new for edge in _edges(version, resolved[version.service_id]))
    return _point_to({name: there[name, digest] for name, digest in digests.items()})


def _edges(version: ServiceVersion, resolved: Resolved) -> list[FlowEdge]:
    """The edges of a version's flow; the one from "" is the beginning."""
    if resolved.steps is None:
        return []
    edges = [("", "open", resolved.steps.start), *resolved.steps.edges()]
    return [FlowEdge(version=version, state=state, move=move, next_state=to) for state, move, to in edges]


def _point_to(current: dict[str, int]) -> list[str]:
    moved = [service for service in Service.objects.filter(pk__in=current) if service.current_id != current[service.pk]]
    for service in moved:
        service.current_id = current[service.pk]
    Service.objects.bulk_update(moved, ["current"])
    return sorted(service.pk for service in moved)
