import re
from types import SimpleNamespace

import pytest
from django.template import Context, Template

from kini.web import icons
from kini.web.public_states import STATES, STEPS
from tests.pagechecks import CheckedClient


def rendered(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


@pytest.fixture
def page(client: CheckedClient) -> str:
    client.cookies["kini_language"] = "en"
    return client.get("/components?sort=name&page=2").content.decode()


def test_every_component_stands_on_one_page_that_passes_the_checks(page: str) -> None:
    assert "24 November 2026, 08:05 CET; 24 November 2026; Tuesday, 24 November 2026; 24 Nov; 08:05 CET" in page
    assert "2 hours 1 minute left; 1 hour 30 minutes; €12,500; " in page


def test_a_message_of_the_last_deed_is_shown(page: str) -> None:
    assert "Your answers are kept." in page


def test_a_state_is_never_told_by_colour_alone() -> None:
    for state, looks in STATES.items():
        tag = rendered("{% state_tag state %}", state=state)
        assert str(looks.label) in tag
        assert "<svg" in tag


@pytest.mark.parametrize("state", STEPS)
def test_the_steps_say_where_the_case_is(state: str) -> None:
    steps = rendered("{% steps state %}", state=state)
    behind = steps.count("finished")
    assert behind == (5 if state == "done" else STEPS.index(state))
    assert ('aria-current="step"' in steps) == (state != "done")


def test_steps_that_never_happened_are_not_finished() -> None:
    steps = rendered("{% steps 'done' visited=visited %}", visited=["waiting"])
    assert steps.count("finished") == 2, "waiting and done"


@pytest.mark.parametrize(("outcome", "word"), [("withdrawn", "Withdrawn"), ("expired", "Ended without a result")])
def test_a_case_without_a_decision_is_not_done(outcome: str, word: str) -> None:
    tag = rendered("{% state_tag 'done' outcome %}", outcome=outcome)
    assert word in tag
    assert "tag ok" not in tag
    steps = rendered("{% steps 'done' outcome=outcome visited=visited %}", outcome=outcome, visited=["waiting"])
    assert steps.count("finished") == 1
    assert "Done</" not in steps


def test_the_five_words_are_explained_where_they_stand() -> None:
    steps = rendered("{% steps 'process' %}")
    assert "What these words mean" in steps
    assert all(str(STATES[state].about) in steps for state in STEPS)


def test_a_refused_case_does_not_look_done() -> None:
    steps = rendered('{% steps "rejected" %}')
    assert "Rejected" in steps
    assert "Done" not in steps


def test_time_that_has_run_out_is_marked(page: str) -> None:
    assert re.search(r'<span class="tag bad"><svg.*?late by 3 hours</span>', page)
    assert re.search(r'<span class="tag warn"><svg.*?2 hours left</span>', page)
    assert "Paused" in page
    assert "No target" in page


def test_an_old_figure_says_so(page: str) -> None:
    assert page.count('<span class="old">old</span>') == 1


def test_a_pager_keeps_the_rest_of_the_address(page: str) -> None:
    assert 'rel="prev" href="?sort=name&amp;page=1"' in page
    assert 'rel="next" href="?sort=name&amp;page=3"' in page


def test_a_link_that_changes_an_answer_says_which(page: str) -> None:
    assert '<a href="/change">Change<span class="hidden-visually">: Street</span></a>' in page
    assert '<a href="/add">Add<span class="hidden-visually">: Papers</span></a>' in page


def test_a_refused_form_says_what_to_mend_on_top_and_beside(client: CheckedClient) -> None:
    client.cookies["kini_language"] = "en"
    page = client.post("/question", {"street": "Ring"}).content.decode()
    assert "<title>Error: Where do you live? · Kini Wien</title>" in page
    assert '<a href="#street">Write the street and the number.</a>' in page
    assert 'aria-describedby="street-hint street-error" aria-invalid="true"' in page
    assert 'value="Ring"' in page


def test_a_question_is_the_heading_of_its_page(client: CheckedClient) -> None:
    page = client.get("/question").content.decode()
    assert re.search(r'<h1 class="question">\s*<label for="street">Where do you live\?</label>\s*</h1>', page)


def test_what_people_write_is_shown_as_text() -> None:
    evil = "<script>alert(1)</script>"
    sources = [
        "{% tag x %}",
        "{% phone x %}",
        "{% icon 'lock' label=x %}",
        "{% icon x %}",
        "{% card title=x %}{% endcard %}",
        "{% field id='a' label=x hint=x error=x %}{{ x }}{% endfield %}",
        "{% fieldset id='a' label=x hint=x error=x %}{{ x }}{% endfieldset %}",
        "{% section x %}{{ x }}{% endsection %}",
        "{% notice title=x %}{{ x }}{% endnotice %}",
        "{% facts rows %}",
        "{% timeline entries %}",
        "{% error_summary errors %}",
        "{% search_form '/' x value=x hint=x %}",
        "{% case_card '/' x 'done' reference=x note=x %}",
        "{% link_row '/' x note=x %}",
    ]
    for source in sources:
        html = rendered(
            source, x=evil, rows=[(evil, evil)], entries=[{"title": evil, "text": evil}], errors=[("a", evil)]
        )
        assert "<script" not in html, source


def test_every_icon_is_drawn_within_its_grid() -> None:
    for name, drawing in icons.ICONS.items():
        places = [float(number) for number in re.findall(r'c?[xy]="([\d.]+)"', drawing)]
        assert all(0 <= place <= 24 for place in places), name
    assert icons.svg("no-such-icon") == icons.svg(icons.FALLBACK)


def test_options_mark_the_chosen_one_and_escape() -> None:
    pairs = [("a", "Aa"), ('"', "<b>")]
    assert rendered("{% options pairs 'a' %}", pairs=pairs) == (
        '<option value="a" selected>Aa</option><option value="&quot;">&lt;b&gt;</option>'
    )


def test_options_of_areas_stand_in_groups() -> None:
    around, inside = SimpleNamespace(name="<North>"), SimpleNamespace(code="1.1", name="A & B")
    assert rendered("{% area_options groups '1.1' %}", groups=[(around, [inside])]) == (
        '<optgroup label="&lt;North&gt;"><option value="1.1" selected>A &amp; B</option></optgroup>'
    )
