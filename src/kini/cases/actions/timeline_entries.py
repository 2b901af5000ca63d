"""Timeline entries and generated documents that rooms above add to a case."""

from dataclasses import dataclass
from typing import Any

from kini.cases import rules, timeline
from kini.cases.events import TimelineEntryAdded
from kini.cases.locking import lock_case
from kini.cases.models import Attachment, Case
from kini.core import audit, events, files
from kini.core.actions import action
from kini.core.actors import Actor


@dataclass(frozen=True, slots=True)
class GeneratedDocument:
    """Generated file: its slot, and its name for downloads."""

    slot: str
    name: str
    content: bytes
    content_type: str


@action
def add_timeline_entry(
    *,
    by: Actor,
    case: Case,
    sort: str,
    data: dict[str, Any],
    paper: GeneratedDocument | None = None,
    notify: bool = True,
) -> Attachment | None:
    """Add an entry to the case's timeline, visible to its resident. The caller has checked the permission.

    Args:
        sort: a sort of entry registered in `rules.tellers`.
        paper: stored as a document of the case and covered by its timeline.
        notify: whether the resident gets a message; not where the step before it had one already.

    Raises:
        LookupError: when nobody can tell such an entry.
    """
    rules.entry_renderers.get(sort)
    case = lock_case(case)
    document = _kept(case, paper) if paper else None
    changed = ["documents"] if document else []
    entry = timeline.append(case, by=by, sort=sort, data=data, changed=changed)
    audit.record(by=by, action="cases.told", subject=f"case:{case.reference}", detail={"sort": sort})
    if notify:
        events.publish(TimelineEntryAdded(case.reference, entry.number))
    return document


def _kept(case: Case, paper: GeneratedDocument) -> Attachment:
    digest = files.store_content(paper.content)
    return Attachment.objects.create(
        case=case,
        slot=paper.slot,
        name=files.clean_name(paper.name),
        content_type=paper.content_type,
        size=len(paper.content),
        sha256=digest,
        source_sha256=digest,
    )
