"""The letter that notifies the authority of a breach, as PDF (UU 27/2022, article 46 (2))."""

from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from kini.city.public import pack, privacy
from kini.core import current_time
from kini.documents.public import typesetting
from kini.privacy.models import Breach
from kini.web import formats

TEMPLATE = "privacy-breach"


def render_breach_letter(breach: Breach) -> bytes:
    """Render the letter in the city's first language."""
    with translation.override(pack.current().languages[0]):
        return typesetting.render_pdf(pack.current().root, TEMPLATE, _data(breach), current_time.now())


def _data(breach: Breach) -> dict[str, Any]:
    config, city = privacy.current(), str(pack.current().name)
    happened = formats.moment(breach.happened_at) if breach.happened_at else _("not known")
    rows = (
        (_("What happened"), breach.title),
        (_("Personal data concerned"), breach.data),
        (_("When it happened"), happened),
        (_("When it became known"), formats.moment(breach.known_at)),
        (_("Cause"), breach.cause),
        (_("People concerned"), formats.number(breach.people.count())),
        (_("What was done"), breach.measures),
        (_("Contact"), f"{config.contact.name}, {config.contact.email}" if config else city),
    )
    return typesetting.layout_data(typesetting.brand_colour(), translation.get_language() or "en") | {
        "title": _("Notice of a breach of personal data"),
        "agency": str(config.controller) if config else city,
        "city": city,
        "number": f"{pack.current().reference_prefix}-PDP-{breach.pk}",
        "address": f"{settings.ENV.address}/privacy/",
        "to": str(config.authority.name) if config else "",
        "dated": formats.day_long(formats.today()),
        "law": str(config.law) if config else "",
        "rows": [{"name": "", "label": label, "text": text} for label, text in rows],
        "labels": {"to": _("To"), "law": _("Legal basis")},
    }
