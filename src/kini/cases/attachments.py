"""Attachments: store uploads as documents; limits per case."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from kini.cases.models import Attachment
from kini.city.public import pack
from kini.core import files
from kini.core.actors import Actor
from kini.core.files import Upload
from kini.core.geometry import Point

#: Limits per case. A service that asks for more documents may have a file for each.
MAX_FILES = 10
MAX_BYTES = 25_000_000


def store_upload(
    by: Actor,
    upload: Upload,
    *,
    accept: frozenset[str],
    slot: str,
    metres_away: Callable[[Point], int | None] = lambda _point: None,
) -> Attachment:
    """Store an uploaded file; return an unsaved document for it.

    Args:
        metres_away: how far from the case a photo was taken, by the point in it, which is not kept.

    Raises:
        FileRefused: when the file cannot be taken.
    """
    stored = files.store(upload, accept=accept, timezone=pack.current().timezone)
    return Attachment(
        slot=slot,
        name=files.clean_name(upload.name or "") or _("File"),
        content_type=stored.content_type,
        size=stored.size,
        sha256=stored.sha256,
        source_sha256=stored.source_sha256,
        taken_at=stored.taken_at,
        metres_away=metres_away(stored.point) if stored.point else None,
        uploaded_by_id=by.user_id,
    )
