"""Covering of faces, names and plates at the desk, by two clicks on the photo for each, without scripts."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kini.cases.models import Attachment, Case
from kini.cases.public import case_at_desk
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.core.typed_values import parse_number
from kini.people.public import officers_only
from kini.reports import actions, public_photos, queries
from kini.reports.models import Publication
from kini.reports.permissions import ReportPermission
from kini.reports.public_photos import WHOLE, CoveredArea
from kini.web.downloads import stored_file_response
from kini.web.redirects import see_other

#: Width of the photo on the page, in pixels, to which the browser's coordinates refer.
SHOWN = 600
#: More pixels than any photo on the page has.
LONGEST_SIDE = 100_000
#: Inputs for somebody who types a rectangle in percent.
SIDES = ("left", "top", "right", "bottom")


@officers_only(ReportPermission.MODERATE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cover(request: HttpRequest, reference: str, photo: UUID) -> HttpResponse:
    """Mark what is covered on a photo; POST makes the public copy."""
    actor, case, _publication, picture = _photo(request, reference, photo)
    if request.method == "POST":
        areas, error = public_photos.read_areas(request.POST.getlist("area")), ""
        try:
            _prepare(request, actor, case, picture, areas)
        except NotAllowed:
            raise
        except ActionRefused as refusal:
            error = str(refusal)
        else:
            messages.success(request, _("The public copy is ready. Choose it, and show the report."))
            return see_other("reports:desk-check", case.reference)
        return _page(request, case, picture, areas, None, error)
    areas, corner = _marked(request.GET, _height(picture))
    return _page(request, case, picture, areas, corner)


def _prepare(request: HttpRequest, actor: Actor, case: Case, picture: Attachment, areas: list[CoveredArea]) -> None:
    if not request.POST.get("looked"):
        raise ActionRefused(_("Look at the whole photo first: every face, name and number plate must be covered."))
    actions.prepare_photo(by=actor, case=case, photo=picture, areas=areas)


def _height(picture: Attachment) -> int:
    width, height = public_photos.size_of(picture.sha256)
    return max(1, round(SHOWN * height / width))


def _marked(sent: QueryDict, height: int) -> tuple[list[CoveredArea], tuple[int, int] | None]:
    """Rectangles so far and the first corner of the next one, after a click or typed numbers."""
    areas, corner = public_photos.read_areas(sent.getlist("area")), _point(sent.get("corner", ""))
    percents = [percent for side in SIDES if (percent := parse_number(sent.get(side))) is not None]
    if len(percents) == len(SIDES):
        areas += public_photos.read_areas([",".join(str(percent * WHOLE // 100) for percent in percents)])
    click = _point(f"{sent.get('at.x', '')},{sent.get('at.y', '')}")
    if click is None:
        return areas, corner
    here = min(WHOLE, click[0] * WHOLE // SHOWN), min(WHOLE, click[1] * WHOLE // height)
    if corner is None:
        return areas, here
    return [*areas, public_photos.area_between(corner, here)][: public_photos.MOST_AREAS], None


def _point(typed: str) -> tuple[int, int] | None:
    x, _comma, y = typed.partition(",")
    across, down = parse_number(x), parse_number(y)
    return (across, down) if across is not None and down is not None and max(across, down) < LONGEST_SIDE else None


def _page(
    request: HttpRequest,
    case: Case,
    picture: Attachment,
    areas: list[CoveredArea],
    corner: tuple[int, int] | None,
    error: str = "",
) -> HttpResponse:
    texts = [",".join(map(str, each)) for each in areas]
    marked = urlencode(
        [("area", each) for each in texts] + ([("corner", f"{corner[0]},{corner[1]}")] if corner else [])
    )
    context: dict[str, Any] = {
        "case": case,
        "photo": picture,
        "areas": [(each, urlencode([("area", other) for other in texts if other != each])) for each in texts],
        "corner": f"{corner[0]},{corner[1]}" if corner else "",
        "marked": marked,
        "sides": [
            ("left", _("Left edge")), ("top", _("Upper edge")), ("right", _("Right edge")), ("bottom", _("Lower edge"))
        ],
        "width": SHOWN,
        "height": _height(picture),
        "errors": [("looked", error)] if error else [],
    }  # fmt: skip
    return render(request, "reports/desk/cover.html", context, status=422 if error else 200)


@officers_only(ReportPermission.MODERATE)
@never_cache
@require_safe
def covered(request: HttpRequest, reference: str, photo: UUID) -> HttpResponse:
    """Photo with what is marked so far, as the public would see it."""
    *_rest, picture = _photo(request, reference, photo)
    areas = public_photos.read_areas(request.GET.getlist("area"))
    content = public_photos.public_copy(picture.sha256, areas, corner=_point(request.GET.get("corner", "")))
    return HttpResponse(content, content_type=public_photos.CONTENT_TYPE)


@officers_only(ReportPermission.MODERATE)
@never_cache
@require_safe
def public_copy(request: HttpRequest, reference: str, copy: int) -> FileResponse:
    """Public copy of a photo, before it is public."""
    _actor, publication = _publication(request, reference)
    row = get_object_or_404(publication.photos, pk=copy)
    name = f"{reference}-{copy}"
    return stored_file_response(row.sha256, name=name, content_type=public_photos.CONTENT_TYPE, size=row.size)


def _publication(request: HttpRequest, reference: str) -> tuple[Actor, Publication]:
    actor, case = case_at_desk(request, reference)
    return actor, get_object_or_404(queries.publications_at_desk(actor), case=case)


def _photo(request: HttpRequest, reference: str, photo: UUID) -> tuple[Actor, Case, Publication, Attachment]:
    actor, publication = _publication(request, reference)
    picture = next((each for each in queries.photos_of(publication.case) if each.pk == photo), None)
    if picture is None:
        raise Http404
    return actor, publication.case, publication, picture
