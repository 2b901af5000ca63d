"""Page of one's own health status."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kini.people.models import Resident
from kini.people.queries import actor_for
from kini.vaccination.status.queries import status_of
from kini.vaccination.status.status_file import status_file
from kini.web.formats import today


@login_required
@never_cache
@require_safe
def own_status(request: HttpRequest) -> HttpResponse:
    """Colour of today, with the sentence and the rule that decided."""
    resident = Resident.objects.select_related("person").filter(user=actor_for(request).user_id).first()
    file = status_file()
    found = status_of(resident.person, today()) if resident else None
    context = {"status": found, "name": str(file.colours[found.rule.colour]) if file and found else ""}
    return render(request, "vaccination/status.html", context)
