"""The face is light: what a cheap phone on slow data must load before it sees a page."""

import gzip
import re
from pathlib import Path

import pytest

from kini.web import apps
from tests.pagechecks import CheckedClient

STATIC = Path(apps.__file__).parent / "static" / "kini"


@pytest.mark.parametrize(("name", "most"), [("kini.css", 20_000), ("kini.js", 5_000)])
def test_files_stay_small(name: str, most: int) -> None:
    assert len(gzip.compress((STATIC / name).read_bytes())) <= most


def test_a_page_with_every_component_stays_within_the_budget(client: CheckedClient) -> None:
    assert len(gzip.compress(client.get("/components").content)) <= 14_000


def test_stylesheet_uses_only_tokens_that_exist() -> None:
    text = (STATIC / "kini.css").read_text("utf-8")
    used, defined = set(re.findall(r"var\((--[\w-]+)", text)), set(re.findall(r"(--[\w-]+):", text))
    assert used <= defined
