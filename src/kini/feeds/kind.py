"""The kind `information`: a service without cases that shows figures with source and age."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy
from pydantic import Field

from kini.cases.models import Case, Draft
from kini.feeds.schema import SelfCheck
from kini.services.public import Definition, Kind, Page, StrictModel


class InformationOptions(StrictModel):
    """Options of an information service (`information:` in its file). Its figures are named by the feeds."""

    check: SelfCheck | None = Field(default=None, description="A self-check over the questions of the service.")


class InformationKind(Kind[InformationOptions, Case, Draft]):
    """A service that shows figures. Each feed names the services that show it."""

    id = "information"
    label = gettext_lazy("Information")
    verb = gettext_lazy("See the figures")
    Options = InformationOptions
    sign_in = "optional"
    has_cases = False

    def check(self, definition: Definition) -> Iterable[tuple[tuple[str | int, ...], str]]:
        """Also check that questions and self-check go together, and that conditions refer to them."""
        faults = list(super().check(definition))
        yield from faults
        check = None if faults else self.options(definition).check
        if bool(definition.ask) != bool(check) and not faults:
            yield (self.id,), "questions (ask) and a self-check (information: check) go together"
        names = {name for each in definition.ask if isinstance(each, Page) for name in each.fields}
        for number, result in enumerate(check.results if check else ()):
            for name in sorted((result.when.names if result.when else frozenset()) - names):
                yield (self.id, "check", "results", number, "when"), f'"{name}" is not asked here'
