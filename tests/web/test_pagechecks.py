"""The page checks find what they are for."""

import pytest

from tests.pagechecks import check_page

PAGE = """<!doctype html><html lang="en"><head><title>{title}</title></head><body>
<nav aria-label="Main"><a href="/">Home</a></nav><main id="main"><h1>Heading</h1>{main}</main></body></html>"""


def page(main: str = "", title: str = "Heading · Kini") -> str:
    return PAGE.format(main=main, title=title)


def test_a_good_page_passes() -> None:
    check_page(
        page(
            '<h2>Part</h2><label for="a">Name</label><input id="a"><label><input type="checkbox">Yes</label>'
            '<fieldset><legend>Sex</legend><label><input type="radio" name="s">F</label></fieldset>'
            '<button><svg aria-label="Search"></svg></button><img src="x" alt=""><a href="#a">Name</a>'
        ),
        "/",
    )


@pytest.mark.parametrize(
    ("main", "fault"),
    [
        ("<h1>Second</h1>", "2 h1"),
        ("<h3>Deep</h3>", "follows h1"),
        ("<h2> </h2>", "an empty h2"),
        ("<input name='a'>", "no label"),
        ("<label for='a'></label><input id='a'>", "no label"),
        ("<p id='a'></p><p id='a'></p>", 'the id "a" stands 2 times'),
        ("<script>1</script>", "an inline script"),
        ("<style>p{}</style>", "an inline stylesheet"),
        ("<p style='color:red'>x</p>", "an inline style"),
        ("<button onclick='x()'>x</button>", "an inline handler"),
        ("<a href='javascript:x()'>x</a>", "a script in an address"),
        ("<img src='x'>", "no alt"),
        ("<a href='/x'><svg aria-hidden='true'></svg></a>", "no name"),
        ("<button> </button>", "no name"),
        ("<p aria-describedby='gone'>x</p>", 'refers to "gone"'),
        ("<a href='#gone'>x</a>", 'leads to "#gone"'),
        ("<fieldset><p>x</p></fieldset>", "no legend"),
        ("<label><input type='radio' name='a'>x</label>", "stand in no fieldset"),
        ("<div role='main'></div>", "2 main landmarks"),
        ("<nav aria-label='Main'></nav>", "2 nav landmarks"),
        ("<p tabindex='2'>x</p>", "its own order of tabs"),
        ("<svg></svg>", "neither decoration nor named"),
        ("<p>{% translate %}</p>", "unrendered template syntax"),
        ("<div data-error-summary></div>", "an error summary"),
    ],
)
def test_a_fault_is_found(main: str, fault: str) -> None:
    with pytest.raises(AssertionError, match=r"/somewhere has \d+ faults") as caught:
        check_page(page(main), "/somewhere")
    assert fault in str(caught.value)


@pytest.mark.parametrize("title", ["", " · Kini", "Error: Heading · Kini"])
def test_a_title_that_says_nothing_or_lies_is_found(title: str) -> None:
    with pytest.raises(AssertionError, match="title"):
        check_page(page(title=title), "/")


def test_a_page_says_its_language() -> None:
    with pytest.raises(AssertionError, match="no lang"):
        check_page(page().replace(' lang="en"', ""), "/")
