"""Fixtures for screenshots: cases, bills and letters created so that every page has content."""

from collections.abc import Callable, Iterator

from django.core.management import call_command

from kini.cases import actions, rules
from kini.cases.models import Case
from kini.city.public import pack
from kini.core.actors import system
from kini.letters.models import Letter
from kini.payments.models import Payment
from kini.payments.public import read_bills, sample_bills
from kini.people.models import User
from kini.robot import kind_steps
from kini.robot.application import Application, path
from kini.robot.browser import Browser, CheckFailed
from kini.services import queries
from kini.services.models import Service
from kini.services.public import Flow, PageSnapshot, ServiceSnapshot, catalogue, kinds, snapshot_of

BY = system("pictures")
#: Number of the example answers; 1 would also submit invalid ones.
ANSWERS = 2
#: Types of question pages, as predicates.
QUESTION_PAGES: dict[str, Callable[[PageSnapshot], bool]] = {
    "place": lambda page: page.single and _asks(page, "location"),
    "photo": lambda page: _asks(page, "photo"),
    "paper": lambda page: any(getattr(field, "statement", None) for field in page.fields.values()),
    "choice": lambda page: page.single and _asks(page, "choice"),
    "several": lambda page: len(page.fields) > 2 and not page.repeat,
    "list": lambda page: page.repeat is not None,
}


def _asks(page: PageSnapshot, field_type: str) -> bool:
    return any(getattr(field, "type", "") == field_type for field in page.fields.values())


def page_addresses(address: str, service: str, resident: User, waiting: Case) -> dict[str, str]:
    """Values of the placeholders in page addresses; those the city does not have are omitted.

    Args:
        service: service to apply for; default: the first popular one.
        waiting: an open case for officers.
    """
    popular = [card.id for card in queries.popular_cards() if card.present]
    chosen = queries.active_service(service or popular[0])
    browser = Browser(address)
    contact = str(resident.phone or resident.email)
    browser.send(browser.get("/demo/sign-in/").form("/demo/sign-in/"), {"person": contact})
    addresses = {
        "service": chosen.pk,
        "category": chosen.category,
        "event": next(iter(catalogue.current().events), ""),
        "word": _resolved(chosen).definition.name.in_language(pack.current().languages[0]).split()[0],
        "waiting": waiting.reference,
        "step": _step(waiting),
        "closed": next((each.pk for each in _services() if each.kind not in kinds), ""),
    }
    addresses |= dict(_applied(browser, chosen))
    addresses |= dict(_asked(browser))
    addresses |= dict(_ended(browser, resident, chosen))
    addresses |= dict(_billed(browser))
    browser.close()
    call_command("procrastinate", "worker", "--one-shot")  # sign letters, send messages
    addresses |= dict(_lettered(resident))
    return {name: value for name, value in addresses.items() if value}


def _services() -> list[Service]:
    return list(Service.objects.filter(active=True).select_related("current").order_by("pk"))


def _resolved(service: Service) -> ServiceSnapshot:
    if service.current is None:
        raise CheckFailed(f"{service.pk} has no version yet")
    return snapshot_of(service.current)


def _application(browser: Browser, service: Service, number: int = ANSWERS) -> Application:
    return Application(browser, service.pk, _resolved(service), number)


def _applied(browser: Browser, service: Service) -> Iterator[tuple[str, str]]:
    """A submitted case, a summary page, and a first question."""
    application = _application(browser, service)
    yield "sent", application.send_in(application.answer_all())
    yield "check", path(application.answer_all())
    yield "question", path(application.begin())


def _asked(browser: Browser) -> Iterator[tuple[str, str]]:
    """The first page of each type in `QUESTION_PAGES`."""
    wanted = dict(QUESTION_PAGES)
    for service in _services():
        pages = _resolved(service).pages if service.kind in kinds else ()
        for page in pages:
            for name in [name for name, fits in wanted.items() if fits(page) and not page.when]:
                if shown := _shown(_application(browser, service), page.key):
                    del wanted[name]
                    yield name, shown


def _shown(application: Application, key: str) -> str:
    """Path of a page, reached by answering all pages before it; empty if it is skipped."""
    page = application.begin()
    while not path(page).endswith(("/check/", f"/{key}/")) and f"/{key}/" not in path(page):
        page = application.answer(page)
    return "" if path(page).endswith("/check/") else path(page)


def _ended(browser: Browser, resident: User, service: Service) -> Iterator[tuple[str, str]]:
    """Cases of the resident: granted, refused, and waiting for an answer."""
    own = Case.objects.filter(resident__user=resident).order_by("-opened_at")
    yield "done", _reference(own.filter(public="done", outcome__in=rules.RATED_OUTCOMES).first())
    if case := _stepped(browser, [service], lambda flow, to: flow.states[to].outcome == "refused"):
        yield "refused", case.reference
    if case := _stepped(browser, _services(), rules.is_correctable):
        yield "asks", case.reference


def _stepped(browser: Browser, services: list[Service], wanted: Callable[[Flow, str], bool]) -> Case | None:
    """Create a case and move it to a wanted state, with the first service whose start state has such a move."""
    for service in services:
        snapshot = _resolved(service)
        flow = snapshot.flow if service.kind in kinds else None
        edges = rules.edges_from(flow, flow.start) if flow else ()
        for edge in edges:
            if flow and wanted(flow, edge.to) and set(edge.needs) <= {"message", "reason"}:
                case = Case.objects.get(reference=_application(browser, service).apply())
                inputs = {name: snapshot.inputs[name].example(ANSWERS)[""] for name in edge.needs}
                return actions.move(by=BY, case=case, move=edge.move, values=inputs)
    return None


def _reference(case: Case | None) -> str:
    return case.reference if case else ""


def _step(case: Case) -> str:
    """A move of an officer that needs a text."""
    edges = rules.edges_from(snapshot_of(case.version).flow, case.state)
    return next((edge.move for edge in edges if "message" in edge.needs or "reason" in edge.needs), "")


def _billed(browser: Browser) -> Iterator[tuple[str, str]]:
    """An unpaid bill, its payment codes, and a paid one."""
    applications = _open_bills(browser)
    for application, check in applications:
        bill = application.send_in(browser.get(check))
        yield "bill", bill
        for name, method in (("code", "qr"), ("transfer", "va")):
            page = browser.get(f"/cases/{bill}/pay/")
            yield name, path(browser.send(page.form(f"/cases/{bill}/pay/"), {"method": method}))
        break
    yield "bill_check", next((check for _application, check in applications), "")
    for application, check in applications:
        paid = application.send_in(browser.get(check))
        kind_steps.pay(browser, paid)
        yield "paid", paid
        yield "receipt", Payment.objects.exclude(receipt="").latest("paid_at").receipt
        break


def _open_bills(browser: Browser) -> Iterator[tuple[Application, str]]:
    """Applications for sample bills of the pack, with the path of their summary page."""
    for service in _services():
        options = _resolved(service).definition.options_of("payment") if service.kind == "payment" else {}
        register = str(options.get("register"))
        if "object" not in options or not sample_bills(register).is_file():
            continue
        for row in read_bills(sample_bills(register))[0]:
            application = _application(browser, service)
            application.overrides = {options["object"]: row.object, str(options.get("proof")): row.proof}
            try:
                yield application, path(application.answer_all())
            except CheckFailed:  # needs another answer, or is already paid
                continue


def _lettered(resident: User) -> Iterator[tuple[str, str]]:
    """A verifiable letter, and a case of the resident that has one."""
    signed = Letter.objects.exclude(attachment=None).select_related("case", "signed_document")
    if letter := signed.first():
        yield "letter", letter.signed_document.code
    yield "lettered", _reference(next((each.case for each in signed.filter(case__resident__user=resident)), None))
