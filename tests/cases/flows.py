"""A small flow that has everything: a correction, a decision, an objection, time that passes."""

from typing import Any

from kini.services.flows import Flow

STATES: dict[str, Any] = {
    "check": {
        "name": "Check",
        "does": "An officer reads your papers.",
        "public": "coordination",
        "by": "clerk",
        "moves": {
            "accept": "decision",
            "ask": {"to": "correction", "needs": ["message"]},
            "reject": {"to": "rejected", "needs": ["reason"], "danger": True},
        },
    },
    "correction": {
        "name": "Correction",
        "does": "Send what the officer asks for.",
        "public": "waiting",
        "by": "resident",
        "clock": "paused",
        "moves": {"answer": "check"},
        "after": {"days": 14, "to": "expired"},
    },
    "decision": {
        "name": "Decision",
        "does": "The head of the office decides.",
        "public": "disposition",
        "by": "head",
        "withdraw": False,
        "moves": {"approve": "granted", "reject": {"to": "rejected", "needs": ["reason"], "danger": True}},
    },
    "granted": {"name": "Granted", "does": "It is yours.", "public": "done", "end": True, "outcome": "granted"},
    "rejected": {
        "name": "Refused",
        "does": "It was refused. You may object within 30 days.",
        "public": "rejected",
        "end": True,
        "outcome": "refused",
        "moves": {"object": {"to": "check", "by": "resident", "needs": ["message"], "within": 30}},
    },
    "expired": {"name": "Expired", "does": "Nobody answered.", "public": "done", "end": True, "outcome": "expired"},
    "joined": {
        "name": "Joined",
        "does": "We heard of the same thing before.",
        "public": "coordination",
        "end": True,
        "outcome": "joined",
    },
    "withdrawn": {
        "name": "Withdrawn",
        "does": "You took it back.",
        "public": "done",
        "end": True,
        "outcome": "withdrawn",
    },
}


def flow(start: str = "check", **states: Any) -> Flow:
    return Flow.model_validate({"start": start, "states": STATES | states})
