"""Column lists for reading cases."""

from kini.cases.models import Case

#: Columns of a case shown to its resident.
DETAIL_COLUMNS = tuple(
    field.attname
    for field in Case._meta.concrete_fields
    if field.name not in ("answers", "sealed", "head", "seal", "search")
)


#: Columns of a row of the queue, without guests' keys.
QUEUE_COLUMNS = tuple(column for column in DETAIL_COLUMNS if column != "guest_key")

#: Columns that no list shows.
DEFERRED = ("answers", "sealed", "head", "seal", "search", "version__content")
