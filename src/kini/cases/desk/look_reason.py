"""Reason of an officer's looks at hidden data: given once a day in a session, and offered with each further case."""

from django.http import HttpRequest

from kini.people.public import access_purposes
from kini.web.formats import today

SESSION_KEY = "cases.look"


def remember_reason(request: HttpRequest, purpose: str, reason: str) -> None:
    """Remember the purpose and reason of a look that was logged."""
    request.session[SESSION_KEY] = {"day": today().isoformat(), "purpose": purpose, "reason": reason}


def todays_reason(request: HttpRequest) -> dict[str, str]:
    """Purpose, its label and reason of the last look today, in this session; empty if there was none."""
    kept = request.session.get(SESSION_KEY) or {}
    if kept.get("day") != today().isoformat() or kept.get("purpose") not in access_purposes.look_purposes():
        return {}
    return {
        "purpose": kept["purpose"],
        "label": access_purposes.purpose_label(kept["purpose"]),
        "reason": kept["reason"],
    }
