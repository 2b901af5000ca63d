"""Pages to take screenshots of: one of each type, with the role that sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

GUEST, RESIDENT, OFFICER = "guest", "resident", "officer"


@dataclass(frozen=True, slots=True)
class View:
    """A page to take a screenshot of.

    Attributes:
        who: GUEST, RESIDENT or OFFICER.
        address: path with {placeholders} (robot/staging.py).
        fill: values to type, by name of the input.
        send: submit the form and capture the response.
        press: CSS selector of a control to press first.
        offline: disconnect before the screenshot.
    """

    name: str
    who: str
    address: str
    fill: Mapping[str, str] = field(default_factory=dict)
    send: bool = False
    press: str = ""
    offline: bool = False


VIEWS = (
    View("home", GUEST, "/"),
    View("near", GUEST, "/near/"),
    View("catalogue", GUEST, "/services/"),
    View("category", GUEST, "/services/category/{category}/"),
    View("life-event", GUEST, "/services/event/{event}/"),
    View("search", GUEST, "/services/search/?q={word}"),
    View("search-nothing", GUEST, "/services/search/?q=zzzz"),
    View("start", GUEST, "/services/{service}/"),
    View("start-not-here-yet", GUEST, "/services/{closed}/"),
    View("report", GUEST, "/report/"),
    View("sign-in", GUEST, "/sign-in/"),
    View("sign-in-error", GUEST, "/sign-in/", send=True),
    View("sign-in-code", GUEST, "/sign-in/", fill={"contact": "picture@demo.example"}, send=True),
    View("sign-in-demo", GUEST, "/demo/sign-in/"),
    View("track", GUEST, "/track/"),
    View("nothing-yet", GUEST, "/cases/"),
    View("letter-find", GUEST, "/v/"),
    View("letter-valid", GUEST, "/v/{letter}"),
    View("letter-unknown", GUEST, "/v/0000-0000-0000-0000-0000"),
    View("receipt", GUEST, "/receipts/{receipt}/"),
    View("programmers", GUEST, "/api/"),
    View("outbox", GUEST, "/outbox/"),
    View("not-found", GUEST, "/no-such-page/"),
    View("offline", GUEST, "/services/", offline=True),
    View("home-known", RESIDENT, "/"),
    View("start-known", RESIDENT, "/services/{service}/"),
    View("question", RESIDENT, "{question}"),
    View("question-error", RESIDENT, "{question}", send=True),
    View("question-place", RESIDENT, "{place}"),
    View("question-map", RESIDENT, "{place}", press="[data-open-map]"),
    View("question-photo", RESIDENT, "{photo}"),
    View("question-paper", RESIDENT, "{paper}"),
    View("question-choice", RESIDENT, "{choice}"),
    View("question-several", RESIDENT, "{several}"),
    View("question-list", RESIDENT, "{list}"),
    View("check", RESIDENT, "{check}"),
    View("check-bill", RESIDENT, "{bill_check}"),
    View("sent", RESIDENT, "/cases/{sent}/sent/"),
    View("tracker", RESIDENT, "/cases/{sent}/"),
    View("tracker-done", RESIDENT, "/cases/{done}/"),
    View("tracker-refused", RESIDENT, "/cases/{refused}/"),
    View("tracker-asks", RESIDENT, "/cases/{asks}/"),
    View("tracker-letter", RESIDENT, "/cases/{lettered}/"),
    View("tracker-bill", RESIDENT, "/cases/{bill}/"),
    View("tracker-paid", RESIDENT, "/cases/{paid}/"),
    View("object", RESIDENT, "/cases/{refused}/moves/object/"),
    View("rate-error", RESIDENT, "/cases/{done}/rate/", send=True),
    View("correct", RESIDENT, "/cases/{asks}/correct/"),
    View("pay", RESIDENT, "/cases/{bill}/pay/"),
    View("pay-by-code", RESIDENT, "{code}"),
    View("pay-by-transfer", RESIDENT, "{transfer}"),
    View("cases", RESIDENT, "/cases/"),
    View("me", RESIDENT, "/me/"),
    View("profile", RESIDENT, "/me/profile/"),
    View("profile-phone", RESIDENT, "/me/profile/phone/"),
    View("family", RESIDENT, "/me/family/"),
    View("family-add", RESIDENT, "/me/family/add/"),
    View("access-log", RESIDENT, "/me/access-log/"),
    View("security", RESIDENT, "/account/security/"),
    View("security-app", RESIDENT, "/account/security/app/on/"),
    View("security-passkeys", RESIDENT, "/account/security/passkeys/"),
    View("not-open", RESIDENT, "/desk/"),
    View("queue", OFFICER, "/desk/"),
    View("queue-nothing", OFFICER, "/desk/?q=zzzz"),
    View("desk-case", OFFICER, "/desk/cases/{waiting}/"),
    View("desk-step", OFFICER, "/desk/cases/{waiting}/moves/{step}/"),
    View("desk-overdue", OFFICER, "/desk/overdue/"),
    View("desk-access", OFFICER, "/desk/access/"),
    View("desk-ratings", OFFICER, "/desk/ratings/"),
    View("desk-mentions", OFFICER, "/desk/mentions/"),
    View("desk-replies", OFFICER, "/desk/replies/"),
    View("desk-reply", OFFICER, "/desk/replies/add/"),
    View("desk-officers", OFFICER, "/desk/officers/"),
    View("desk-officer-add", OFFICER, "/desk/officers/add/"),
    View("desk-apply", OFFICER, "/desk/apply/"),
    View("desk-returns", OFFICER, "/desk/payments/"),
)

#: Screenshots of the README: (page, width, theme).
README = (
    ("home", 360, "light"),
    ("tracker", 360, "light"),
    ("question-place", 360, "dark"),
    ("home", 1280, "light"),
    ("queue", 1280, "light"),
    ("desk-case", 1280, "light"),
)
