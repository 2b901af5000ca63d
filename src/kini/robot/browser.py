"""HTTP browser without JavaScript: pages, links, forms, cookies. Fails on unexpected statuses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag

import httpx
from lxml import html

from kini.services.public import Upload


class CheckFailed(Exception):
    """A check failed; the message names the URL and the problem."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a page with its current input values."""

    page: "Page"
    action: str
    method: str
    data: dict[str, list[str]]
    file_inputs: tuple[str, ...]
    names: frozenset[str]

    def asks(self, name: str) -> bool:
        """Return whether it has an input with this name, or parts of it ("name.part")."""
        return any(each == name or each.startswith(f"{name}.") for each in self.names)

    @property
    def path(self) -> str:
        return httpx.URL(self.action).path


@dataclass(frozen=True, slots=True)
class Page:
    """A response as parsed HTML."""

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
        """Addresses of the page's links, without the place within them."""
        return [urldefrag(str(href)).url for href in self.tree.xpath("//a/@href")]

    @property
    def shows_errors(self) -> bool:
        """Return whether the page has an error summary."""
        return self.has('//*[@role="alert"][contains(@class, "error-summary")]')

    def forms(self) -> list[Form]:
        forms = []
        for node in self.tree.xpath("//form"):
            action = str(httpx.URL(self.url).join(node.get("action") or self.url))
            forms.append(
                Form(
                    self,
                    action,
                    (node.get("method") or "get").lower(),
                    form_data(node),
                    file_inputs(node),
                    input_names(node),
                )
            )
        return forms

    def form(self, wanted: str) -> Form:
        """Form whose action path ends with `wanted`; one that changes something before a search.

        Raises:
            CheckFailed: when the page has no such form.
        """
        matching = sorted(
            (form for form in self.forms() if form.path.endswith(wanted)), key=lambda form: form.method != "post"
        )
        if matching:
            return matching[0]
        raise CheckFailed(f'{self.url} has no form for "{wanted}" (heading: {self.heading!r})')

    def has_form(self, wanted: str) -> bool:
        return any(form.path.endswith(wanted) for form in self.forms())


def form_data(node: Any) -> dict[str, list[str]]:
    """Form data as a browser submits it, without files and buttons; empty inputs are included."""
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
    """Browser session of one person. Raises `CheckFailed` for every unexpected status."""

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
        """Submit a form; `values` override inputs (str or list of str; an empty list omits one)."""
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
            # Browsers send multipart for such a form even if no file was selected.
            uploads = uploads or [(form.file_inputs[0], ("", b"", "application/octet-stream"))]
            return self._page(self._client.post(form.action, data=data, files=uploads, headers=headers), expect)
        return self._page(self._client.post(form.action, data=data, headers=headers), expect)

    def download(self, path: str) -> httpx.Response:
        """Download an attachment.

        Raises:
            CheckFailed: when the response is not an attachment.
        """
        response = self._client.get(path)
        self.requests += 1
        disposition = response.headers.get("Content-Disposition", "")
        if response.status_code != httpx.codes.OK or not disposition.startswith("attachment"):
            raise CheckFailed(f"{path} answered {response.status_code} and is no file to download")
        return response

    def post(self, path: str, data: dict[str, Any], *, expect: tuple[int, ...]) -> Page:
        """Post without a form but with a valid CSRF token, as an attacker would."""
        token = self._client.cookies.get("csrftoken") or ""
        return self._page(self._client.post(path, data={**data, "csrfmiddlewaretoken": token}), expect)

    def _page(self, response: httpx.Response, expect: tuple[int, ...]) -> Page:
        self.requests += 1
        url = str(response.url)
        if response.status_code not in expect:
            raise CheckFailed(f"{response.request.method} {url} answered {response.status_code}, expected {expect}")
        if "html" not in response.headers.get("Content-Type", "") or not response.content:
            return Page(url, response.status_code, html.fromstring("<html><body></body></html>"))
        page = Page(url, response.status_code, html.document_fromstring(response.content))
        if len(page.tree.xpath("//h1")) != 1 or not page.title:
            raise CheckFailed(f"{url} has no title or not exactly one main heading")
        return page
