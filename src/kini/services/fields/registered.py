"""Registration of the built-in field types, by the same registry that plug-ins use."""

from kini.services.fields import choices, compound, dates, identity, numbers, places, text, uploads
from kini.services.fields.base import field_types


def register() -> None:
    """Register every type once; called from `ServicesConfig.ready`."""
    for story in (text, numbers, choices, dates, identity, places, uploads, compound):
        for sort in story.TYPES:
            field_types.register(sort.model_fields["type"].default, sort)
