"""Kinds that need only a flow: application, registration, assistance."""

from collections.abc import Iterable

import structlog
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from kini.cases import case_answers, rules
from kini.cases.actions import assign_unit, move_new_case
from kini.cases.models import Case, Draft, TimelineEntry
from kini.cases.routing import answered_location
from kini.city import queries
from kini.core.actors import system
from kini.core.config_messages import Fault
from kini.core.localized_text import Text
from kini.services.public import Definition, Id, Kind, Name, NoOptions, StrictModel, TemplatePart, When, snapshot_of

log = structlog.get_logger("kini.cases")


class Application(Kind[NoOptions, Case, Draft]):
    """Questions and documents, decided by an officer."""

    id = "application"
    label = _("Application")
    verb = _("Apply")


class AutomaticDecision(StrictModel):
    """Automatic decision.

    Attributes:
        when: a condition on the answers; left out, it always holds.
        move: the edge out of the flow's start that is then taken.
    """

    when: When | None = None
    move: Name


class RegistrationOptions(StrictModel):
    automatic: AutomaticDecision | None = Field(default=None, description="Decided at once where its condition holds.")


class Registration(Kind[RegistrationOptions, Case, Draft]):
    """Enrolment in a list, programme or register; a rule may decide at once."""

    id = "registration"
    label = _("Registration")
    verb = _("Register")
    Options = RegistrationOptions

    def after_open(self, case: Case) -> Case:
        """Take the automatic decision if its condition holds for these answers."""
        snapshot = snapshot_of(case.version)
        rule = self.options(snapshot.definition).automatic
        if rule is None or (rule.when and not rule.when.is_met(case_answers.of_case(case))):
            return case
        if rules.edge_of(snapshot.flow, case.state, rule.move) is None:
            log.warning("automatic decision impossible", service=case.service_id, move=rule.move, state=case.state)
            return case
        return move_new_case(by=system("automatic decision"), case=case, move=rule.move)


class AssistanceOptions(StrictModel):
    title: Text | None = Field(default=None, description="A neutral title for messages and lists.")
    quick_exit: bool = Field(default=False, description="Whether the pages show a quick way out.")
    call: Id | None = Field(default=None, description="Channel (channels.yaml) with a number for those who would call.")


class Assistance(Kind[AssistanceOptions, Case, Draft]):
    """Urgent help: location first, dispatch of the nearest unit, progress for the caller."""

    id = "assistance"
    label = _("Assistance")
    verb = _("Ask for help")
    Options = AssistanceOptions
    sign_in = "optional"
    may_ask_later = True

    def title(self, definition: Definition) -> Text:
        """Return the neutral title if the service has one."""
        return self.options(definition).title or definition.name

    def quick_exit(self, definition: Definition) -> bool:
        """Return True if the service asks for a quick exit."""
        return bool(self.options(definition).quick_exit)

    def emergency_channel(self, definition: Definition) -> str:
        """Return the channel with the number to call."""
        return self.options(definition).call or ""

    def check(self, definition: Definition) -> Iterable[Fault]:
        """Also require that the channel to call is among `also`, so that the version holds it."""
        faults = list(super().check(definition))
        yield from faults
        call = None if faults else self.options(definition).call
        if call and call not in definition.also:
            yield Fault(
                (self.id, "call"),
                gettext('"%(call)s" is not among the other ways') % {"call": call},
                gettext('Add it to "also".'),
            )

    def after_open(self, case: Case) -> Case:
        """Dispatch the nearest unit of the agency if the location is known."""
        latitude, longitude, snapshot = case.latitude, case.longitude, snapshot_of(case.version)
        if latitude is None and case_answers.is_fully_encrypted(case, snapshot):  # the point is among the answers alone
            place = answered_location(snapshot, case_answers.of_case(case))
            latitude, longitude = place.latitude, place.longitude
        if latitude is None and case.area:
            latitude, longitude = case.area.latitude, case.area.longitude
        unit = (
            queries.nearest_unit(case.agency_id, latitude, longitude)
            if latitude is not None and longitude is not None
            else None
        )
        if unit and unit.pk != case.unit_id:
            return assign_unit(by=system("nearest unit"), case=case, unit=unit, new=True)
        return case

    def panel(self, case: Case) -> TemplatePart | None:
        """Return the panel with the unit, its arrival time and the number to call."""
        snapshot = snapshot_of(case.version)
        channel = snapshot.channels.get(self.options(snapshot.definition).call or "")
        context = {
            "unit": Text.model_validate(case.unit.name) if case.unit else None,
            "unit_phone": case.unit.phone if case.unit else "",
            "eta": _eta(case),
            "call": channel.phone or "" if channel else "",
            "closed": case.closed_at is not None,
        }
        return "cases/panels/assistance.html", context


def _eta(case: Case) -> str:
    """Latest arrival time reported by the unit (input `eta`), formatted."""
    field = snapshot_of(case.version).inputs.get("eta")
    steps = TimelineEntry.objects.filter(case=case).order_by("-number").values_list("data", flat=True)
    inputs = (data.get("given") or {} for data in steps if field)
    eta = next((each["eta"] for each in inputs if "eta" in each), None)
    return field.show(eta) if field and eta is not None else ""
