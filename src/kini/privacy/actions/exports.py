"""Actions on exports: prepared by the worker, stored encrypted for some days, downloaded by their owner alone."""

from datetime import timedelta
from uuid import uuid4

from django.utils.translation import gettext as _

from kini.cases import actions as case_actions
from kini.cases.models import Case
from kini.cases.public import case_answers, lock_case
from kini.core import audit, crypto, current_time, files
from kini.core.actions import action
from kini.core.actors import Actor, NotAllowed, require_system
from kini.privacy import data_export, queries
from kini.privacy.models import Export

EXPORT_LIFETIME = timedelta(days=14)


@action
def prepare_export(*, by: Actor, case: Case) -> Export | None:
    """Prepare the export requested by a case, and close the case; None if the case is closed already.

    Raises:
        NotAllowed: unless the system is the actor.
    """
    require_system(by)
    case = lock_case(case)
    if case.closed_at or case.submitted_by is None:
        return None
    with_files = case_answers.of_case(case).get("contents") == "everything"
    content = data_export.build_export(queries.data_subject_of(case.submitted_by), with_files=with_files)
    export = Export(id=uuid4(), user=case.submitted_by, case=case, size=len(content), made_at=current_time.now())
    export.expires_at = export.made_at + EXPORT_LIFETIME
    export.sha256 = files.store_content(crypto.encrypt(content, data_export.export_context(export.pk)))
    export.save(force_insert=True)
    audit.record(
        by=by, action="privacy.export-prepared", subject=f"case:{case.reference}", detail={"size": export.size}
    )
    case_actions.move(by=by, case=case, move="ready")
    return export


@action
def record_download(*, by: Actor, export: Export) -> Export:
    """Record a download.

    Raises:
        NotAllowed: for somebody else's export, or an expired one.
    """
    if by.user_id is None or by.user_id != export.user_id or export.expires_at <= current_time.now():
        raise NotAllowed(_("This copy belongs to somebody else or has expired."))
    export.downloaded_at = current_time.now()
    export.save(update_fields=["downloaded_at"])
    audit.record(
        by=by, action="privacy.export-downloaded", subject=f"user:{export.user_id}", detail={"export": str(export.pk)}
    )
    return export
