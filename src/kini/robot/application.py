"""Application by web forms: start page, questions, summary, confirmation."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from kini.robot.browser import Browser, CheckFailed, Form, Page
from kini.robot.kind_steps import extra_pages
from kini.services.public import FieldBase, PageSnapshot, ServiceSnapshot, examples

MAX_PAGES = 80
REJECTED = (400, 422)


@dataclass(slots=True)
class Application:
    """One application for a service. The first one also submits invalid answers on every page.

    Attributes:
        number: selects the example answers.
        questions: number of fields asked.
        refused: number of invalid answers rejected.
        overrides: answers used instead of the examples, by input.
    """

    browser: Browser
    service: str
    snapshot: ServiceSnapshot
    number: int
    questions: int = 0
    refused: int = 0
    overrides: Mapping[str, str] = field(default_factory=dict)

    def apply(self) -> str:
        """Apply and return the reference of the new case."""
        return self.send_in(self.answer_all())

    def begin(self) -> Page:
        """Open the first question with the button of the start page."""
        start = self.browser.get(f"/services/{self.service}/")
        return self.browser.send(start.form(f"/services/{self.service}/start/"))

    def answer_all(self) -> Page:
        """Answer all questions and return the summary page."""
        page = self.begin()
        for _ in range(MAX_PAGES):
            if path(page).endswith(("/check/", "/sent/")):
                return page
            if not path(page).startswith("/apply/") and (step := extra_pages.find(self.snapshot.definition.kind)):
                page = step(self.browser, page)
                continue
            page = self.answer(page)
        raise CheckFailed(f"{self.service}: no end after {MAX_PAGES} pages; the last one was {page.url}")

    def answer(self, page: Page) -> Page:
        """Answer the current page; the first application submits invalid answers before."""
        question_page = self.question_page(page)
        here = path(page)
        if not page.has_form(here):  # item list of a repeated page
            return self.continue_list(page)
        form = page.form(here)
        # Fields that the profile answers are not in the form.
        fields = {name: field for name, field in question_page.fields.items() if form.asks(name)}
        values, files = examples.example_form(fields, self.number)
        values |= {name: value for name, value in self.overrides.items() if name in fields}
        self.questions += len(fields)
        if self.number == 1:
            self.wrong_answers_are_refused(form, fields, values, files)
        following = self.browser.send(form, values, files, expect=(200, 422))
        if following.shows_errors or (path(following) == here and not question_page.repeat):
            raise CheckFailed(f"{page.url} did not take valid answers: {following.text('//*[@role="alert"]')} {values}")
        return following

    def continue_list(self, page: Page) -> Page:
        """Continue from the item list of a repeated page."""
        onward = [form for form in page.forms() if form.path.endswith("/next/")]
        if not onward:
            raise CheckFailed(f"{page.url} offers neither to add nor to go on")
        return self.browser.send(onward[0])

    def question_page(self, page: Page) -> PageSnapshot:
        """Definition of the page at this URL: /apply/DRAFT/KEY/ or /apply/DRAFT/KEY/NUMBER/."""
        parts = path(page).strip("/").split("/")
        if parts[0] != "apply" or len(parts) < 3:
            raise CheckFailed(f"{self.service}: expected a question, came to {page.url} ({page.heading!r})")
        question_page = next((each for each in self.snapshot.pages if each.key == parts[2]), None)
        if question_page is None:
            raise CheckFailed(f"{page.url} is no page of {self.service}")
        return question_page

    def wrong_answers_are_refused(
        self, form: Form, fields: Mapping[str, FieldBase], values: examples.InputValues, files: examples.InputFiles
    ) -> None:
        tries: list[tuple[str, examples.InputValues, examples.InputFiles]] = []
        if any(not field.optional for field in fields.values()):
            tries.append(("nothing", {name: [] for name in form.data if name != "csrfmiddlewaretoken"}, {}))
        tries += [
            (name, values | wrong, files)
            for name, field in fields.items()
            if (wrong := examples.invalid_values(name, field)) is not None
        ]
        tries.append(("an unknown field", values | {"no_such_field": "x"}, {}))
        for what, sent, with_files in tries:
            page = self.browser.send(form, sent, with_files, expect=REJECTED)
            self.refused += 1
            if what not in ("nothing", "an unknown field") and not page.shows_errors:
                raise CheckFailed(f"{form.action} refused a wrong {what} without an error summary")

    def send_in(self, page: Page) -> str:
        """Submit the summary and return the reference. Submitting twice must lead to the same case.

        A call for help has no summary: its last question sent it.
        """
        if path(page).endswith("/sent/"):
            return self.reference(page)
        form = page.form(path(page))
        first = self.browser.send(form)
        reference = self.reference(first)
        if not path(first).endswith("/sent/") or not reference:
            raise CheckFailed(
                f"{page.url} was sent, but {first.url} shows no reference: {first.text('//*[@role="alert"]')}"
            )
        if self.number == 1:
            again = self.browser.send(form)
            if reference not in " ".join(again.text('//*[contains(@class, "reference")]')):
                raise CheckFailed(f"{page.url} sent twice did not come to {reference} again, but to {again.url}")
            self.refused += 1
        return reference

    def reference(self, page: Page) -> str:
        """Reference that the confirmation shows."""
        return " ".join(page.text('//*[contains(@class, "reference")]')).strip()


def path(page: Page) -> str:
    return httpx.URL(page.url).path
