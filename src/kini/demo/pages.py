"""Pages of the demo: the tour, and a section of other pages that says how far the made-up year is."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kini.demo import queries


@never_cache
@require_safe
def tour(request: HttpRequest) -> HttpResponse:
    """Show the stops of the tour, each with a button that opens its page as the person who sees it."""
    if not settings.ENV.demo:
        raise Http404
    return render(request, "demo/tour.html", {"stops": queries.tour(), "progress": queries.progress()})


def section(request: HttpRequest) -> SafeString | None:
    """Render how far the year is, with links to the tour and the sign-ins; None outside of a demo."""
    if not settings.ENV.demo:
        return None
    return render_to_string("demo/section.html", {"progress": queries.progress()}, request)
