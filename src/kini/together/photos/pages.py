"""Pages of photos: add one, see one, and the officers' list of those that wait."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.core import files, upload_quotas
from kini.core.actors import ActionRefused, Actor
from kini.people.public import officers_only
from kini.people.queries import actor_for
from kini.together import queries
from kini.together.action_guards import acts_for_giver, is_contact, may_verify
from kini.together.form_page import FormPage, answer_form
from kini.together.forms import HelpForm
from kini.together.models import DeliveryPhoto, Pledge
from kini.together.permissions import HelpPermission
from kini.together.photos import actions
from kini.web.downloads import stored_file_response

_RELATED = ("delivery__pledge__line__need__beneficiary__area", "delivery__pledge__giver")
LONGEST_LIST = 60


class PhotoForm(HelpForm):
    """A photo of goods."""

    photo = forms.FileField(
        label=gettext_lazy("Photo of the goods"), widget=forms.FileInput({"accept": ",".join(sorted(files.IMAGES))})
    )
    without_faces = forms.BooleanField(label=gettext_lazy("It shows the goods, and nobody's face."), required=False)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_photo(request: HttpRequest, reference: str) -> HttpResponse:
    """Add a photo of what was delivered."""
    rows = Pledge.objects.select_related("line__need__beneficiary__area", "giver", "delivery")
    known = get_object_or_404(rows, reference=reference, delivery__isnull=False)
    if not _may_see(actor_for(request), known):
        raise Http404
    here = reverse("together:pledge", args=[reference])
    if request.method == "POST":
        upload_quotas.count_uploads(request, request.FILES.getlist("photo"), user=request.user.pk)

    def write(by: Actor, data: dict[str, Any]) -> str:
        actions.add_photo(by=by, pledge=known, upload=data["photo"], without_faces=data["without_faces"])
        return here

    lead = _("Optional: the code and the two counts are the proof. Others see it once an officer has looked at it.")
    page = FormPage(_("Photo of the goods"), _("Add"), (here, reference), lead)
    return answer_form(request, page, PhotoForm(request.POST or None, request.FILES or None), write)


def _may_see(by: Actor, pledge: Pledge) -> bool:
    place = pledge.line.need.beneficiary
    return acts_for_giver(by, pledge.giver) or is_contact(by, place) or may_verify(by, place)


@never_cache
@require_safe
def photo(request: HttpRequest, number: int) -> FileResponse:
    """One photo: for everybody when it was released and the place is public, else for its sides and officers."""
    known = get_object_or_404(DeliveryPhoto.objects.select_related(*_RELATED), pk=number)
    pledge = known.delivery.pledge
    public = known.released_at is not None and queries.is_public(pledge.line.need)
    if not (public or _may_see(actor_for(request), pledge)):
        raise Http404
    return stored_file_response(known.sha256, name=f"{number}", content_type=known.content_type, size=known.size)


@officers_only(HelpPermission.VERIFY_NEEDS)
@require_safe
def photos(request: HttpRequest) -> HttpResponse:
    """Photos of the officer's area that nobody has released yet, the oldest first."""
    by = actor_for(request)
    rows = DeliveryPhoto.objects.filter(released_at=None).select_related(*_RELATED).order_by("pk")
    listed = [each for each in rows if may_verify(by, each.delivery.pledge.line.need.beneficiary)][:LONGEST_LIST]
    return render(request, "together/photos/desk.html", {"photos": listed})


@officers_only(HelpPermission.VERIFY_NEEDS)
@require_POST
def photo_deed(request: HttpRequest, number: int, deed: str) -> HttpResponse:
    """Release a photo, or remove it."""
    known = get_object_or_404(DeliveryPhoto, pk=number)
    if deed not in ("release", "remove"):
        raise Http404
    try:
        (actions.release_photo if deed == "release" else actions.remove_photo)(by=actor_for(request), photo=known)
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("together:desk-photos")
