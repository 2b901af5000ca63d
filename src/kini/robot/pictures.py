"""Pictures of the main pages: as a phone, a tablet and a desk show them, in light and in dark."""

import io
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, StorageState, sync_playwright

from kini.cases.models import Case
from kini.people import demo
from kini.people.models import Officer, User
from kini.robot.apply import Application, path
from kini.robot.browser import Broken, Browser
from kini.services import catalogue, queries
from kini.services.models import Service
from kini.services.versions import resolve

#: Width and height of the windows: a cheap phone, a tablet, a desk.
WINDOWS = {360: 740, 768: 1024, 1280: 900}
THEMES = ("light", "dark")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
GUEST, RESIDENT, OFFICER = "guest", "resident", "officer"
#: Colours of a picture; more of them cannot be told apart on a page, and its file would be four times as large.
COLOURS = 192
#: Which answers the robot gives; 1 would give wrong ones too.
ANSWERS = 2


@dataclass(frozen=True, slots=True)
class View:
    """A page to take a picture of.

    Attributes:
        who: GUEST, RESIDENT or OFFICER.
        send: the form of the page is sent as it stands, and the answer is taken.
    """

    name: str
    who: str
    address: str
    send: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """What to take: names of views (none: all), widths, themes, and whether the first screen is enough."""

    only: frozenset[str]
    widths: tuple[int, ...] = tuple(WINDOWS)
    themes: tuple[str, ...] = THEMES
    first_screen: bool = False
    language: str = ""


def chromium() -> str | None:
    """Where Chromium is; None when it is not installed."""
    return os.environ.get("KINI_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def take(address: str, out: Path, service: str, wish: Wish) -> int:
    """Take the pictures of a city with demo people and cases, as OUT/NAME-WIDTH-THEME.png; how many there are.

    Args:
        service: the service that is applied for; empty: the first one of those that most people look for.
    """
    out.mkdir(parents=True, exist_ok=True)
    waiting = Case.objects.filter(closed_at=None, paused_at=None).latest("opened_at")
    people = _people(waiting)
    every = _views(address, _chosen(service), people[RESIDENT], waiting)
    views = [view for view in every if not wish.only or view.name in wish.only]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=QUIET)
        known = {who: _signed_in(browser, address, user) for who, user in people.items()}
        taken = [
            _keep(png, out / f"{view.name}-{width}-{theme}.png")
            for theme in wish.themes
            for width in wish.widths
            for view, png in _seen(browser, address, known, views, wish, width, theme)
        ]
        browser.close()
    return len(taken)


def _chosen(service: str) -> Service:
    popular = [card.id for card in queries.popular() if card.present]
    return queries.service(service or popular[0])


def _views(address: str, service: Service, resident: User, waiting: Case) -> list[View]:
    """Every view of the city, after the robot has applied for the service as the resident."""
    asked, filled, reference = _applied(address, service, resident)
    event = next(iter(catalogue.current().events), "")
    start = f"/services/{service.pk}/"
    return [
        View("home", GUEST, "/"),
        View("catalogue", GUEST, "/services/"),
        View("category", GUEST, f"/services/category/{service.category}/"),
        View("life-event", GUEST, f"/services/event/{event}/"),
        View("search", GUEST, f"/services/search/?q={service.pk.split('-')[0]}"),
        View("search-nothing", GUEST, "/services/search/?q=zzzz"),
        View("start", GUEST, start),
        View("sign-in", GUEST, "/sign-in/"),
        View("track", GUEST, "/track/"),
        View("nothing-yet", GUEST, "/cases/"),
        View("not-found", GUEST, "/no-such-page/"),
        View("home-known", RESIDENT, "/"),
        View("start-known", RESIDENT, start),
        View("question", RESIDENT, asked),
        View("error", RESIDENT, asked, send=True),
        View("check", RESIDENT, filled),
        View("sent", RESIDENT, f"/cases/{reference}/sent/"),
        View("tracker", RESIDENT, f"/cases/{reference}/"),
        *_older(resident),
        View("cases", RESIDENT, "/cases/"),
        View("me", RESIDENT, "/me/"),
        View("profile", RESIDENT, "/me/profile/"),
        View("family", RESIDENT, "/me/family/"),
        View("access-log", RESIDENT, "/me/access-log/"),
        View("queue", OFFICER, "/desk/"),
        View("desk-case", OFFICER, f"/desk/cases/{waiting.reference}/"),
    ]


def _older(resident: User) -> Iterator[View]:
    """The trackers of a case that has ended well and of one that needs an answer, where the demo has them."""
    own = Case.objects.filter(resident__user=resident).order_by("-opened_at")
    for name, found in (("tracker-done", own.filter(public="done")), ("tracker-asks", own.exclude(paused_at=None))):
        if case := found.first():
            yield View(name, RESIDENT, f"/cases/{case.reference}/")


def _people(waiting: Case) -> dict[str, User]:
    """Whose eyes the pictures have: the first resident of the demo, and an officer who may work on a case."""
    users = {contact: user for user in User.objects.all() for contact in (user.phone, user.email) if contact}
    listed = [users[person.contact.value] for person in demo.people()]
    officers = set(Officer.objects.values_list("user_id", flat=True))
    holding = Officer.objects.filter(agency=waiting.agency_id, user__in=listed)
    return {RESIDENT: next(user for user in listed if user.pk not in officers), OFFICER: holding.latest("pk").user}


def _applied(address: str, service: Service, resident: User) -> tuple[str, str, str]:
    """Addresses of a first question and of answers to check, and the reference of a case that was sent in."""
    browser = Browser(address)
    browser.send(
        browser.get("/demo/sign-in/").form("/demo/sign-in/"), {"person": str(resident.phone or resident.email)}
    )
    if service.current is None:
        raise Broken(f"{service.pk} has no version yet")
    application = Application(browser, service.pk, resolve(service.current), ANSWERS)
    reference = application.send_in(application.answer_all())
    filled = path(application.answer_all())
    asked = path(application.begin())
    browser.close()
    return asked, filled, reference


def _signed_in(browser: Chromium, address: str, user: User) -> StorageState:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/demo/sign-in/")
    page.locator(f'form:has(input[value="{user.phone or user.email}"]) button').click()
    state = context.storage_state()
    context.close()
    return state


def _seen(
    browser: Chromium,
    address: str,
    known: dict[str, StorageState],
    views: Iterable[View],
    wish: Wish,
    width: int,
    theme: str,
) -> Iterator[tuple[View, bytes]]:
    """Each view in one window, as PNG."""
    contexts: dict[str, BrowserContext] = {}
    for view in views:
        if view.who not in contexts:
            contexts[view.who] = browser.new_context(
                viewport={"width": width, "height": WINDOWS[width]},
                color_scheme="dark" if theme == "dark" else "light",
                storage_state=known.get(view.who),
                reduced_motion="reduce",
                locale=wish.language or None,
            )
        page = contexts[view.who].new_page()
        yield view, _picture(page, f"{address}{view.address}", view.send, full=not wish.first_screen)
        page.close()
    for context in contexts.values():
        context.close()


def _picture(page: Page, url: str, send: bool, full: bool) -> bytes:
    page.goto(url, wait_until="load")
    if send:
        page.locator("main form .buttons button").first.click()
        page.wait_for_load_state()
    return page.screenshot(full_page=full)


def _keep(png: bytes, at: Path) -> Path:
    """Store a picture with few colours, which keeps its file small."""
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(at, optimize=True)
    return at
