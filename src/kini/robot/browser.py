"""A browser without a screen: pages, links and forms over HTTP, with cookies and with a person's strictness."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from lxml import html

from kini.services.fields.uploads import Upload


class Broken(Exception):
    """The city did not do what it must; the message says where and what."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a page with what stands in its inputs."""

    page: "Page"
    action: str
    method: str
    data: dict[str, list[str]]
    file_inputs: tuple[str, ...]
    names: frozenset[str]

    def asks(self, name: str) -> bool:
        """Whether it has an input of that name, or parts of it ("name.part")."""
        return any(each == name or each.startswith(f"{name}.") for each in self.names)

    @property
    def path(self) -> str:
        return httpx.URL(self.action).path


@dataclass(frozen=True, slots=True)
class Page:
    """An answered page."""

    url: str
    status: int
    tree: Any = field(repr=False)

    @property
    def heading(self) -> str:
        return " ".join(self.text("//h1")).strip()

    @property
    def title(self) -> str:
        return " ".join(self.text("//title")).strip()

    def text(self, xpath: str) -> list[str]:
        return [" ".join(node.text_content().split()) for node in self.tree.xpath(xpath)]

    def has(self, xpath: str) -> bool:
        return bool(self.tree.xpath(xpath))

    def links(self) -> list[str]:
        return [str(href) for href in self.tree.xpath("//a/@href")]

    @property
    def shows_errors(self) -> bool:
        """Whether it is a page with an error summary on top."""
        return self.has('//*[@role="alert"][contains(@class, "error-summary")]')

    def forms(self) -> list[Form]:
        found = []
        for node in self.tree.xpath("//form"):
            action = str(httpx.URL(self.url).join(node.get("action") or self.url))
            found.append(
                Form(
                    self,
                    action,
                    (node.get("method") or "get").lower(),
                    form_data(node),
                    file_inputs(node),
                    input_names(node),
                )
            )
        return found

    def form(self, wanted: str) -> Form:
        """The form whose action ends with `wanted` (before any query).

        Raises:
            Broken: when the page has none.
        """
        for form in self.forms():
            if form.path.endswith(wanted):
                return form
        raise Broken(f'{self.url} has no form for "{wanted}" (heading: {self.heading!r})')

    def has_form(self, wanted: str) -> bool:
        return any(form.path.endswith(wanted) for form in self.forms())


def form_data(node: Any) -> dict[str, list[str]]:
    """What a browser would send of a form, without files and without its buttons; empty inputs are sent empty."""
    data: dict[str, list[str]] = {}
    for name, value in node.form_values():
        data.setdefault(name, []).append(value)
    for empty in node.xpath('.//input[not(@type) or @type="text" or @type="tel" or @type="email"]|.//textarea'):
        data.setdefault(str(empty.get("name")), [""])
    return data


def input_names(node: Any) -> frozenset[str]:
    return frozenset(str(name) for name in node.xpath(".//input/@name|.//select/@name|.//textarea/@name"))


def file_inputs(node: Any) -> tuple[str, ...]:
    return tuple(str(name) for name in node.xpath('.//input[@type="file"]/@name'))


class Browser:
    """One person's browser. Every page that answers 5xx, or an unexpected status, is `Broken`."""

    def __init__(self, address: str) -> None:
        self.requests = 0
        self._client = httpx.Client(
            base_url=address, follow_redirects=True, timeout=30, headers={"Accept-Language": "id"}
        )

    def close(self) -> None:
        self._client.close()

    def get(self, path: str, *, expect: tuple[int, ...] = (200,)) -> Page:
        return self._page(self._client.get(path), expect)

    def send(
        self,
        form: Form,
        values: Mapping[str, Any] | None = None,
        files: Mapping[str, list[Upload]] | None = None,
        *,
        expect: tuple[int, ...] = (200,),
    ) -> Page:
        """Send a form with some inputs filled in: a str, or a list of str; an empty list leaves one out."""
        data = dict(form.data)
        for name, value in (values or {}).items():
            data[name] = list(value) if isinstance(value, list | tuple) else [str(value)]
        if form.method == "get":
            return self._page(self._client.get(form.action, params=data), expect)
        uploads = [
            (name, (one.name, one.content, one.content_type)) for name, some in (files or {}).items() for one in some
        ]
        page = httpx.URL(form.page.url)
        headers = {"Referer": str(page), "Origin": f"{page.scheme}://{page.netloc.decode()}"}
        if form.file_inputs:
            # A browser sends multipart for such a form even when no file was chosen.
            uploads = uploads or [(form.file_inputs[0], ("", b"", "application/octet-stream"))]
            return self._page(self._client.post(form.action, data=data, files=uploads, headers=headers), expect)
        return self._page(self._client.post(form.action, data=data, headers=headers), expect)

    def download(self, path: str) -> httpx.Response:
        """A file that a page offers.

        Raises:
            Broken: when it is not there.
        """
        response = self._client.get(path)
        self.requests += 1
        disposition = response.headers.get("Content-Disposition", "")
        if response.status_code != httpx.codes.OK or not disposition.startswith("attachment"):
            raise Broken(f"{path} answered {response.status_code} and is no file to download")
        return response

    def post(self, path: str, data: dict[str, Any], *, expect: tuple[int, ...]) -> Page:
        """Send what no form of a page offers, with a valid token: what somebody with bad intent would do."""
        token = self._client.cookies.get("csrftoken") or ""
        return self._page(self._client.post(path, data={**data, "csrfmiddlewaretoken": token}), expect)

    def _page(self, response: httpx.Response, expect: tuple[int, ...]) -> Page:
        self.requests += 1
        url = str(response.url)
        if response.status_code not in expect:
            raise Broken(f"{response.request.method} {url} answered {response.status_code}, expected {expect}")
        if "html" not in response.headers.get("Content-Type", "") or not response.content:
            return Page(url, response.status_code, html.fromstring("<html><body></body></html>"))
        page = Page(url, response.status_code, html.document_fromstring(response.content))
        if len(page.tree.xpath("//h1")) != 1 or not page.title:
            raise Broken(f"{url} has no title or not exactly one main heading")
        return page
