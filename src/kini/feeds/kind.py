"""The kind `information`: a service that opens no case but shows what the city knows, with its source and age."""

from typing import ClassVar

from django.utils.translation import gettext_lazy

from kini.services.fields.base import Strict
from kini.services.kinds import Kind


class InformationOptions(Strict):
    """What an information service says under `information:`."""


class Information(Kind):
    """Figures to look at. Which ones stands in the feeds, each of which names the services that show it."""

    id = "information"
    label = gettext_lazy("Information")
    verb = gettext_lazy("See the figures")
    Options: ClassVar[type[Strict]] = InformationOptions
    sign_in = "optional"
    needs_flow = False
