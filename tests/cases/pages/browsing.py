"""Simulated browser: open pages, read them, fill in and send their forms."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from lxml import html
from lxml.html import HtmlElement

from kini.people.models import Officer, Resident
from tests.pagechecks import CheckedClient


@dataclass
class Seen:
    """Page as a visitor sees it."""

    url: str
    response: HttpResponse
    tree: HtmlElement = field(repr=False)

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def heading(self) -> str:
        return self.words("//h1")[0]

    @property
    def title(self) -> str:
        return self.words("//title")[0]

    @property
    def text(self) -> str:
        return self.words("//main")[0]

    @property
    def errors(self) -> list[str]:
        """Errors in the summary at the top."""
        return self.words('//*[contains(@class, "error-summary")]//li')

    def words(self, xpath: str) -> list[str]:
        return [" ".join(node.text_content().split()) for node in self.tree.xpath(xpath)]

    def links(self, containing: str = "") -> list[str]:
        return [str(href) for href in self.tree.xpath("//main//a/@href") if containing in href]

    def link(self, words: str) -> str:
        """The address behind the link with these words."""
        matches = [a for a in self.tree.xpath("//main//a") if words in " ".join(a.text_content().split())]
        assert matches, f"{self.url} has no link {words!r}: {self.text}"
        return str(matches[0].get("href"))

    def form(self, action: str = "") -> HtmlElement:
        """The form of the page, or the one whose address ends so."""
        for node in self.tree.xpath("//main//form"):
            if (node.get("action") or self.url).split("?")[0].endswith(action or self.url.split("?")[0]):
                return node
        raise AssertionError(f"{self.url} has no form for {action!r}")

    def value(self, name: str) -> str:
        """Value of an input."""
        return dict(self.form().form_values()).get(name, "").removeprefix("\n")


class Visitor(CheckedClient):
    """A browser; every page that it sees passes the page checks."""

    def see(self, url: str) -> Seen:
        return self._seen(self.get(url, follow=True), url)

    def begin(self, service: str) -> Seen:
        return self.send(self.see(f"/services/{service}/"), action="/start/")

    def send(self, page: Seen, action: str = "", **given: Any) -> Seen:
        """Fill in the form with these inputs ("born.day" as born__day; None leaves one out) and send it."""
        return self._seen(self.post(*self._filled(page, action, given), follow=True), page.url)

    def sent(self, page: Seen, action: str = "", **given: Any) -> HttpResponse:
        """The same, without following where it leads."""
        return self.post(*self._filled(page, action, given))

    def _filled(self, page: Seen, action: str, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        form = page.form(action)
        data: dict[str, Any] = {}
        for name, value in form.form_values():
            data.setdefault(name, []).append(value)
        data |= {name.replace("__", "."): value for name, value in given.items()}
        return form.get("action") or page.url, {name: value for name, value in data.items() if value is not None}

    def _seen(self, response: HttpResponse, url: str) -> Seen:
        if chain := getattr(response, "redirect_chain", []):
            url = chain[-1][0]
        return Seen(url, response, html.document_fromstring(response.content))


def visitor(who: Resident | Officer | None = None) -> Visitor:
    """The browser of somebody, who reads English; of nobody known when left out."""
    browser = Visitor()
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    if who is not None:
        browser.force_login(who.user)
    return browser
