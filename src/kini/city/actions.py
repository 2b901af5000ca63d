"""Actions: load the pack's tables and official boundaries into the database."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.db.models import Model
from shapely import to_wkb

from kini.city import pack
from kini.city.boundaries import read_boundaries
from kini.city.city_cache import AUDIT_SUBJECT
from kini.city.maps import layers
from kini.city.models import Agency, Area, AreaBoundary, MapLayer, Place, Unit
from kini.city.pack_tables import read_pack_tables
from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor, ActorKind, NotAllowed


@action
def load_pack_tables(*, by: Actor) -> dict[str, int]:
    """Synchronise areas, agencies, units and places with the pack; rows missing from it are deactivated.

    Returns:
        Number of changed rows by table. Loading the same pack again changes none.

    Raises:
        ConfigErrors: the pack is invalid.
        NotAllowed: the actor is not the system.
    """
    _only_commands(by)
    city = pack.current()
    tables = read_pack_tables(city.root, city)
    changed = {
        "areas": _bring(Area, tables.areas),
        "agencies": _bring(Agency, tables.agencies),
        "units": _bring(Unit, tables.units),
        "places": _bring(Place, tables.places),
    }
    if any(changed.values()):
        audit.record(by=by, action="city.tables_loaded", subject=AUDIT_SUBJECT, detail=changed)
    return changed


@action
def load_boundaries(*, by: Actor, path: Path, source: str = "") -> int:
    """Store the official boundaries of a GeoJSON file; areas that it does not contain keep theirs.

    Args:
        source: origin of the boundaries, shown beside maps; default: the file's name.

    Returns:
        Number of stored boundaries.

    Raises:
        ConfigErrors: all errors of the file; nothing is stored.
        NotAllowed: the actor is not the system.
    """
    _only_commands(by)
    areas = {area.code: area for area in Area.objects.filter(active=True)}
    borders = read_boundaries(path, {code: (area.latitude, area.longitude) for code, area in areas.items()})
    AreaBoundary.objects.bulk_create(
        [AreaBoundary(area_id=each.code, wkb=to_wkb(each.shape), source=source or path.name) for each in borders],
        update_conflicts=True,
        unique_fields=["area"],
        update_fields=["wkb", "source", "loaded_at"],
    )
    audit.record(
        by=by,
        action="city.boundaries_loaded",
        subject=AUDIT_SUBJECT,
        detail={"borders": len(borders), "file": path.name},
    )
    return len(borders)


@action
def load_map_layer(*, by: Actor, name: str, layer: layers.MapLayer) -> None:
    """Store a layer that maps show for orientation.

    Args:
        name: one of `layers.LAYERS` except areas.

    Raises:
        NotAllowed: the actor is not the system.
    """
    _only_commands(by)
    MapLayer.objects.update_or_create(pk=name, defaults={"document": layers.dump_layer(layer)})
    detail = {"layer": name, "features": len(layer.features), "source": layer.source}
    audit.record(by=by, action="city.map_layer_loaded", subject=AUDIT_SUBJECT, detail=detail)


def _only_commands(by: Actor) -> None:
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed("The city's tables are loaded by the operator's commands only.")


def _bring[M: Model](model: type[M], rows: Sequence[M]) -> int:
    """Insert, update and deactivate rows to match `wanted`; return the number of changes."""
    columns = [field.attname for field in model._meta.concrete_fields]
    stored = {row[0]: row for row in model._default_manager.values_list("pk", *columns)}
    changed = [each for each in rows if stored.get(each.pk) != (each.pk, *_values(each, columns))]
    if changed:
        model._default_manager.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["pk"],
            update_fields=[field.name for field in model._meta.concrete_fields if not field.primary_key],
        )
    gone = stored.keys() - {each.pk for each in rows}
    return len(changed) + model._default_manager.filter(pk__in=gone, active=True).update(active=False)


def _values(row: Model, columns: Iterable[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, column) for column in columns)
