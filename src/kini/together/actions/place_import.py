"""Import of places from a table."""

from collections.abc import Iterable

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import Actor, require_system
from kini.core.models import ImportRun
from kini.core.table_import import Table
from kini.core.table_import.loading import Target, load
from kini.together.models import Beneficiary
from kini.together.place_table import PlaceRow

#: Columns that a table may leave out, by their place in a row.
_OPTIONAL = {"families": 3, "address": 4}


@action
def import_places(*, by: Actor, rows: Iterable[tuple[int, PlaceRow]], table: Table, dry_run: bool = False) -> ImportRun:
    """Store the places of a table: add new ones, update families and address of known ones; remove none.

    A column that is empty throughout changes nothing.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    known = list(rows)
    filled = {name: column for name, column in _OPTIONAL.items() if any(row[column] for _line, row in known)}
    fields = filled or {"address": _OPTIONAL["address"]}
    values = [(line, (*row[:3], *(row[column] for column in fields.values()))) for line, row in known]
    defaults = {"hidden": False, "created_at": current_time.now()}
    target = Target(
        Beneficiary,
        key=("area", "kind", "name"),
        fields=tuple(fields),
        defaults=defaults if "address" in fields else defaults | {"address": ""},
        frozen=None if filled else Beneficiary.objects.all(),
    )
    run = load(by=by, target=target, table=table, rows=values, dry_run=dry_run)
    if not dry_run:
        detail = {"added": run.added, "changed": run.changed, "faulty": run.faulty}
        audit.record(by=by, action="together.places-imported", subject=f"import:{run.pk}", detail=detail)
    return run
