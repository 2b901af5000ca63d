"""What every page must keep, checked on every page that any test opens."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext
from lxml import html as parser
from lxml.html import HtmlElement

REFERRING = ("aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "for", "list", "form")
UNLABELLED = {"hidden", "submit", "button", "reset", "image"}


class CheckedClient(Client):
    """A test client that reads every page it is given. Pages of 5xx are the test's own affair."""

    def request(self, **request: Any) -> HttpResponse:
        response = super().request(**request)
        kind = response.headers.get("Content-Type", "")
        whole = kind.startswith("text/html") and not response.streaming and "HTTP_HX_REQUEST" not in request
        if whole and (200 <= response.status_code < 300 or 400 <= response.status_code < 500):
            check_page(response.content.decode(response.charset), request.get("PATH_INFO", ""))
        check_headers(response, request.get("PATH_INFO", ""))
        return response


#: What every answer says to browsers, whatever it is.
PROTECTING = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
NAMED = ("Cross-Origin-Resource-Policy", "Permissions-Policy", "Content-Security-Policy")


def _is_framed(response: HttpResponse, url: str) -> bool:
    """Return True for PDFs that the desk shows in a frame of its own."""
    return "/papers/" in url and response.headers.get("Content-Type") == "application/pdf"


def check_headers(response: HttpResponse, url: str) -> None:
    """Read the headers of one answer.

    Raises:
        AssertionError: naming the address and every header that does not protect as it should.
    """
    headers = response.headers
    protecting = PROTECTING | ({"X-Frame-Options": "SAMEORIGIN"} if _is_framed(response, url) else {})
    faults = [f"{name} is {headers.get(name)!r}" for name, value in protecting.items() if headers.get(name) != value]
    if headers.get("Referrer-Policy") not in ("same-origin", "no-referrer"):
        faults.append(f"Referrer-Policy is {headers.get('Referrer-Policy')!r}")
    faults += [f"{name} is missing" for name in NAMED if name not in headers]
    policy = headers.get("Content-Security-Policy", "")
    faults += [
        f"its policy allows {word}" for word in ("unsafe-", " http: ", " http:;", " https: ", "*") if word in policy
    ]
    if "default-src 'none'" not in policy:
        faults += [f"its policy lacks {word}" for word in POLICY if word not in policy]
    assert not faults, f"{url} answered {response.status_code}:\n- " + "\n- ".join(faults)


POLICY = (
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)


def check_page(html: str, url: str) -> None:
    """Read one page.

    Raises:
        AssertionError: naming the address and every fault of its page.
    """
    page = parser.document_fromstring(html)
    faults = [fault for check in CHECKS for fault in check(page)]
    faults += [f"unrendered template syntax: {mark}" for mark in re.findall(r"{%.{0,40}|{{.{0,40}", html)]
    assert not faults, f"{url} has {len(faults)} faults:\n- " + "\n- ".join(faults)


def shown(element: HtmlElement) -> str:
    """The start tag as it stands in the page, for messages."""
    return parser.tostring(element, encoding="unicode").split(">", 1)[0][:160] + ">"


def name_of(element: HtmlElement) -> str:
    """What a screen reader says for an element: its label, or the text in it that is not hidden from it."""
    label = element.get("aria-label") or element.get("alt") or ""
    referred = [name_of(each) for each in labels_of(element)]
    if label.strip() or any(referred):
        return label.strip() or " ".join(referred)
    return " ".join(" ".join(_spoken(element)).split())


def _spoken(element: HtmlElement) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str) and child.get("aria-hidden") != "true":
            yield child.get("aria-label") or child.get("alt") or " ".join(_spoken(child))
        yield child.tail or ""


def labels_of(element: HtmlElement) -> list[HtmlElement]:
    ids = (element.get("aria-labelledby") or "").split()
    return [label for each in ids for label in element.getroottree().xpath("//*[@id=$id]", id=each)]


def title_of(page: HtmlElement) -> str:
    return " ".join((page.findtext(".//title") or "").split())


def head(page: HtmlElement) -> Iterator[str]:
    """Language and title; a page that says what to mend says so in its title."""
    language = page.get("lang")
    if not language:
        yield "no lang on <html>"
    title = title_of(page)
    own = title.rsplit(" · ", 1)[0].strip() if " · " in title else title
    if not own or title.startswith("·"):
        yield f'the title says nothing of its own: "{title}"'
    with translation.override(language or "en"):
        prefix = gettext("Error: ")
    wrong = bool(page.xpath("//*[@data-error-summary]"))
    if wrong != title.startswith(prefix):
        yield f'the title is "{title}" and the page has {"an" if wrong else "no"} error summary'


def headings(page: HtmlElement) -> Iterator[str]:
    """One h1, no empty ones, no level left out on the way down."""
    elements = page.xpath("//h1|//h2|//h3|//h4|//h5|//h6")
    firsts = sum(each.tag == "h1" for each in elements)
    if firsts != 1:
        yield f"{firsts} h1 instead of one"
    before = 0
    for each in elements:
        level = int(each.tag[1])
        if not name_of(each):
            yield f"an empty {each.tag}"
        if level > before + 1:
            yield f'{each.tag} "{name_of(each)}" follows h{before}'
        before = level


def landmarks(page: HtmlElement) -> Iterator[str]:
    mains = len(page.xpath("//main|//*[@role='main']"))
    if mains != 1:
        yield f"{mains} main landmarks instead of one"
    names = Counter(name_of_landmark(each) for each in page.xpath("//nav"))
    yield from (f'{count} nav landmarks are called "{name}"' for name, count in names.items() if count > 1 or not name)


def name_of_landmark(element: HtmlElement) -> str:
    return (element.get("aria-label") or " ".join(name_of(each) for each in labels_of(element))).strip()


def inputs(page: HtmlElement) -> Iterator[str]:
    """Every input has a label, every group of them a legend or what it refers to."""
    for each in page.xpath("//input|//select|//textarea"):
        if each.tag == "input" and each.get("type", "text").lower() in UNLABELLED:
            continue
        around = each.xpath("ancestor::label")
        tied = page.xpath("//label[@for=$id]", id=each.get("id") or " ")
        if not (name_of_landmark(each) or any(name_of(label) for label in (*around, *tied))):
            yield f"no label for {shown(each)}"
    for group in page.xpath("//fieldset"):
        legends = group.xpath("./legend")
        if not name_of_landmark(group) and not (legends and name_of(legends[0])):
            yield f"no legend in {shown(group)}"
    for name in dict.fromkeys(page.xpath("//input[@type='radio']/@name")):
        choices = page.xpath("//input[@type='radio'][@name=$name]", name=name)
        if not all(each.xpath("ancestor::fieldset|ancestor::*[@role='radiogroup']") for each in choices):
            yield f'the choices "{name}" stand in no fieldset'


def ids(page: HtmlElement) -> Iterator[str]:
    """Ids are unique, and what refers to one finds it."""
    counts = Counter(page.xpath("//@id"))
    yield from (f'the id "{name}" stands {count} times' for name, count in counts.items() if count > 1)
    for attribute in REFERRING:
        for each in page.xpath(f"//*[@{attribute}]"):
            missing = [name for name in each.get(attribute).split() if name not in counts]
            yield from (f'{attribute} of {shown(each)} refers to "{name}", which is not there' for name in missing)
    for each in page.xpath("//a[starts-with(@href, '#')]"):
        target = each.get("href")[1:]
        if target and target not in counts:
            yield f'{shown(each)} leads to "#{target}", which is not there'


def inline(page: HtmlElement) -> Iterator[str]:
    """Nothing that the content security policy would refuse."""
    for each in page.xpath("//script[not(@src)]"):
        if "json" not in (each.get("type") or ""):
            yield f"an inline script: {shown(each)}"
    yield from (f"an inline stylesheet: {shown(each)}" for each in page.xpath("//style"))
    yield from (f"an inline style: {shown(each)}" for each in page.xpath("//*[@style]"))
    for each in page.xpath("//*[@*[starts-with(name(), 'on')]]"):
        yield f"an inline handler: {shown(each)}"
    for each in page.xpath("//a[starts-with(@href, 'javascript:')]"):
        yield f"a script in an address: {shown(each)}"


def names(page: HtmlElement) -> Iterator[str]:
    """Images say what they show; links and buttons have names and do not contain one another."""
    yield from (f"no alt on {shown(each)}" for each in page.xpath("//img[not(@alt)]"))
    for each in page.xpath("//a[@href]|//button|//summary|//input[@type='submit']"):
        if not name_of(each) and not each.get("value"):
            yield f"no name for {shown(each)}"
    for each in page.xpath("//a//a|//a//button|//button//a|//button//button|//form//form"):
        yield f"{shown(each)} stands inside another one"
    # One of symbols alone is the store that others draw from (Django's admin has one); it shows nothing itself.
    for each in page.xpath(
        "//svg[not(symbol) and not(@aria-hidden='true') and not(@aria-label) and not(@aria-labelledby)]"
    ):
        yield f"an svg that is neither decoration nor named: {shown(each)}"
    for each in page.xpath("//*[@tabindex > 0]"):
        yield f"its own order of tabs: {shown(each)}"


def addresses(page: HtmlElement) -> Iterator[str]:
    """Stylesheets, scripts and images have an address."""
    for each in page.xpath("//link[@href='']|//*[@src='']"):
        yield f"an empty address: {shown(each)}"


CHECKS = (head, headings, landmarks, inputs, ids, inline, names, addresses)
