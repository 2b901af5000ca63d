"""Every page is checked: tests/faces/pages.py lists each URL."""

import re

from tests.faces.pages import ELSEWHERE, PAGE_TYPES
from tests.structure.test_addresses import ROUTES

PROGRAMS = "api/v1/"
OTHERS = [name for names in ELSEWHERE.values() for name in names]


def parts(path: str) -> frozenset[str]:
    """Names of a URL's parameters."""
    return frozenset(re.findall(r"<(?:\w+:)?(\w+)>", path))


def test_every_address_of_a_page_has_its_page_type():
    known = {(kind.route, frozenset(kind.given)) for kind in PAGE_TYPES}
    begun = {kind.route for kind in PAGE_TYPES if kind.path}
    missing = [
        f"{name} /{path}"
        for name, path in ROUTES
        if not path.startswith(PROGRAMS)
        and name not in OTHERS
        and name not in begun
        and (name, parts(path)) not in known
    ]
    assert missing == [], "add these pages to PAGE_TYPES in tests/faces/pages.py, or say in ELSEWHERE what they are"


def test_the_list_knows_no_address_that_is_gone():
    names = {name for name, _path in ROUTES}
    assert sorted({kind.route for kind in PAGE_TYPES if kind.route} - names) == []
    assert sorted(set(OTHERS) - names) == []
    assert sorted(set(OTHERS) & {kind.route for kind in PAGE_TYPES}) == []


def test_names_of_page_types_are_their_own():
    names = [kind.name for kind in PAGE_TYPES]
    assert sorted(names) == sorted(set(names))
