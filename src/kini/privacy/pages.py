"""The privacy notice, and a person's pages about their own data."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kini.city.public import privacy
from kini.core.crypto import DecryptionError
from kini.people.models import User
from kini.people.queries import actor_for
from kini.privacy import actions, data_export, queries
from kini.privacy.models import Export
from kini.services import queries as services
from kini.services.models import Service
from kini.web.formats import today
from kini.web.page_cache import cache_for_anonymous

RIGHTS = ("privacy-export", "privacy-correction", "privacy-objection", "privacy-deletion")


@cache_for_anonymous
@require_safe
def notice(request: HttpRequest) -> HttpResponse:
    """Show the privacy notice, generated from the registries of categories and retention rules."""
    context = {"categories": queries.categories(), "pack": privacy.current(), "rights": _rights()}
    return render(request, "privacy/notice.html", context)


def _rights() -> list[Service]:
    """Return the privacy services that the city offers."""
    offered = services.active_services()
    return [offered[name] for name in RIGHTS if name in offered]


@login_required
@never_cache
@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    """Show the visitor's rights, available exports, and requests."""
    user = _user(request)
    context: dict[str, Any] = {
        "rights": services.cards_of(_rights()),
        "exports": queries.exports_of(user),
        "requests": queries.requests_of(user),
        "pack": privacy.current(),
    }
    return render(request, "privacy/mine.html", context)


@login_required
@never_cache
@require_safe
def download(request: HttpRequest, copy: UUID) -> HttpResponse:
    """Download the visitor's own export. 404 for somebody else's, or an expired one."""
    user = _user(request)
    export = next((each for each in queries.exports_of(user) if each.pk == copy), None)
    if export is None:
        raise Http404
    content = _content(export)
    actions.record_download(by=actor_for(request), export=export)
    response = HttpResponse(content, content_type="application/zip")
    name = _("my-data-%(day)s") % {"day": today().isoformat()}
    response["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _content(export: Export) -> bytes:
    try:
        return data_export.read_export(export.sha256, export.pk)
    except (FileNotFoundError, DecryptionError):
        raise Http404 from None


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user
