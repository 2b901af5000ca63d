"""Screenshots of the main pages on phone, tablet and desktop, in light and dark theme."""

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path

from django.db.models import Count
from PIL import Image
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, StorageState, sync_playwright

from kini.cases.models import Case
from kini.city.public import pack
from kini.core import system_programs
from kini.people.models import Officer, User
from kini.people.public import PeoplePermission, demo_accounts
from kini.people.queries import officer_actor
from kini.people.rules import may_somewhere
from kini.robot import fixtures
from kini.robot.screenshot_pages import COUNTER, GUEST, HEAD, OFFICER, PAGES, RESIDENT, ScreenshotPage

#: Viewport heights by width: low-end phone, tablet, desktop.
WINDOWS = {360: 740, 768: 1024, 1280: 900}
#: Viewports narrower than this have a touch screen.
WIDEST_TOUCH = 1024
THEMES = ("light", "dark")
#: Palette size of PNG files: visually lossless for pages, a quarter of the size of true colour.
COLOURS = 192


@dataclass(frozen=True, slots=True)
class ScreenshotOptions:
    """Selection of screenshots: page names (empty: all), widths, themes, language.

    `first_screen` captures only the visible part.
    """

    only: frozenset[str]
    widths: tuple[int, ...] = tuple(WINDOWS)
    themes: tuple[str, ...] = THEMES
    first_screen: bool = False
    language: str = ""

    @property
    def windows(self) -> list[tuple[int, str]]:
        return [(width, theme) for theme in self.themes for width in self.widths]


@dataclass(frozen=True, slots=True)
class ScreenshotResult:
    """Number of screenshots, and pages without one with the reason."""

    count: int
    missing: dict[str, str]


def take_screenshots(address: str, out: Path, service: str, options: ScreenshotOptions) -> ScreenshotResult:
    """Take screenshots of a demo city as OUT/NAME-WIDTH-THEME.png.

    Args:
        service: service to apply for; default: the first popular one.
    """
    out.mkdir(parents=True, exist_ok=True)
    open_cases = Case.objects.filter(closed_at=None, paused_at=None)
    busiest = open_cases.values("agency").annotate(cases=Count("pk")).order_by("-cases", "agency")[:1]
    waiting = open_cases.filter(agency__in=busiest.values("agency")).latest("opened_at")
    people = _people(waiting)
    missing: dict[str, str] = {}
    views = list(_addressed(fixtures.page_addresses(address, service, people[RESIDENT], waiting), options, missing))
    count = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=system_programs.find_chromium(), args=system_programs.CHROMIUM_FLAGS
        )
        known = {who: _signed_in(browser, address, user) for who, user in people.items()}
        for width, theme in options.windows:
            for view, png in _seen(browser, address, known, views, options, width, theme, missing):
                _keep(png, out / f"{view.name}-{width}-{theme}.png")
                count += 1
        browser.close()
    return ScreenshotResult(count, missing)


def _addressed(
    places: Mapping[str, str], options: ScreenshotOptions, missing: dict[str, str]
) -> Iterator[ScreenshotPage]:
    """Selected pages with all placeholders in their addresses filled in."""
    for view in PAGES:
        if options.only and view.name not in options.only:
            continue
        try:
            yield replace(view, address=view.address.format_map(places))
        except KeyError as place:
            missing[view.name] = f"this city has no {place}"


#: Permission of the officer that a page needs.
_PERMISSIONS = {HEAD: PeoplePermission.MANAGE_OFFICERS, COUNTER: PeoplePermission.APPLY_FOR_OTHERS}


def _people(waiting: Case) -> dict[str, User]:
    """Users by role: the first demo resident, an officer who may process the case, and one for each permission."""
    users = {contact: user for user in User.objects.all() for contact in (user.phone, user.email) if contact}
    listed = [users[person.contact.value] for person in demo_accounts.demo_people()]
    rows = Officer.objects.filter(user__in=listed).select_related("user").order_by("pk")
    officers = {user: each for each in rows if (user := each.user)}
    holding = [user for user, each in officers.items() if each.agency_id == waiting.agency_id]
    people = {RESIDENT: next(user for user in listed if user not in officers), OFFICER: holding[-1]}
    for who, permission in _PERMISSIONS.items():
        may = [user for user, each in officers.items() if may_somewhere(officer_actor(each), permission)]
        if may:
            people[who] = next((user for user in may if user in holding), may[0])
    return people


def _signed_in(browser: Chromium, address: str, user: User) -> StorageState:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/demo/sign-in/")
    page.locator(f'form:has(input[value="{user.phone or user.email}"]) button').first.click()
    state = context.storage_state()
    context.close()
    return state


def _seen(
    browser: Chromium,
    address: str,
    known: Mapping[str, StorageState],
    views: Iterable[ScreenshotPage],
    options: ScreenshotOptions,
    width: int,
    theme: str,
    missing: dict[str, str],
) -> Iterator[tuple[ScreenshotPage, bytes]]:
    """Each page in one viewport, as PNG."""
    contexts: dict[str, BrowserContext] = {}
    for view in views:
        if view.who != GUEST and view.who not in known:
            missing[view.name] = f"this city has no demo sign-in of a {view.who}"
            continue
        if view.who not in contexts:
            contexts[view.who] = browser.new_context(
                viewport={"width": width, "height": WINDOWS[width]},
                color_scheme="dark" if theme == "dark" else "light",
                storage_state=known.get(view.who),
                reduced_motion="reduce",
                has_touch=width < WIDEST_TOUCH,
                locale=options.language or pack.current().languages[0],
                extra_http_headers={"Cookie": f"kini_language={options.language}"} if options.language else None,
            )
        page = contexts[view.who].new_page()
        try:
            yield view, _picture(page, f"{address}{view.address}", view, full=not options.first_screen)
        except PageFailed as failed:
            missing[view.name] = str(failed)
        page.close()
    for context in contexts.values():
        context.close()


class PageFailed(Exception):
    """The page could not be loaded."""


def _picture(page: Page, url: str, view: ScreenshotPage, full: bool) -> bytes:
    answer = page.goto(url, wait_until="load")
    refused = view.who != GUEST and answer is not None and answer.status == HTTPStatus.FORBIDDEN and not view.refused
    if answer is None or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or refused:
        raise PageFailed(f"{url} answered {answer.status if answer else 'nothing'}")
    for name, text in view.fill.items():
        page.locator(f"main [name={name}]").first.fill(text)
    if view.press:
        page.locator(view.press).first.click()
        page.wait_for_load_state("networkidle")
    if view.send:
        page.locator("main form button.button:not([type=button])").first.click()
        page.wait_for_load_state()
    if view.offline:
        page.context.set_offline(True)
        page.locator(".offline span").wait_for()
    png = page.screenshot(full_page=full)
    page.context.set_offline(False)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        print(f"{view.name} is {wide} px too wide for a window of {page.viewport_size}")
    return png


def _keep(png: bytes, at: Path) -> None:
    """Store as palette PNG."""
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(at, optimize=True)
