"""Writes: publications with their versions, and followers."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from kini.cases import actions as cases
from kini.cases.models import Attachment, Case, Draft
from kini.cases.public import access
from kini.core import audit, files, references
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, require_system
from kini.core.crypto import keyed_hash
from kini.core.database.fast_models import build_row, insert_deferred
from kini.core.files import IMAGES
from kini.reports import public_photos, queries
from kini.reports.models import Follower, Publication, PublicPhoto, PublicVersion
from kini.reports.permissions import ReportPermission
from kini.reports.public_photos import CoveredArea
from kini.reports.public_text import LONGEST_TEXT, masked, words_of
from kini.reports.rules import cell_of

LONGEST_REASON = 240


@action
def request_publication(*, by: Actor, case: Case) -> Publication:
    """Put a report into the queue of those that an officer checks before the public sees them."""
    require_system(by)
    if case.latitude is None or case.longitude is None:
        raise ActionRefused(_("A report without a place cannot be public."))
    publication = build_row(
        Publication,
        case=case,
        service_id=case.service_id,
        latitude=case.latitude,
        longitude=case.longitude,
        cell=cell_of(case.latitude, case.longitude),
        area_path=case.area_path,
        opened_at=case.opened_at,
        state=Publication.WAITING,
    )
    insert_deferred(publication)
    audit.record(by=by, action="reports.publication-requested", subject=f"case:{case.reference}")
    return publication


@action
def prepare_photo(*, by: Actor, case: Case, photo: Attachment, areas: Sequence[CoveredArea] = ()) -> PublicPhoto:
    """Make the public copy of a photo of a report, with mosaics where the officer marked faces, names and plates.

    Raises:
        NotAllowed: without the permission, or when the report is the officer's own.
        ActionRefused: the reporter keeps it private, or it is no photo of this report.
    """
    publication = _locked(case)
    access.require_at_desk(by, ReportPermission.MODERATE, case)
    if publication is None:
        raise ActionRefused(_("The person who reported this keeps it private."))
    if photo.case_id != case.pk or photo.content_type not in IMAGES or not photo.sha256:
        raise ActionRefused(_("Choose a photo of this report."))
    content = public_photos.public_copy(photo.sha256, areas)
    copy = PublicPhoto.objects.create(
        publication=publication,
        source=photo,
        areas=[list(each) for each in areas],
        sha256=files.store_content(content),
        size=len(content),
        by_id=by.user_id,
    )
    detail = {"photo": str(photo.pk), "covered": len(areas)}
    audit.record(by=by, action="reports.photo-prepared", subject=f"case:{case.reference}", detail=detail)
    return copy


@action
def release(
    *,
    by: Actor,
    case: Case,
    text: str,
    before: PublicPhoto | None = None,
    after: PublicPhoto | None = None,
    reason: str = "",
) -> PublicVersion:
    """Show a report to the public, or show another version of it. Earlier versions are kept.

    Args:
        text: the reporter's words; what identifies somebody is masked again.
        before, after: public copies of photos of the problem and of the work (`prepare_photo`).
        reason: required where the words differ from the reporter's, or from an earlier version.

    Raises:
        NotAllowed: without the permission, or when the report is the officer's own.
        ActionRefused: the reporter keeps it private, the reason is missing, or a photo belongs to another report.
    """
    publication = _locked(case)
    access.require_at_desk(by, ReportPermission.MODERATE, case)
    if publication is None:
        raise ActionRefused(_("The person who reported this keeps it private."))
    for photo in (before, after):
        if photo is not None and photo.publication_id != publication.pk:
            raise ActionRefused(_("Choose a photo of this report."))
    words = masked(text).strip()[:LONGEST_TEXT]
    edited, number = words != words_of(case), publication.versions.count() + 1
    if (edited or number > 1) and not reason.strip():
        raise ActionRefused(_("Say why the public sees other words or photos than before."))
    version = PublicVersion.objects.create(
        publication=publication,
        number=number,
        text=words,
        edited=edited,
        before=before,
        after=after,
        reason=reason.strip()[:LONGEST_REASON],
        by_id=by.user_id,
    )
    publication.state, publication.current = Publication.RELEASED, version
    publication.save(update_fields=["state", "current"])
    audit.record(by=by, action="reports.released", subject=f"case:{case.reference}", detail={"version": number})
    return version


@action
def make_private(*, by: Actor, case: Case, reason: str = "", guest_key: str = "") -> Publication:
    """Take a report away from the public: by an officer with a reason, or by the person who reported it.

    Raises:
        NotAllowed: the actor may not.
        ActionRefused: it was never to be public, or an officer gives no reason.
    """
    publication = _locked(case)
    own = access.is_own_case(by, case, guest_key)
    if not own:
        access.require_at_desk(by, ReportPermission.MODERATE, case)
        if not reason.strip():
            raise ActionRefused(_("Say why the public does not see this report."))
    if publication is None:
        raise ActionRefused(_("This report is private already."))
    publication.state, publication.current = Publication.PRIVATE, None
    publication.save(update_fields=["state", "current"])
    detail = {"reason": reason.strip()[:LONGEST_REASON], "own": own}
    audit.record(by=by, action="reports.made-private", subject=f"case:{case.reference}", detail=detail)
    return publication


@action
def follow(*, by: Actor, publication: Publication, draft: Draft | None = None) -> tuple[Follower, str]:
    """Follow a public report because one has the same problem ("me too").

    Args:
        draft: the follower's own report, which is not sent: its first photo goes to the officers, the draft is deleted.

    Returns:
        The follower and the claim code, which is shown once and stored nowhere.

    Raises:
        NotAllowed: the draft belongs to another person.
        ActionRefused: it is not public any more, or one follows it already.
    """
    public = queries.released().select_for_update(of=("self",)).select_related("case").filter(pk=publication.pk).first()
    if public is None:
        raise ActionRefused(_("This report is not public any more. Send your own."))
    photo = _first_photo(draft) if draft else None
    code = references.generate_code()
    if by.user_id and Follower.objects.filter(case=public.case, user_id=by.user_id).exists():
        raise ActionRefused(_("You follow this report already."))
    follower = Follower.objects.create(
        case=public.case,
        user_id=by.user_id,
        code_hash=keyed_hash(code, queries.CODE_PURPOSE),
        sha256=photo.sha256 if photo else "",
        content_type=photo.content_type if photo else "",
        size=photo.size if photo else 0,
    )
    if draft:
        cases.discard_draft(by=by, draft=draft)
    audit.record(by=by, action="reports.followed", subject=f"case:{public.case.reference}")
    return follower, code


def _locked(case: Case) -> Publication | None:
    return Publication.objects.select_for_update().filter(case=case).first()


def _first_photo(draft: Draft) -> Attachment | None:
    photos = draft.documents.filter(case=None, content_type__in=IMAGES, removed_at=None).exclude(sha256="")
    return photos.order_by("uploaded_at", "pk").first()
