"""Links from a disease to the services that help: test, support in isolation, beds, vaccination."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kini.epidemic.diseases.schema import Disease
from kini.services import queries as services
from kini.services.models import Service

#: Name and icon by service of `CareServices`.
WORDS: Mapping[str, tuple[str | Promise, str]] = {
    "test": (_("Book a test"), "calendar"),
    "isolation_support": (_("Ask for help in isolation"), "heart"),
    "isolation_letter": (_("Letter for your employer or school"), "document"),
    "beds": (_("Find a free hospital bed"), "pin"),
    "vaccination": (_("Book a vaccination"), "shield"),
}


@dataclass(frozen=True, slots=True)
class CareLink:
    """A service that helps.

    Attributes:
        starts: id of the service, if a button begins a request with `known` answers there; otherwise it is a link.
    """

    label: str | Promise
    icon: str
    address: str
    starts: str = ""
    known: tuple[tuple[str, str], ...] = ()


def care_link(disease: Disease, step: str, known: Mapping[str, str] | None = None) -> CareLink | None:
    """Return the link to a service of the disease; None if it has none, or the city does not offer it now.

    Args:
        known: answers to begin the request with, by question.
    """
    name = getattr(disease.care_services, step)
    if name is None:
        return None
    try:
        service = services.active_service(name)
    except Service.DoesNotExist:
        return None
    label, icon = WORDS[step]
    address = reverse("services:service", args=[service.pk])
    if step in ("test", "isolation_support"):
        return CareLink(label, icon, address, service.pk, tuple((known or {}).items()))
    return CareLink(label, icon, address)
