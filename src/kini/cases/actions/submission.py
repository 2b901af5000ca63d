"""Submission: create a routed case with a running clock from a draft or from complete answers."""

import secrets
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.utils.translation import gettext as _

from kini.cases import access, case_answers, corrections, timeline
from kini.cases.events import CaseOpened
from kini.cases.locking import claim_draft, lock_draft, require_usable
from kini.cases.models import Case, Draft
from kini.cases.record_policy import record_consent
from kini.cases.routing import route_case
from kini.city.public import pack
from kini.core import audit, events, references
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.core.database.fast_models import build_row
from kini.people.models import Resident
from kini.people.public import profile_values
from kini.services.models import ServiceVersion
from kini.services.public import ServiceSnapshot, UploadField, kinds, questions, snapshot_of


@action
def submit(*, by: Actor, draft: Draft, confirm: bool, without_files: bool = False) -> Case:
    """Submit a draft. Idempotent, also under concurrency: one draft is one case.

    The case keeps the definition with which the draft was started. Profile data is copied into the case, so that later
    changes of the profile do not affect it.

    Args:
        confirm: whether the person said that the answers are true.
        without_files: files that questions ask for may be missing, as in a protocol of others that has none.

    Raises:
        NotAllowed: the draft belongs to another person.
        Incomplete: when questions are not answered.
        Expired: when the draft waited too long.
        ActionRefused: when it is not confirmed, or the service is no longer offered.
    """
    draft = lock_draft(draft)
    access.require_own_draft(by, draft)
    if draft.case:
        return draft.case
    draft = require_usable(claim_draft(by, draft))
    if not access.may_apply_for(by, draft.resident):
        raise NotAllowed(_("You cannot apply for this person. Add them to your family first."))
    if not confirm:
        raise ActionRefused(_("Confirm that your answers are true."))
    snapshot = snapshot_of(draft.version)
    access.require_assurance(by, snapshot.definition.assurance, draft.resident)
    final_answers = _complete(by, snapshot, case_answers.of_draft(draft), draft.resident, without_files=without_files)
    case = _new_case(by, draft.version, draft.resident, draft.channel, final_answers)
    used = list(draft.documents.filter(pk__in=corrections.referenced_files(final_answers)))
    timeline.open_case(case, by=by, documents=used)
    record_consent(by, case, snapshot, final_answers)
    draft.documents.filter(case__isnull=True).delete()
    draft.case = case
    case_answers.assign_to_draft(draft, snapshot, final_answers)
    draft.save()
    return _opened(by, case, {"service": case.service_id, "draft": str(draft.pk)})


@action
def submit_answers(
    *,
    by: Actor,
    version: ServiceVersion,
    resident: Resident | None,
    answers: Mapping[str, Any],
    confirm: bool,
    reference: str = "",
    channel: str = "api",
    without_files: bool = False,
) -> Case:
    """Create a case from complete answers without a draft, for programs.

    Args:
        resident: person applied for; None only for a guest.
        given: valid values by field (services.answering.take), without files.
        confirm: whether the person said that the answers are true.
        reference: a reference announced before; empty: a new one.
        channel: how it came (models.CHANNELS).
        without_files: as `submit`.

    Raises:
        NotAllowed, ActionRefused: as `start_draft` and `submit`.
        Incomplete: when questions are not answered.
    """
    access.require_may_start(by, version.service, resident)
    access.require_assurance(by, snapshot_of(version).definition.assurance, resident)
    if not confirm:
        raise ActionRefused(_("Confirm that your answers are true."))
    if corrections.referenced_files(dict(answers)):
        raise ActionRefused(_("This file no longer exists. Add it again."))
    snapshot = snapshot_of(version)
    final_answers = _complete(by, snapshot, answers, resident, without_files=without_files)
    case = _new_case(by, version, resident, channel, final_answers, reference)
    timeline.open_case(case, by=by)
    record_consent(by, case, snapshot, final_answers)
    return _opened(by, case, {"service": case.service_id})


def _opened(by: Actor, case: Case, detail: dict[str, str]) -> Case:
    """Run the kind's hook, announce the case and return it as the hook left it."""
    audit.record(by=by, action="cases.submitted", subject=f"case:{case.reference}", detail=detail)
    opened: Case = kinds.get(case.kind).after_open(case)
    events.publish(CaseOpened(opened.reference, opened.service_id, opened.kind))
    return opened


def _complete(
    by: Actor,
    snapshot: ServiceSnapshot,
    partial: Mapping[str, Any],
    resident: Resident | None,
    *,
    without_files: bool = False,
) -> dict[str, Any]:
    """All relevant answers, including those from the profile."""
    known = profile_values.known_to(by.user_id, resident) if resident else {}
    final, missing = questions.final_and_missing(snapshot, partial, known)
    if without_files:
        missing = [page for page in missing if not all(isinstance(each, UploadField) for each in page.fields.values())]
    if missing:
        raise corrections.Incomplete([page.key for page in missing])
    return final


def _new_case(
    by: Actor,
    version: ServiceVersion,
    resident: Resident | None,
    channel: str,
    final_answers: dict[str, Any],
    reference: str = "",
) -> Case:
    snapshot = snapshot_of(version)
    where = route_case(snapshot, final_answers, resident)
    point = (None, None) if snapshot.sensitive else (where.latitude, where.longitude)
    case = build_row(
        Case,
        reference=reference or _new_reference(),
        service=version.service,
        version=version,
        kind=version.service.kind,
        resident=resident,
        submitted_by_id=by.user_id,
        channel=channel,
        agency=where.agency,
        unit=where.unit,
        area=where.area,
        area_path=where.area.path if where.area else "",
        latitude=point[0],
        longitude=point[1],
        guest_key="" if resident else secrets.token_urlsafe(32),
    )
    case_answers.assign_to_case(case, snapshot, final_answers)
    return case


#: Pool of recently free references by prefix, and its refill size.
_free: defaultdict[str, list[str]] = defaultdict(list)
HANDFUL = 50


def _new_reference() -> str:
    """Return a free reference out of about 3e10.

    If another process takes it in the meantime, the unique constraint refuses the case.
    """
    prefix = pack.current().reference_prefix
    free = _free[prefix]
    while True:
        with suppress(IndexError):
            return free.pop()
        candidates = {references.generate(prefix) for _ in range(HANDFUL)}
        free.extend(
            candidates.difference(Case.objects.filter(reference__in=candidates).values_list("reference", flat=True))
        )
