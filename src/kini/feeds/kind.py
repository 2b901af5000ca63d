"""The kind `information`: a service without cases that shows figures with source and age."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.cases.models import Case, Draft
from kini.core.config_messages import Fault
from kini.services.public import Definition, Kind, NoOptions


class InformationKind(Kind[NoOptions, Case, Draft]):
    """A service that shows figures. Each feed names the services that show it."""

    id = "information"
    label = gettext_lazy("Information")
    verb = gettext_lazy("See the figures")
    sign_in = "optional"
    has_cases = False

    def check(self, definition: Definition) -> Iterable[Fault]:
        """Also check that it asks nothing."""
        yield from super().check(definition)
        if definition.ask:
            yield Fault(("ask",), _("an information service asks nothing"), _("Remove ask:."))
