"""Copies of everything about a person: prepared by the worker, kept sealed for some days, downloaded by them alone."""

from datetime import timedelta
from uuid import uuid4

from django.utils.translation import gettext as _

from kini.cases import actions as case_actions
from kini.cases import answers
from kini.cases.holding import lock
from kini.cases.models import Case
from kini.core import audit, crypto, files, moments
from kini.core.actions import action
from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.privacy import export, queries
from kini.privacy.models import Export

KEPT = timedelta(days=14)


@action
def prepare_export(*, by: Actor, case: Case) -> Export | None:
    """Make the copy that a case asks for, and end the case; None when it was made before or is no longer wanted.

    Raises:
        NotAllowed: for anybody but the program.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed(_("The program does this by itself."))
    case = lock(case)
    if case.closed_at or case.submitted_by is None:
        return None
    with_files = answers.of_case(case).get("contents") == "everything"
    content = export.build(queries.person_of(case.submitted_by), with_files=with_files)
    made = Export(id=uuid4(), user=case.submitted_by, case=case, size=len(content), made_at=moments.now())
    made.expires_at = made.made_at + KEPT
    made.sha256 = files.keep(crypto.seal(content, export.context_of(made.pk)))
    made.save(force_insert=True)
    audit.record(by=by, action="privacy.export-prepared", subject=f"case:{case.reference}", detail={"size": made.size})
    case_actions.move(by=by, case=case, move="ready")
    return made


@action
def note_download(*, by: Actor, made: Export) -> Export:
    """Note that the person downloads their copy.

    Raises:
        NotAllowed: when it is somebody else's, or its time is over.
    """
    if by.user_id is None or by.user_id != made.user_id or made.expires_at <= moments.now():
        raise NotAllowed(_("This copy belongs to somebody else, or is no longer there."))
    made.downloaded_at = moments.now()
    made.save(update_fields=["downloaded_at"])
    audit.record(
        by=by, action="privacy.export-downloaded", subject=f"user:{made.user_id}", detail={"export": str(made.pk)}
    )
    return made
