"""Each sign-in by task, and each stop of the tour, opens its page."""

import re

import httpx
import pytest

FORM = re.compile(
    r'name="csrfmiddlewaretoken" value="([^"]+)".*?name="next" value="([^"]*)".*?name="person" value="([^"]+)"', re.S
)


def _forms(city: str, path: str) -> list[tuple[str, str]]:
    page = httpx.get(f"{city}{path}").text.partition("demo-tasks" if "sign-in" in path else "tour")[2]
    return [(page_, person) for _token, page_, person in FORM.findall(page) if page_ not in ("", "/")]


@pytest.mark.parametrize("path", ["/demo/sign-in/", "/tour/"])
def test_every_task_opens_the_page_of_its_work(city: str, path: str) -> None:
    forms = _forms(city, path)
    assert len(forms) > 4, f"{path} offers {forms}"
    for page, person in forms:
        with httpx.Client(base_url=city, follow_redirects=True) as browser:
            token = FORM.search(browser.get("/demo/sign-in/").text)
            assert token, "no form"
            sent = {"csrfmiddlewaretoken": token[1], "next": page, "person": person}
            answer = browser.post("/demo/sign-in/", data=sent, headers={"Origin": city})
        assert answer.status_code == 200, f"{person} at {page}: {answer.status_code}"
        there = answer.url.raw_path.decode()  # a nurse is led on to their only site
        assert there.startswith(page), f"{person} was led to {there} and not to {page}"
        assert "<h1" in answer.text
