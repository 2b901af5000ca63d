"""Which columns of a case are read."""

from kini.cases.models import Case

#: What is told of a case, by column.
TOLD = tuple(
    field.attname
    for field in Case._meta.concrete_fields
    if field.name not in ("answers", "sealed", "head", "seal", "search")
)


#: Columns of a row of the queue, without guests' keys.
QUEUED = tuple(column for column in TOLD if column != "guest_key")

#: What no row of a list shows.
UNSHOWN = ("answers", "sealed", "head", "seal", "search", "version__content")
