"""The record of oneself and of family, on one page each; to take along as PDF and as a patient summary."""

import json

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kini.city.public import pack
from kini.core import current_time
from kini.health_record import queries
from kini.health_record.patient_summary import SummaryOf, patient_summary
from kini.health_record.printed_record import render_record
from kini.people import queries as people_queries
from kini.people.models import Resident
from kini.people.public import resident_for
from kini.web.downloads import as_attachment
from kini.web.formats import today


@never_cache
@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Show the visitor's own record."""
    own = resident_for(request)
    return _show(request, own, own)


@never_cache
@login_required
@require_safe
def record(request: HttpRequest, resident: int) -> HttpResponse:
    """Show the record of the visitor or of a family member."""
    own = resident_for(request)
    return _show(request, own, represented(own, resident))


@never_cache
@login_required
@require_safe
def summary(request: HttpRequest, resident: int) -> HttpResponse:
    """Download the record as an International Patient Summary (FHIR)."""
    whose = represented(resident_for(request), resident)
    at = current_time.now()
    about = SummaryOf(
        key=f"{whose.pk}",
        name=whose.name,
        birth_date=whose.birth_date,
        sex=whose.sex,
        city=str(pack.current().name),
        address=settings.ENV.address,
        language=translation.get_language() or "en",
        at=at.astimezone(pack.current().timezone),
    )
    facts = [entry.fact for section in _shared(request, whose) for entry in section.entries if entry.fact]
    content = json.dumps(patient_summary(about, facts), ensure_ascii=False, indent=1)
    return _file(content.encode(), "application/fhir+json", "json")


@never_cache
@login_required
@require_safe
def printed(request: HttpRequest, resident: int) -> HttpResponse:
    """Download the record as PDF."""
    whose = represented(resident_for(request), resident)
    return _file(render_record(whose, _shared(request, whose)), "application/pdf", "pdf")


def represented(own: Resident, pk: int) -> Resident:
    """Return the profile of that id if it is one's own or a family member's without an account. 404 otherwise."""
    resident = people_queries.find_represented(own, pk)
    if resident is None:
        raise Http404
    return resident


def _shared(request: HttpRequest, whose: Resident) -> list[queries.FilledSection]:
    """Sections that a person may take along, with their entries."""
    return queries.filled_sections(queries.subject_of(whose, request.user.pk), queries.shareable_sections())


def _show(request: HttpRequest, own: Resident, whose: Resident) -> HttpResponse:
    sections = queries.filled_sections(queries.subject_of(whose, request.user.pk))
    people = queries.people_of(own)
    context = {
        "whose": whose,
        "own": own,
        "people": people if len(people) > 1 else [],
        "filled": [each for each in sections if each.entries],
        "empty": [each for each in sections if not each.entries],
        "urgent": [entry for each in sections for entry in each.entries if entry.needs_you],
        "shares": [each for each in queries.shares_of(own.user_id) if queries.is_open(each)],
    }
    return render(request, "health_record/record.html", context)


def _file(content: bytes, kind: str, suffix: str) -> HttpResponse:
    name = _("health-record-%(day)s") % {"day": today().isoformat()}
    return as_attachment(HttpResponse(content, content_type=kind), f"{name}.{suffix}")
