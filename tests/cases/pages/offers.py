"""Services that the tests of residents' pages play."""

from typing import Any

#: Every sort of page: single and several questions, an entry several times, photos, a paper with a statement.
CENSUS: dict[str, Any] = {
    "kind": "application",
    "name": {"id": "Sensus perahu", "en": "Boat census"},
    "summary": "Every boat is counted.",
    "agency": "registry",
    "for": "Everybody.",
    "ask": [
        {"fields": {"name": {"type": "text", "label": "Your name", "profile": "name"}}},
        {
            "page": "About the boat",
            "hint": "As it is painted on it.",
            "fields": {
                "boat": {"type": "text", "label": "Name of the boat", "max": 40},
                "built": {"type": "date", "label": "Built when?", "until": "today"},
                "bought": {"type": "text", "label": "When did {you|%} buy it?", "optional": True},
                "note": {"type": "longtext", "label": "Anything else", "optional": True},
            },
        },
        {
            "page": "Who sails in it?",
            "repeat": {"name": "crew", "min": 1, "max": 3, "item": "Sailor"},
            "fields": {
                "sailor": {"type": "text", "label": "Name of the sailor"},
                "role": {"type": "choice", "label": "Role", "options": {"captain": "Captain", "mate": "Mate"}},
            },
        },
        {"fields": {"pictures": {"type": "photo", "label": "Photo of the boat", "min": 1, "max": 2}}},
        {
            "page": "Photo and words",
            "fields": {
                "damage": {"type": "photo", "label": "Photo of damage", "optional": True, "max": 2},
                "words": {"type": "longtext", "label": "Describe it"},
            },
        },
    ],
    "attach": {"letter": {"label": "Letter of the harbour", "or": "lost-letter"}},
    "flow": "flow",
    "target": {"working_days": 2, "confidence": "high"},
    "fee": "free",
    "gives": {"type": "document", "name": "Plate"},
}

#: A call for help: the place first, a number to call, a neutral title, a quick way out.
CALL: dict[str, Any] = {
    "kind": "assistance",
    "name": {"id": "Kekerasan di rumah", "en": "Violence at home"},
    "summary": "Somebody comes.",
    "agency": "registry",
    "for": "Everybody.",
    "ask": [
        {"fields": {"place": {"type": "location", "label": "Where are you now?"}}},
        {"fields": {"phone": {"type": "phone", "label": "Phone number", "optional": True}}},
    ],
    "also": ["hotline"],
    "assistance": {"title": {"id": "Layanan warga", "en": "Resident service"}, "quick_exit": True, "call": "hotline"},
    "flow": "flow",
    "fee": "free",
    "gives": {"type": "help", "name": "Help"},
}
