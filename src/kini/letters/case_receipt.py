"""Receipt of a case as PDF, made on request: number, next steps, deadline."""

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kini.cases.models import Case
from kini.cases.public import CaseView, own_case_for_visitor, owner_only, tracking
from kini.city.public import pack
from kini.core import current_time
from kini.documents.public import typesetting
from kini.documents.rules import download_name
from kini.services.public import ReceiptDetails, kinds
from kini.web import formats


@owner_only
@require_safe
def receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """The receipt, in the reader's language."""
    case = own_case_for_visitor(request, reference)
    view = tracking.resident_view(request, case)
    data = receipt_data(view, tracking.steps_ahead(view))
    content = typesetting.render_pdf(pack.current().root, "receipt", data, current_time.now())
    response = HttpResponse(content, content_type="application/pdf")
    name = download_name(data["title"], case.reference)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def receipt_data(view: CaseView, steps: list[str]) -> dict[str, Any]:
    """Data of the receipt's template."""
    case, own = view.case, kinds.get(view.case.kind).receipt_details(view.case) or ReceiptDetails(())
    follow = f"{settings.ENV.address}{reverse('cases:case', args=[case.reference])}"
    address = f"{settings.ENV.address}{own.code}" if own.code else follow
    return typesetting.layout_data(typesetting.brand_colour(), translation.get_language() or "en") | {
        "title": _("Receipt"),
        "agency": str(case.agency.title),
        "city": str(pack.current().name),
        "number": case.reference,
        "address": address,
        "follow": follow,
        "show": own.says,
        "rows": [{"name": "", "label": label, "text": text} for label, text in (*_facts(case, view), *own.lines)],
        "steps": [view.now, *steps],
        "labels": {
            "number": _("Your number"),
            "next": _("What happens next"),
            "follow": _("Follow it"),
            "qr": _("QR code that leads to %(address)s") % {"address": address},
            "warning": _("Anybody who asks you for money or a code for it is not from the city."),
        },
    }


def _facts(case: Case, view: CaseView) -> list[tuple[str, str]]:
    facts = [(_("Service"), str(view.title)), (_("Sent"), formats.moment(case.opened_at))]
    if view.person:
        facts.append((_("For"), view.person))
    if case.due_at and not case.closed_at and not case.paused_at:
        facts.append((view.due_label, formats.moment(case.due_at)))
    return facts
