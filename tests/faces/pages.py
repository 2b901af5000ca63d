"""Every type of page that Kini has, and how to come to it. A new page joins the list, which is held to routes.txt.

The list is what accessibility and budgets are checked on (`test_pages.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.urls import reverse

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: What stands for the names of `town.py`.
type Town = dict[str, Any]
type Deed = "Callable[[Page, Town], None]"
#: Who looks: nobody in particular, a resident, one whose account has a second step, officers of three agencies.
GUEST, RESIDENT, GUARDED, OFFICER, CASHIER, NURSE = "guest", "resident", "guarded", "officer", "cashier", "nurse"
#: Officers of mutual help and of reports, whom the demo has by task.
HELPER, CHECKER, AUDITOR, PLANNER = "helper", "checker", "auditor", "planner"
DESK = (OFFICER, CASHIER, NURSE, HELPER, CHECKER, AUDITOR, PLANNER)


@dataclass(frozen=True, slots=True)
class PageType:
    """A type of page.

    Attributes:
        route: name of its address; empty for what is shown at any address (errors).
        given: what stands in the address, by the name of its part: a name of `town.py`, or the value itself.
        query: what follows the address, with names of `town.py` in braces.
        deed: what somebody does there before the page is looked at.
        path: where the deed begins, when that is another page; the address where there is no route.
    """

    name: str
    route: str
    who: str = GUEST
    given: dict[str, str] = field(default_factory=dict)
    query: str = ""
    deed: "Deed | None" = None
    path: str = ""

    @property
    def citizen(self) -> bool:
        """True if the budgets apply: everywhere but the officers' desk."""
        return self.who not in DESK


def address(kind: PageType, town: Town) -> str:
    """Path of a page type, without the city's host."""
    path_values = {part: town.get(value, value) for part, value in kind.given.items()}
    path = kind.path.format_map(town) or reverse(kind.route, kwargs=path_values)
    return path + kind.query.format_map(town)


def send(page: "Page", town: Town) -> None:
    """Send the page's form as it stands; what is missing or wrong is then said."""
    press(page, "main form:not([hidden], .search)")


def press(page: "Page", form: str) -> None:
    """Press the first button that sends a form."""
    with page.expect_navigation():
        page.locator(f"{form} button:not([type=button], [formnovalidate])").first.click()


def say(name: str, words: str) -> Deed:
    """Type something into an input and send it."""

    def deed(page: "Page", town: Town) -> None:
        page.locator(f"main [name={name}]").first.fill(words.format_map(town))
        press(page, f"main form:has([name={name}])")

    return deed


def unfold(page: "Page", town: Town) -> None:
    """Open everything that is folded."""
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")


def tick(*questions: dict[str, str]) -> Deed:
    """Answer pages of questions by ticking, one after the other."""

    def deed(page: "Page", town: Town) -> None:
        for answers in questions:
            for name, value in answers.items():
                page.locator(f"main [name={name}][value={value}]").check()
            send(page, town)

    return deed


def register_venue(page: "Page", town: Town) -> None:
    """Register a venue for check-in."""
    page.locator("main [name=name]").fill("Warung Melati")
    page.locator("main [name=kind]").select_option("restaurant")
    page.locator("main [name=area]").select_option(index=1)
    page.locator("main [name=capacity]").fill("40")
    send(page, town)


def read_shared(page: "Page", town: Town) -> None:
    """Read a health record with its code."""
    page.locator("main [name=code]").fill(town["health_code"])
    page.locator("main [name=reader]").fill("Dokter, puskesmas")
    send(page, town)


def show_papers(page: "Page", town: Town) -> None:
    """Show the first paper beside the answers."""
    page.locator("[data-paper-step]").first.click()
    page.locator(".paper-view img").wait_for()


def reveal(page: "Page", town: Town) -> None:
    """Ask to see what is hidden."""
    unfold(page, town)
    say("reason", "Alamat diperiksa.")(page, town)


def half_signed_in(page: "Page", town: Town) -> None:
    """Choose an account that asks for a second step."""
    press(page, f"main form:has(input[value='{town[GUARDED]}'])")


def prove(page: "Page", town: Town) -> None:
    """Type one of the codes that are kept on paper, each of which holds once."""
    page.locator("[name=code]").fill(town["recovery"].pop())
    press(page, "main form:has([name=code])")


def case(name: str) -> dict[str, str]:
    return {"reference": name}


def many(*, confirm: bool) -> Deed:
    """Tick a case of the queue and go to the choice of its step, or on to what that will do."""

    def deed(page: "Page", town: Town) -> None:
        page.locator("main input[name=case]").first.check()
        with page.expect_navigation():
            page.locator("main button[formaction*='/bulk/']").first.click()
        if confirm:
            page.locator("main input[name=move]").first.check()
            press(page, "main form:has([name=move])")

    return deed


def booking(*parts: str, own: bool = False) -> dict[str, str]:
    """The address of a choice: for a booking that one has, or for a draft."""
    return ({"reference": "booked"} if own else {"draft": "choosing"}) | {part: part for part in parts}


NOBODY = "nobody@journey.example"
#: What a program asks when it would like to act for somebody.
ASKS = (
    "?client_id={program}&response_type=code&scope=openid+cases:read&redirect_uri=https://program.example/back"
    "&code_challenge=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU&code_challenge_method=S256"
)

PAGE_TYPES = (
    PageType("home", "web:home"),
    PageType("home-known", "web:home", RESIDENT),
    PageType("near", "people:near"),
    PageType("catalogue", "services:catalogue"),
    PageType("category", "services:category", given={"name": "category"}),
    PageType("life-event", "services:event", given={"name": "event"}),
    PageType("search", "services:search", query="?q=surat"),
    PageType("public-reports", "reports:public"),
    PageType("public-reports-chosen", "reports:public", query="?state=open&period=365"),
    PageType("report-months", "reports:months"),
    PageType("report-poster", "reports:poster", query="?street=Jalan+Melati&area=31.71.06"),
    PageType("report-areas", "reports:areas", RESIDENT),
    PageType("open311", "reports:open311"),
    PageType("offices", "reports:offices"),
    PageType("desk-reports-waiting", "reports:desk-waiting", CHECKER),
    PageType("desk-reports-audits", "reports:desk-audits", AUDITOR),
    PageType("desk-reports-routing", "reports:desk-routing", PLANNER),
    PageType("desk-reports-unrouted", "reports:desk-unrouted", PLANNER),
    PageType("search-nothing", "services:search", query="?q=zzzzzz"),
    PageType("service", "services:service", given={"service": "service"}),
    PageType("service-known", "services:service", RESIDENT, {"service": "service"}),
    PageType("service-sensitive", "services:service", given={"service": "sensitive"}),
    PageType("service-figures", "services:service", given={"service": "flood-monitoring"}),
    PageType("figures", "feeds:feed", given={"name": "flood-gates"}),
    PageType("figures-wrong", "feeds:feed", given={"name": "flood-gates"}, query="?near=zzz"),
    PageType("figures-row", "feeds:row", given={"name": "flood-gates", "key": "manggarai-bkb"}, deed=unfold),
    PageType("timetable", "feeds:feed", given={"name": "transit"}, deed=unfold),
    PageType("stop", "feeds:stop", given={"name": "transit", "code": "C04"}),
    PageType("journey", "feeds:journey", given={"name": "transit"}, query="?from=C01&to=C06"),
    PageType("advice", "epidemic:advice", given={"disease": "covid-19"}),
    PageType("alerts", "epidemic:alerts"),
    PageType("alert", "epidemic:alert", given={"identifier": "health_alert"}),
    PageType("alert-areas", "epidemic:alert-areas", RESIDENT),
    PageType("alert-areas-wrong", "epidemic:alert-areas", RESIDENT, deed=send),
    PageType("desk-health-alerts", "epidemic:desk-health-alerts", NURSE),
    PageType("desk-health-alert-new", "epidemic:desk-health-alert-new", NURSE),
    PageType("desk-health-alert-wrong", "epidemic:desk-health-alert-new", NURSE, deed=send),
    PageType("desk-health-alert", "epidemic:desk-health-alert", NURSE, given={"number": "alert_draft"}),
    PageType("beds", "epidemic:beds", query="?near=Gambir"),
    PageType("beds-wrong", "epidemic:beds", query="?near=zzz"),
    PageType("hospital", "epidemic:hospital", given={"hospital": "rsud-tarakan"}),
    PageType("desk-hospitals", "epidemic:desk-hospitals", NURSE),
    PageType("desk-beds", "epidemic:desk-beds", NURSE, given={"hospital": "rsud-tarakan"}),
    PageType(
        "desk-beds-wrong", "epidemic:desk-beds", NURSE, given={"hospital": "rsud-tarakan"}, deed=say("icu-beds", "x")
    ),
    PageType("record-patient", "epidemic:record-patient", given={"disease": "covid-19"}),
    PageType("own-case-records", "epidemic:own-records", who=RESIDENT),
    PageType("own-national-doses", "satusehat:fetch", who=RESIDENT),
    PageType("my-health", "health_record:mine", who=RESIDENT),
    PageType("health-record", "health_record:record", who=RESIDENT, given={"resident": "profile"}),
    PageType("health-share", "health_record:share", who=RESIDENT, given={"resident": "profile"}),
    PageType("health-shared", "health_record:shared", who=RESIDENT, given={"reference": "health_share"}),
    PageType("health-open", "health_record:open"),
    PageType("health-opened", "health_record:open", deed=read_shared),
    PageType("epidemic", "epidemic:overview"),
    PageType("epidemic-disease", "epidemic:disease", given={"disease": "covid-19"}),
    PageType("epidemic-method", "epidemic:method", given={"disease": "covid-19"}),
    PageType("epidemic-data", "epidemic:data", given={"disease": "covid-19"}),
    PageType("epidemic-own-area", "epidemic:own-area", given={"disease": "covid-19"}),
    PageType("self-assessments", "epidemic:self-assessments"),
    PageType("self-assessment", "epidemic:self-assessment", given={"disease": "covid-19"}),
    PageType(
        "self-assessment-questions",
        "epidemic:self-assessment",
        given={"disease": "covid-19"},
        deed=tick({"red_flags": "none"}),
    ),
    PageType(
        "self-assessment-danger",
        "epidemic:self-assessment",
        given={"disease": "covid-19"},
        deed=tick({"red_flags": "breathless"}),
    ),
    PageType(
        "self-assessment-result",
        "epidemic:self-assessment-result",
        RESIDENT,
        path="/epidemic/self-assessment/covid-19/",
        deed=tick({"red_flags": "none"}, {"symptoms": "loss-of-smell", "contact": "home", "at_risk": "no"}),
    ),
    PageType("self-assessment-wrong", "epidemic:self-assessment", given={"disease": "covid-19"}, deed=send),
    PageType("check-in-page", "epidemic:check-in"),
    PageType("warn-others", "epidemic:warn"),
    PageType("slip", "epidemic:slip"),
    PageType("slip-wrong", "epidemic:slip", deed=send),
    PageType("gate", "epidemic:gate"),
    PageType("gatekeeper", "vaccination:gatekeeper"),
    PageType("certificates", "vaccination:certificates", RESIDENT),
    PageType("help-needs", "together:needs"),
    PageType("help-need", "together:need", given={"reference": "need"}),
    PageType("help-ledger", "together:ledger"),
    PageType("desk-mutual-help", "together:desk", HELPER),
    PageType("desk-help-place", "together:desk-new-beneficiary", HELPER),
    PageType("desk-help-need", "together:desk-need", HELPER, {"reference": "need"}),
    PageType("desk-help-holds", "together:desk-holds", HELPER),
    PageType("desk-help-pools", "together:desk-pools", HELPER),
    PageType("desk-help-visits", "together:desk-visits", HELPER),
    PageType("desk-help-photos", "together:desk-photos", HELPER),
    PageType("desk-help-givers", "together:desk-givers", HELPER),
    PageType("desk-help-volunteers", "together:desk-volunteers", HELPER),
    PageType("desk-help-receipt", "together:desk-receipt", HELPER, {"reference": "pledge"}),
    PageType("help-pools", "together:pools"),
    PageType("help-volunteer", "together:volunteer"),
    PageType("own-shifts", "together:own-shifts", RESIDENT),
    PageType("own-help", "together:own", RESIDENT),
    PageType("help-giver", "together:new-giver", RESIDENT),
    PageType("own-doses", "vaccination:own-doses", RESIDENT),
    PageType("health-status", "vaccination:status", RESIDENT),
    PageType("campaigns", "vaccination:campaigns", RESIDENT),
    PageType("campaign-people", "vaccination:people", RESIDENT, given={"campaign": "covid-19"}),
    PageType("campaign-other", "vaccination:other", RESIDENT, given={"campaign": "covid-19"}),
    PageType("campaign-other-wrong", "vaccination:other", RESIDENT, given={"campaign": "childhood"}, deed=send),
    PageType("entry-pass", "epidemic:pass", RESIDENT),
    PageType("my-venues", "epidemic:venues", RESIDENT),
    PageType("my-venue", "epidemic:venue", RESIDENT, path="/check-in/venues/", deed=register_venue),
    PageType("wifi", "wifi:points", query="?near=Gambir"),
    PageType("wifi-all", "wifi:points"),
    PageType("wifi-wrong", "wifi:points", query="?near=zzz"),
    PageType("wifi-area", "wifi:area", given={"area": "31.71.01"}),
    PageType("wifi-site", "wifi:site", given={"code": "made-up-31.71.06.1005-001"}),
    PageType("wifi-portal", "wifi:portal-arrive", given={"sort": "coovachilli"}, query="{arrival}", deed=unfold),
    PageType("wifi-portal-known", "wifi:portal-arrive", RESIDENT, given={"sort": "coovachilli"}, query="{arrival}"),
    PageType(
        "wifi-portal-wrong",
        "wifi:portal-enter",
        path="/wifi/portal/coovachilli/",
        query="{arrival}",
        deed=say("phone", "12"),
    ),
    PageType(
        "wifi-portal-code",
        "wifi:portal-code",
        path="/wifi/portal/coovachilli/",
        query="{arrival}",
        deed=say("phone", "0812 3456 7000"),
    ),
    PageType(
        "wifi-portal-hand-over",
        "wifi:portal-enter",
        RESIDENT,
        path="/wifi/portal/ruckus/",
        query="{arrival}",
        deed=send,
    ),
    PageType(
        "wifi-portal-online", "wifi:portal-online", path="/wifi/portal/coovachilli/", query="{arrival}&res=success"
    ),
    PageType("wifi-portal-lost", "wifi:portal"),
    PageType("wifi-portal-unifi", "wifi:portal-unifi", given={"site": "default"}, query="{arrival}"),
    PageType("wifi-mine", "wifi:mine", RESIDENT),
    PageType("wifi-blocks", "wifi:desk-blocks", OFFICER),
    PageType("wifi-served", "wifi:served"),
    PageType("wifi-health", "wifi:desk-health", OFFICER),
    PageType("wifi-sheets", "wifi:desk-sheets", OFFICER),
    PageType("wifi-sheet", "wifi:desk-sheets", OFFICER, deed=say("label", "SMP Contoh")),
    PageType("wifi-plans", "wifi:desk-plans", OFFICER),
    PageType("wifi-plans-wrong", "wifi:desk-plans", OFFICER, deed=send),
    PageType("wifi-plan", "wifi:desk-plan", OFFICER, given={"plan": "plan"}),
    PageType("wifi-plan-waits", "wifi:desk-plan", OFFICER, given={"plan": "waiting_plan"}),
    PageType("wifi-plans-compare", "wifi:desk-plans-compare", OFFICER, query="?a={plan}&b={plan}"),
    PageType("report", "reports:choose"),
    PageType("track", "cases:track"),
    PageType("track-wrong", "cases:track", deed=send),
    # Signing in
    PageType("sign-in", "people:sign-in"),
    PageType("sign-in-wrong", "people:sign-in", deed=say("contact", "zzz")),
    PageType("help", "web:help"),
    PageType("accessibility", "web:accessibility"),
    PageType("desk-help", "web:desk-help", OFFICER, query="?page=/desk/overdue/"),
    PageType("sign-in-demo", "people:demo-sign-in"),
    PageType("demo-tour", "demo:tour"),
    PageType("code", "account_confirm_login_code", path="/sign-in/", deed=say("contact", NOBODY)),
    PageType("inactive", "account_inactive"),
    PageType("outbox", "core:outbox"),
    # Applying
    PageType("question", "cases:question", RESIDENT, {"draft": "fresh", "key": "first"}),
    PageType("question-wrong", "cases:question", RESIDENT, {"draft": "fresh", "key": "first"}, deed=send),
    PageType("question-place", "cases:question", RESIDENT, {"draft": "placed", "key": "place"}, deed=unfold),
    PageType("entries", "cases:question", RESIDENT, {"draft": "listed", "key": "list"}),
    PageType("entry", "cases:item", RESIDENT, {"draft": "listed", "key": "list", "number": "1"}),
    PageType("check", "cases:check", RESIDENT, {"draft": "filled"}),
    PageType("expired", "cases:check", RESIDENT, {"draft": "old"}),
    PageType("sent", "cases:sent", RESIDENT, case("waiting")),
    # Following
    PageType("cases", "cases:mine", RESIDENT),
    PageType("cases-nothing", "cases:mine"),
    PageType("case", "cases:case", RESIDENT, case("waiting")),
    PageType("case-asked", "cases:case", RESIDENT, case("asked")),
    PageType("case-granted", "cases:case", RESIDENT, case("granted")),
    PageType("case-refused", "cases:case", RESIDENT, case("refused")),
    PageType("case-unpaid", "cases:case", RESIDENT, case("unpaid")),
    PageType("case-paid", "cases:case", RESIDENT, case("paid")),
    PageType("more", "cases:more", RESIDENT, case("called")),
    PageType("rate", "cases:rate", RESIDENT, case("granted")),
    PageType("rate-wrong", "cases:rate", RESIDENT, case("granted"), deed=send),
    PageType("move", "cases:move", RESIDENT, {"reference": "refused", "move": "object"}),
    PageType("move-wrong", "cases:move", RESIDENT, {"reference": "refused", "move": "object"}, deed=send),
    PageType("correct", "cases:correct", RESIDENT, case("asked")),
    PageType("correct-question", "cases:question", RESIDENT, {"reference": "asked", "key": "first"}),
    PageType("correct-entry", "cases:item", RESIDENT, {"reference": "asked_list", "key": "list", "number": "1"}),
    # Paying, and what is given
    PageType("pay", "payments:pay", RESIDENT, case("unpaid")),
    PageType("pay-code", "payments:code", RESIDENT, {"reference": "unpaid", "payment": "payment"}),
    PageType("receipt", "payments:receipt", given={"number": "receipt"}),
    PageType("document-find", "documents:find"),
    PageType("document-find-wrong", "documents:find", query="?code=zzz"),
    PageType("document", "documents:check", given={"code": "code"}),
    PageType("document-unknown", "documents:check", given={"code": "0000-0000-0000-0000-0000"}),
    # Choosing a place and a time
    PageType("places", "booking:places", RESIDENT, booking()),
    PageType("days", "booking:days", RESIDENT, booking("venue")),
    PageType("times", "booking:times", RESIDENT, booking("venue", "day")),
    PageType("times-wrong", "booking:times", RESIDENT, booking("venue", "day"), deed=send),
    PageType("places-again", "booking:re-places", RESIDENT, booking(own=True)),
    PageType("days-again", "booking:re-days", RESIDENT, booking("venue", own=True)),
    PageType("times-again", "booking:re-times", RESIDENT, booking("venue", "day", own=True)),
    PageType("case-booked", "cases:case", RESIDENT, case("booked")),
    PageType("ticket", "booking:ticket", RESIDENT, case("booked")),
    PageType("standing", "booking:standing", given={"service": "booked_service", "venue": "venue_today"}),
    # Oneself
    PageType("me", "people:me", RESIDENT),
    PageType("me-officer", "people:me", OFFICER),
    PageType("profile", "people:profile", RESIDENT),
    PageType("contact", "people:change-contact", RESIDENT, {"kind": "email"}),
    PageType("contact-wrong", "people:change-contact", RESIDENT, {"kind": "email"}, deed=say("contact", "zzz")),
    PageType(
        "contact-code", "people:confirm-contact", RESIDENT, path="/me/profile/email/", deed=say("contact", NOBODY)
    ),
    PageType("family", "people:family", RESIDENT),
    PageType("family-nobody", "people:family", OFFICER),
    PageType("member-add", "people:add-member", RESIDENT),
    PageType("member-wrong", "people:add-member", RESIDENT, deed=send),
    PageType("member", "people:edit-member", RESIDENT, {"tie_id": "tie"}),
    PageType("member-remove", "people:remove-member", RESIDENT, {"tie_id": "tie"}),
    PageType("access-log", "people:access-log", RESIDENT),
    PageType("privacy", "privacy:mine", RESIDENT),
    PageType("privacy-notice", "privacy:notice"),
    PageType("consents", "records:consents", RESIDENT),
    PageType("consent-withdraw", "records:withdraw-consent", RESIDENT, {"statement": "consent"}),
    PageType("emergency", "records:desk-emergency", NURSE),
    PageType("emergency-wrong", "records:desk-emergency", NURSE, deed=send),
    PageType("emergency-case", "cases:desk-emergency", NURSE, case("emergency")),
    PageType("emergency-reviews", "records:desk-reviews", OFFICER),
    PageType("emergency-reviews-wrong", "records:desk-review", OFFICER, deed=send, path="/desk/emergency/reviews/"),
    PageType("privacy-copy", "cases:case", RESIDENT, case("copy")),
    PageType("privacy-deletion", "cases:check", RESIDENT, {"draft": "leaving"}),
    PageType("holds", "privacy:desk-holds", OFFICER),
    PageType("holds-wrong", "privacy:desk-holds", OFFICER, deed=send),
    PageType("breaches", "privacy:desk-breaches", OFFICER),
    PageType("breach-new", "privacy:desk-breach-new", OFFICER),
    PageType("breach-wrong", "privacy:desk-breach-new", OFFICER, deed=send),
    PageType("breach", "privacy:desk-breach", OFFICER, {"breach": "breach"}),
    PageType("breach-edit", "privacy:desk-breach-edit", OFFICER, {"breach": "breach"}),
    PageType("security", "mfa_index", RESIDENT),
    PageType("security-on", "mfa_index", GUARDED),
    PageType("inbox", "messages:inbox", RESIDENT),
    PageType("message", "messages:message", RESIDENT, {"pk": "message"}),
    PageType("told-less", "messages:stop", given={"token": "stop"}),
    PageType("told-by", "messages:ways", RESIDENT),
    PageType("sessions", "people:sessions", RESIDENT),
    PageType("recent-proof", "people:recent-proof", RESIDENT),
    PageType("recent-proof-code", "people:recent-proof", RESIDENT, deed=send),
    PageType("app-on", "mfa_activate_totp", RESIDENT),
    PageType("app-on-wrong", "mfa_activate_totp", RESIDENT, deed=say("code", "000000")),
    PageType("app-off", "mfa_deactivate_totp", GUARDED),
    PageType("recovery", "mfa_view_recovery_codes", GUARDED),
    PageType("recovery-new", "mfa_generate_recovery_codes", GUARDED),
    PageType("passkeys", "mfa_list_webauthn", GUARDED),
    PageType("passkey-add", "mfa_add_webauthn", GUARDED),
    PageType("passkey", "mfa_edit_webauthn", GUARDED, {"pk": "passkey"}),
    PageType("passkey-remove", "mfa_remove_webauthn", GUARDED, {"pk": "passkey"}),
    PageType("again", "mfa_reauthenticate", GUARDED),
    PageType("sign-in-again", "account_reauthenticate", RESIDENT),
    PageType("again-passkey", "mfa_reauthenticate_webauthn", GUARDED),
    PageType("second-step", "mfa_authenticate", path="/demo/sign-in/", deed=half_signed_in),
    # Programs
    PageType("api", "api:page"),
    PageType("consent", "people:allow-program", RESIDENT, query=ASKS),
    PageType("consent-strange", "people:allow-program", RESIDENT, query="?client_id=none"),
    PageType("identity", "people:identity", RESIDENT, query="?needs=counter"),
    PageType("programs", "people:programs", RESIDENT),
    PageType("program-stop", "people:stop-program", RESIDENT, {"client": "program"}),
    PageType("program-out", "idp:oidc:logout", RESIDENT),
    # The desk
    PageType("queue", "cases:desk", OFFICER),
    PageType("queue-nothing", "cases:desk", OFFICER, query="?q=zzzzzz"),
    PageType("overdue", "cases:desk-overdue", OFFICER),
    PageType("access-report", "cases:desk-access", OFFICER),
    PageType("numbers", "cases:desk-numbers", OFFICER),
    PageType("ratings", "cases:desk-ratings", OFFICER),
    PageType("filters", "cases:desk-filters", OFFICER, query="?view=all&q=surat"),
    PageType("filters-wrong", "cases:desk-filters", OFFICER, query="?view=all&q=surat", deed=send),
    PageType("mentions", "cases:desk-mentions", OFFICER),
    PageType("desk-case", "cases:desk-case", OFFICER, case("waiting")),
    PageType("desk-case-papers", "cases:desk-case", OFFICER, case("waiting"), deed=show_papers),
    PageType("desk-case-open", "cases:desk-case", OFFICER, case("helped"), deed=unfold),
    PageType("desk-case-granted", "cases:desk-case", OFFICER, case("granted")),
    PageType("desk-move", "cases:desk-move", OFFICER, {"reference": "waiting", "move": "ask"}),
    PageType("desk-move-wrong", "cases:desk-move", OFFICER, {"reference": "waiting", "move": "ask"}, deed=send),
    PageType("desk-look", "cases:desk-look", OFFICER, case("waiting"), path="/desk/cases/{waiting}/", deed=reveal),
    PageType("compare", "cases:desk-compare", OFFICER, {"reference": "alike", "other": "other"}),
    PageType("bulks", "cases:desk-bulks", OFFICER),
    PageType("bulk", "cases:desk-bulk", OFFICER, {"bulk": "bulk"}),
    PageType("bulk-choose", "cases:desk-bulks", OFFICER, path="/desk/?view=all&q={alike}", deed=many(confirm=False)),
    PageType("bulk-confirm", "cases:desk-bulks", OFFICER, path="/desk/?view=all&q={alike}", deed=many(confirm=True)),
    PageType("unreached", "messages:dead", OFFICER),
    PageType("sheet", "messages:letter", OFFICER, {"pk": "sheet"}),
    PageType("wordings", "messages:preview", OFFICER),
    PageType("venues", "booking:desk-today", NURSE),
    PageType("venue-day", "booking:desk-day", NURSE, {"service": "booked_service", "venue": "venue", "day": "day"}),
    PageType(
        "venue-today", "booking:desk-day", NURSE, {"service": "booked_service", "venue": "venue_today", "day": "today"}
    ),
    PageType("check-in", "booking:desk-check-in", NURSE, query="?code={booked}"),
    PageType("check-in-wrong", "booking:desk-check-in", NURSE, query="?code=zzz"),
    PageType("slot-close", "booking:desk-close", NURSE, {"slot": "slot"}),
    PageType("slot-close-wrong", "booking:desk-close", NURSE, {"slot": "slot"}, deed=say("message", "   ")),
    PageType("replies", "cases:desk-replies", OFFICER),
    PageType("reply-add", "cases:desk-reply-add", OFFICER),
    PageType("reply-wrong", "cases:desk-reply-add", OFFICER, deed=send),
    PageType("reply", "cases:desk-reply", OFFICER, {"reply": "reply"}),
    PageType("officers", "cases:desk-officers", OFFICER),
    PageType("officer-add", "cases:desk-officer-add", OFFICER),
    PageType("officer", "cases:desk-officer", OFFICER, {"officer": "colleague"}),
    PageType("counter", "cases:desk-apply", OFFICER),
    PageType("counter-person", "cases:desk-apply", OFFICER, deed=say("number", "{new_number}")),
    PageType("counter-service", "cases:desk-apply", OFFICER, deed=say("number", "{known_number}")),
    PageType("counter-unproved", "cases:desk-apply", OFFICER, deed=say("number", "{claimed_number}")),
    PageType("counter-receipt", "cases:desk-receipt", OFFICER, case("helped")),
    PageType("letter-withdraw", "letters:desk-withdraw", OFFICER, {"reference": "granted", "letter": "letter"}),
    PageType("letter-replace", "letters:desk-replace", OFFICER, {"reference": "granted", "letter": "letter"}),
    PageType("refund", "payments:desk-refund", CASHIER, case("paid")),
    PageType("returns", "payments:desk-returns", CASHIER),
    # What went wrong
    PageType("not-found", "", path="/no-such-page/"),
    PageType("not-allowed", "", RESIDENT, path="/desk/"),
    PageType("broken", "", path="/broken/"),
    PageType("offline", "web:offline"),
)

#: Addresses without a page of their own, by what they give instead. Those below /api/v1/ are all for programs.
ELSEWHERE = {
    "forms are sent there": (
        "account_logout", "booking:desk-deed", "booking:desk-walk-in", "booking:give-up", "cases:desk-bulk-back",
        "cases:desk-separate", "cases:desk-assign", "cases:desk-filter", "cases:desk-note", "cases:desk-presence",
        "cases:desk-transfer", "cases:desk-prove", "privacy:desk-breach-step", "privacy:desk-hold-lift",
        "cases:desk-officer-active", "cases:desk-officer-directory",
        "cases:desk-officer-take", "cases:desk-reply-active", "cases:discard",
        "cases:item-remove", "cases:onward", "cases:start", "messages:device", "messages:notice", "messages:posted",
        "messages:retry", "messages:settle", "payments:desk-returned", "payments:notice",
        "people:end-other-sessions", "people:end-session", "people:forget-device",
        "people:sign-out", "web:language", "health_record:revoke", "vaccination:issue-certificate",
        "vaccination:cancel-registration",
        "vaccination:waiting-list", "vaccination:together",
        "wifi:desk-lift", "wifi:desk-plan-remove", "wifi:desk-withdraw", "wifi:forget",
        "epidemic:self-assessment-delete", "epidemic:venue-gate", "epidemic:venue-close",
        "epidemic:upload-code", "epidemic:hand-over", "epidemic:new-pass", "epidemic:check-pass", "epidemic:count",
        "epidemic:slip-entry", "satusehat:desk-compare", "satusehat:desk-repair",
        "satusehat:desk-illness",
        "epidemic:self-assessment-delete", "epidemic:desk-contact-check", "epidemic:desk-contact-end",
        "epidemic:desk-interview-household",
    ),
    "only for health workers, and the person: tests/epidemic/test_case_pages.py": (
        "epidemic:desk-cases", "epidemic:desk-case", "epidemic:desk-case-correct", "epidemic:desk-case-deed",
        "epidemic:desk-case-duplicates", "epidemic:desk-case-unmerge", "epidemic:dispute-record",
    ),
    "only for data officers: tests/satusehat/test_comparison.py": (
        "satusehat:desk-list", "satusehat:desk-dose", "satusehat:desk-difference", "satusehat:desk-comparison",
    ),
    "only for tracers: tests/epidemic/tracing": (
        "epidemic:desk-tracing", "epidemic:desk-contact", "epidemic:desk-interview", "epidemic:daily-check",
        "epidemic:desk-chain", "epidemic:desk-cluster", "epidemic:desk-clusters", "epidemic:desk-inspection",
        "epidemic:desk-inspections", "epidemic:desk-sources", "epidemic:desk-tracing-figures",
        "epidemic:desk-venue-visit",
    ),
    "only for health officers: tests/epidemic/spread": (
        "epidemic:desk-spread", "epidemic:desk-situation", "epidemic:desk-line-list", "epidemic:desk-alerts",
    ),
    "only with figures of areas: tests/epidemic/spread": ("epidemic:areas", "epidemic:area"),
    "only where the city has a directory of officers (tests/people/directory)": (
        "people:directory-back", "people:directory-signed-out", "people:directory-start",
    ),
    "only with a recorded dose: tests/vaccination/certificates": ("vaccination:certificate",),
    "only with vaccine at a site: tests/vaccination/sites": (
        *("vaccination:sites", "vaccination:site", "vaccination:standby", "vaccination:desk-stock"),
        *("vaccination:desk-lot", "vaccination:desk-lot-recall", "vaccination:desk-shipment"),
        *("vaccination:desk-stock-move", "vaccination:desk-stock-receive", "vaccination:desk-stock-site"),
    ),
    "only for vaccinators of a site, and the vaccinated: tests/vaccination/visits": (
        *("vaccination:desk-sites", "vaccination:desk-day", "vaccination:desk-check-in", "vaccination:desk-walk-in"),
        *("vaccination:desk-conflicts", "vaccination:desk-events", "vaccination:desk-visit", "vaccination:phone"),
        *("vaccination:desk-visit-end", "vaccination:desk-visit-event", "vaccination:phone-day"),
        *("vaccination:phone-entries", "vaccination:follow-up", "vaccination:desk-waiting-list"),
    ),
    "only with a recorded dose: tests/vaccination/doses": (
        *("vaccination:desk-disputes", "vaccination:desk-dose", "vaccination:dispute-dose"),
    ),
    "only of the household, and with a registration: tests/vaccination/registrations": (
        "vaccination:person", "vaccination:registration", "vaccination:times", "vaccination:desk-missed",
    ),
    "only with a need, a pledge, or for help officers: tests/together": (
        *("together:give", "together:pledge", "together:deed"),
        *("together:desk-beneficiary", "together:desk-new-need"),
        *("together:desk-need-deed", "together:desk-slip", "together:desk-pledge-deed"),
        *("together:desk-give", "together:receipt"),
        *("together:activity", "together:sign-up", "together:sign-up-deed", "together:volunteer-deed"),
        *("together:group", "together:new-member", "together:new-activity", "together:activity-deed"),
        "together:shift",
        *("together:cancel-shift", "together:attendance", "together:desk-new-activity"),
        *("together:desk-screening", "together:desk-release"),
        *("together:desk-new-aggregator", "together:desk-giver-deed"),
        *("together:pool", "together:give-money", "together:gift", "together:pay-gift", "together:gift-code"),
        *("together:withdraw-gift", "together:spending", "together:new-payout"),
        *("together:desk-new-pool", "together:desk-pool", "together:desk-give-money", "together:desk-new-payout"),
        *("together:desk-payout-deed", "together:desk-visit"),
        *("together:desk-hold-deed", "together:new-photo"),
        *("together:desk-new-handover", "together:desk-handover-deed"),
    ),
    "only with a released or closed report, and for its officers: tests/reports": (
        *("reports:public-report", "reports:me-too", "reports:followed", "reports:make-private", "reports:answer"),
        *("reports:desk-check", "reports:desk-audit"),
        *("reports:desk-elsewhere", "reports:area-stop"),
        "reports:desk-photo",
    ),
    "only for officers who merge persons: tests/people": (
        *("people:desk-duplicates", "people:desk-merge", "people:desk-pair"),
    ),
    "only for officers who decide on members: tests/records": (
        *("records:desk-facility", "records:desk-member-end", "records:desk-members", "records:desk-team"),
    ),
    "a piece of a page": ("cases:desk-summary",),
    "leads on to a page": (
        "account_login", "account_request_login_code", "cases:desk-next", "cases:draft", "epidemic:self-check",
    ),
    "files": (
        "reports:public-photo", "reports:open311-bulk", "reports:offices-file", "reports:draw",
        *("reports:desk-routing-table", "reports:feed", "reports:desk-photo-covered", "reports:desk-public-copy"),
        "booking:calendar", "epidemic:packages", "epidemic:hour-package", "epidemic:day-package",
        "epidemic:venue-poster",
        "vaccination:key-set", "vaccination:revocations", "vaccination:trust-list", "vaccination:verifier-lists",
        "vaccination:certificate-file", "together:ledger-file", "together:ledger-head", "together:ledger-signature",
        "together:calendar", "together:visit-draw", "together:photo", "together:desk-photo-deed",
        "wifi:desk-availability", "wifi:desk-sites", "wifi:served-table",
        "cases:desk-access-table", "documents:file",
        "cases:desk-overdue-table", "cases:desk-paper", "cases:document", "cases:file", "city:map",
        "epidemic:dictionary", "epidemic:download", "health_record:printed", "health_record:summary",
        "epidemic:alert-cap", "epidemic:alerts-feed", "feeds:csv", "feeds:geojson",
        "feeds:history", "feeds:stops-csv", "feeds:stops-geojson", "letters:preview", "letters:receipt",
        "wifi:desk-plan-table",
        "mfa_download_recovery_codes", "privacy:desk-breach-letter", "privacy:download",
        "web:icon", "web:manifest", "web:mark", "web:robots-txt",
        "web:screenshot", "web:security-txt", "web:theme", "web:worker",
    ),
    "not offered, though allauth has names for it": (
        "idp:oidc:device_authorization", "idp:oidc:device_code", "people:not-offered",
    ),
    "for programs": (
        *("reports:open311-discovery", "reports:open311-service", "reports:open311-services"),
        *("reports:open311-request", "reports:open311-requests", "reports:open311-token", "reports:open311-updates"),
        "wifi:captive",
        "wifi:alive",
        "city:here", "core:live", "core:ready", "idp:oidc:authorization", "idp:oidc:configuration",
        "idp:oidc:jwks", "idp:oidc:revoke", "idp:oidc:token", "idp:oidc:userinfo", "mfa_login_webauthn", "web:standing",
    ),
}  # fmt: skip
