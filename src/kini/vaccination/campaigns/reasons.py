"""Reasons of an eligibility, in words that a resident understands, each with the rule that decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from kini.core.config_files import KeyPath
from kini.core.dated_rules import SourcedRule
from kini.core.localized_text import Text
from kini.web import formats

NO_BIRTH_DATE = gettext_lazy("We need the date of birth; the year is enough.")
TURN = gettext_lazy("It is the turn of this group: %(group)s.")
TURN_OWN_COST = gettext_lazy(
    "%(group)s: possible at your own cost. It is free for: %(groups)s. If you belong to one of them, say so when you "
    "register."
)
TURN_LATER = gettext_lazy("It is not your group's turn yet. Groups now: %(groups)s.")
NOBODYS_TURN = gettext_lazy("The campaign has not begun, or is over.")
OLD_ENOUGH = gettext_lazy("%(vaccine)s is given from the age of %(age)s.")
TOO_YOUNG = gettext_lazy("%(vaccine)s is given from the age of %(age)s. That is on %(from)s.")
TOO_OLD = gettext_lazy("%(vaccine)s is given only below the age of %(age)s.")
INTERVAL_OVER = gettext_lazy("Dose %(number)s comes at least %(interval)s after the dose of %(day)s.")
TOO_SOON = gettext_lazy("Dose %(number)s comes at least %(interval)s after the dose of %(day)s. That is on %(from)s.")
NOT_GIVEN_YET = gettext_lazy("%(vaccine)s is not given as dose %(number)s on this day.")
OTHER_GROUP = gettext_lazy("%(vaccine)s is only for: %(groups)s.")
NEW_RULE = gettext_lazy("A new rule applies from %(since)s.")
NO_VACCINE = gettext_lazy("No vaccine of this campaign is given as dose %(number)s after %(previous)s.")
RECOVERED = gettext_lazy("After the illness one waits %(wait)s. That is until %(from)s.")
RECOVERED_LATER = gettext_lazy("People who had the illness are not vaccinated for the time being.")
APART = gettext_lazy("Between two vaccines there are %(wait)s. That is on %(from)s.")
NOT_RESIDENT = gettext_lazy("For the time being only people who live in the city are vaccinated.")
COMPLETE = gettext_lazy("All doses of this campaign are given: %(number)s.")
NOT_NEEDED = gettext_lazy("No further dose is needed after the dose of %(day)s.")


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence in the active language, and the rule behind it.

    Attributes:
        rule: place in the campaign's file ("phases", 2); empty where the facts themselves decide.
        since, source, confidence: of that rule.
    """

    template: str | Promise | Text
    values: Mapping[str, Any] = field(default_factory=dict)
    rule: KeyPath = ()
    since: date | None = None
    source: str = ""
    confidence: str = ""

    @property
    def sentence(self) -> str:
        values = {key: formats.day(value) if isinstance(value, date) else value for key, value in self.values.items()}
        return str(self.template) % values if values else str(self.template)

    @property
    def rule_name(self) -> str:
        """Place of the rule, as errors of the pack name it: "phases.2"."""
        return ".".join(map(str, self.rule))

    def __str__(self) -> str:
        return self.sentence


def reason_of(template: str | Promise | Text, rule: SourcedRule, place: KeyPath, **values: Any) -> Reason:
    """Return a reason with the day, source and confidence of its rule."""
    return Reason(template, values, place, rule.since, rule.source, rule.confidence)
