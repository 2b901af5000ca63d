"""Pure rules of visits: how long somebody is observed, which events are serious."""

from datetime import datetime, timedelta

from kini.vaccination.campaigns.schema import AfterDose

#: Severities of which the health agency learns at once.
SERIOUS = ("serious", "death")


def observe_until(rule: AfterDose, at: datetime, *, reacted_before: bool) -> datetime:
    """Return until when somebody stays at the site after an injection."""
    return at + timedelta(minutes=rule.after_reaction_minutes if reacted_before else rule.observe_minutes)
