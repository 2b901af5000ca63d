"""Pages to take screenshots of: one of each type, with the role that sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

GUEST, RESIDENT, OFFICER, HEAD, COUNTER = "guest", "resident", "officer", "head", "counter"


@dataclass(frozen=True, slots=True)
class ScreenshotPage:
    """A page to take a screenshot of.

    Attributes:
        who: GUEST, RESIDENT, or an OFFICER who handles cases, a HEAD of an agency, an officer at a COUNTER.
        address: path with {placeholders} (robot/fixtures.py).
        fill: values to type, by name of the input.
        send: submit the form and capture the response.
        press: CSS selector of a control to press first.
        offline: disconnect before the screenshot.
        refused: the page itself is a refusal.
    """

    name: str
    who: str
    address: str
    fill: Mapping[str, str] = field(default_factory=dict)
    send: bool = False
    press: str = ""
    offline: bool = False
    refused: bool = False


PAGES = (
    ScreenshotPage("home", GUEST, "/"),
    ScreenshotPage("near", GUEST, "/near/"),
    ScreenshotPage("catalogue", GUEST, "/services/"),
    ScreenshotPage("category", GUEST, "/services/category/{category}/"),
    ScreenshotPage("life-event", GUEST, "/services/event/{event}/"),
    ScreenshotPage("search", GUEST, "/services/search/?q={word}"),
    ScreenshotPage("search-nothing", GUEST, "/services/search/?q=zzzz"),
    ScreenshotPage("start", GUEST, "/services/{service}/"),
    ScreenshotPage("start-not-here-yet", GUEST, "/services/{closed}/"),
    ScreenshotPage("report", GUEST, "/report/"),
    ScreenshotPage("sign-in", GUEST, "/sign-in/"),
    ScreenshotPage("sign-in-error", GUEST, "/sign-in/", send=True),
    ScreenshotPage("sign-in-code", GUEST, "/sign-in/", fill={"contact": "picture@demo.example"}, send=True),
    ScreenshotPage("sign-in-demo", GUEST, "/demo/sign-in/"),
    ScreenshotPage("track", GUEST, "/track/"),
    ScreenshotPage("nothing-yet", GUEST, "/cases/"),
    ScreenshotPage("letter-find", GUEST, "/v/"),
    ScreenshotPage("letter-valid", GUEST, "/v/{letter}"),
    ScreenshotPage("letter-unknown", GUEST, "/v/0000-0000-0000-0000-0000"),
    ScreenshotPage("receipt", GUEST, "/receipts/{receipt}/"),
    ScreenshotPage("programmers", GUEST, "/api/"),
    ScreenshotPage("outbox", GUEST, "/outbox/"),
    ScreenshotPage("not-found", GUEST, "/no-such-page/"),
    ScreenshotPage("offline", GUEST, "/services/", offline=True),
    ScreenshotPage("health-open", GUEST, "/health-record/"),
    ScreenshotPage("my-health", RESIDENT, "/me/health/"),
    ScreenshotPage("home-known", RESIDENT, "/"),
    ScreenshotPage("start-known", RESIDENT, "/services/{service}/"),
    ScreenshotPage("question", RESIDENT, "{question}"),
    ScreenshotPage("question-error", RESIDENT, "{question}", send=True),
    ScreenshotPage("question-place", RESIDENT, "{place}"),
    ScreenshotPage("question-map", RESIDENT, "{place}", press="[data-open-map]"),
    ScreenshotPage("question-photo", RESIDENT, "{photo}"),
    ScreenshotPage("question-paper", RESIDENT, "{paper}"),
    ScreenshotPage("question-choice", RESIDENT, "{choice}"),
    ScreenshotPage("question-several", RESIDENT, "{several}"),
    ScreenshotPage("question-list", RESIDENT, "{list}"),
    ScreenshotPage("check", RESIDENT, "{check}"),
    ScreenshotPage("check-bill", RESIDENT, "{bill_check}"),
    ScreenshotPage("sent", RESIDENT, "/cases/{sent}/sent/"),
    ScreenshotPage("tracker", RESIDENT, "/cases/{sent}/"),
    ScreenshotPage("tracker-done", RESIDENT, "/cases/{done}/"),
    ScreenshotPage("tracker-refused", RESIDENT, "/cases/{refused}/"),
    ScreenshotPage("tracker-asks", RESIDENT, "/cases/{asks}/"),
    ScreenshotPage("tracker-letter", RESIDENT, "/cases/{lettered}/"),
    ScreenshotPage("tracker-bill", RESIDENT, "/cases/{bill}/"),
    ScreenshotPage("tracker-paid", RESIDENT, "/cases/{paid}/"),
    ScreenshotPage("object", RESIDENT, "/cases/{refused}/moves/object/"),
    ScreenshotPage("rate-error", RESIDENT, "/cases/{done}/rate/", send=True),
    ScreenshotPage("correct", RESIDENT, "/cases/{asks}/correct/"),
    ScreenshotPage("pay", RESIDENT, "/cases/{bill}/pay/"),
    ScreenshotPage("pay-by-code", RESIDENT, "{code}"),
    ScreenshotPage("pay-by-transfer", RESIDENT, "{transfer}"),
    ScreenshotPage("cases", RESIDENT, "/cases/"),
    ScreenshotPage("me", RESIDENT, "/me/"),
    ScreenshotPage("profile", RESIDENT, "/me/profile/"),
    ScreenshotPage("profile-phone", RESIDENT, "/me/profile/phone/"),
    ScreenshotPage("family", RESIDENT, "/me/family/"),
    ScreenshotPage("family-add", RESIDENT, "/me/family/add/"),
    ScreenshotPage("access-log", RESIDENT, "/me/access-log/"),
    ScreenshotPage("security", RESIDENT, "/account/security/"),
    ScreenshotPage("security-app", RESIDENT, "/account/security/app/on/"),
    ScreenshotPage("security-passkeys", RESIDENT, "/account/security/passkeys/"),
    ScreenshotPage("not-open", RESIDENT, "/desk/", refused=True),
    ScreenshotPage("queue", OFFICER, "/desk/"),
    ScreenshotPage("queue-nothing", OFFICER, "/desk/?q=zzzz"),
    ScreenshotPage("desk-case", OFFICER, "/desk/cases/{waiting}/"),
    ScreenshotPage("desk-step", OFFICER, "/desk/cases/{waiting}/moves/{step}/"),
    ScreenshotPage("desk-overdue", HEAD, "/desk/overdue/"),
    ScreenshotPage("desk-access", HEAD, "/desk/access/"),
    ScreenshotPage("desk-ratings", HEAD, "/desk/ratings/"),
    ScreenshotPage("desk-mentions", OFFICER, "/desk/mentions/"),
    ScreenshotPage("desk-replies", HEAD, "/desk/replies/"),
    ScreenshotPage("desk-reply", HEAD, "/desk/replies/add/"),
    ScreenshotPage("desk-officers", HEAD, "/desk/officers/"),
    ScreenshotPage("desk-officer-add", HEAD, "/desk/officers/add/"),
    ScreenshotPage("desk-apply", COUNTER, "/desk/apply/"),
    ScreenshotPage("desk-returns", OFFICER, "/desk/payments/"),
)
