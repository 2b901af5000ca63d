"""The health record as PDF/UA, to take along on paper."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kini.city.public import pack
from kini.core import current_time
from kini.documents.public import typesetting
from kini.health_record.queries import FilledSection
from kini.people.models import Resident
from kini.web import formats

TEMPLATE = "health-record"


def render_record(resident: Resident, sections: Sequence[FilledSection]) -> bytes:
    """Typeset the record in the active language."""
    city, now = str(pack.current().name), current_time.now()
    born = formats.day_long(resident.birth_date) if resident.birth_date else _("not known")
    data: dict[str, Any] = typesetting.layout_data(typesetting.brand_colour(), translation.get_language() or "en") | {
        "title": _("Health record of %(name)s") % {"name": resident.name},
        "agency": city,
        "city": city,
        "number": formats.moment(now),
        "address": f"{settings.ENV.address}{reverse('health_record:mine')}",
        "about": _("Born %(born)s. Made on %(moment)s from the records of %(city)s; what others hold is not in it.")
        % {"born": born, "moment": formats.moment(now), "city": city},
        "sections": [_section(each) for each in sections],
        "labels": {"nothing": _("Nothing recorded.")},
    }
    return typesetting.render_pdf(pack.current().root, TEMPLATE, data, now)


def _section(filled: FilledSection) -> dict[str, Any]:
    return {
        "label": str(filled.section.label),
        "source": str(filled.section.source),
        "entries": [
            {
                "title": each.title,
                "tag": each.tag,
                "lines": [*each.lines, *([each.reference] if each.reference else [])],
            }
            for each in filled.entries
        ],
    }
