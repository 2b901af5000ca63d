"""Applicable questions and parsing of submitted pages."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kini.services import questions
from kini.services.fields.base import InvalidAnswer
from tests.services.pack_folder import form_data, make_snapshot

PAGES = """
- key: name
  heading: You
  fields:
    name: {type: text, label: Name, profile: name}
    nick: {type: text, label: Nick, optional: true}
- key: kind
  heading: Kind
  fields: {kind: {type: choice, label: Kind, options: {a: A, b: B, c: C}}}
- key: extra
  heading: Extra
  when: {kind: [a, b]}
  fields: {extra: {type: boolean, label: Extra}}
- key: more
  heading: More
  when: {extra: true}
  fields: {more: {type: nik, label: More}}
- key: never
  heading: Never
  when: {not: {any: [{kind: a}, {kind: b}, {kind: c}]}}
  fields: {never: {type: text, label: Never}}
- key: people
  heading: People
  repeat: {name: people, min: 1, max: 2, item: Person}
  fields:
    who: {type: text, label: Who}
    number: {type: nik, label: Number, optional: true}
- key: doc-paper
  heading: Paper
  when: {kind: c}
  fields: {paper: {type: document, label: Paper, max: 2}}
"""
SERVICE = make_snapshot(PAGES)
NIK = "3171011708450001"

answers = st.fixed_dictionaries(
    {},
    optional={
        "name": st.just("Ani"),
        "kind": st.sampled_from("abc"),
        "extra": st.booleans(),
        "more": st.just(NIK),
        "never": st.just("x"),
        "people": st.lists(st.just({"who": "Budi"}), max_size=2),
        "paper": st.just({"files": ["1"]}),
    },
)
known = st.sampled_from([{}, {"name": "Siti"}, {"email": "s@example.org"}])


def keys(given_answers: dict[str, Any], known_answers: dict[str, Any] | None = None) -> list[str]:
    return [page.key for page in questions.applicable_pages(SERVICE, given_answers, known_answers or {})]


def test_pages_follow_from_the_answers():
    assert keys({}) == ["name", "kind", "never", "people"]
    assert keys({"kind": "a"}) == ["name", "kind", "extra", "people"]
    assert keys({"kind": "b", "extra": True}) == ["name", "kind", "extra", "more", "people"]
    assert keys({"kind": "c", "extra": True}) == ["name", "kind", "people", "doc-paper"]


def test_what_the_profile_knows_is_not_asked():
    first = questions.applicable_pages(SERVICE, {}, {"name": "Siti"})[0]
    assert list(first.fields) == ["nick"]
    assert questions.final_answers(SERVICE, {"name": "typed before"}, {"name": "Siti"})["name"] == "Siti"
    alone = make_snapshot(
        "- {key: name, heading: N, single: true, fields: {name: {type: text, label: N, profile: name}}}"
    )
    assert questions.applicable_pages(alone, {}, {"name": "Siti"}) == []


@given(answers, known)
def test_answers_of_pages_no_longer_asked_do_not_count(given_answers, known_answers):
    final = questions.final_answers(SERVICE, given_answers, known_answers)
    pages = questions.applicable_pages(SERVICE, given_answers, known_answers)
    names = {name for page in pages for name in ([page.repeat.name] if page.repeat else page.fields)}
    from_profile = {"name"} if "name" in known_answers else set()
    assert final.keys() == (given_answers.keys() & names) | from_profile


@given(answers, known)
def test_what_counts_in_the_end_asks_the_same_pages(given_answers, known_answers):
    final = questions.final_answers(SERVICE, given_answers, known_answers)
    assert questions.final_answers(SERVICE, final, known_answers) == final
    assert keys(final, known_answers) == keys(given_answers, known_answers)


@given(answers, known)
def test_nothing_is_missing_once_every_missing_page_is_answered(given_answers, known_answers):
    given_answers = dict(given_answers)
    for _ in range(20):
        missing = questions.missing_pages(SERVICE, given_answers, known_answers)
        if not missing:
            break
        page = missing[0]
        if page.repeat:
            given_answers["people"] = questions.with_item(page, given_answers, None, {"who": "Budi"})
            continue
        stored = {"paper": ["1"]}
        form = {
            name + end: v for name, f in page.fields.items() for end, v in f.example(1).items() if f.type != "document"
        }
        parsed = questions.parse_page(page, form_data(form), given_answers, stored=stored)
        assert not parsed.errors
        given_answers |= parsed.values
    assert questions.missing_pages(SERVICE, given_answers, known_answers) == []


@given(answers)
def test_sealed_answers_are_parted_and_none_is_lost(given_answers):
    plain, sealed = questions.split_encrypted(SERVICE, given_answers)
    assert plain | sealed == given_answers
    assert sealed.keys() <= {"more", "people"}
    assert not plain.keys() & {"more", "people"}


def page(key: str, given_answers: dict[str, Any] | None = None):
    return next(p for p in SERVICE.pages if p.key == key)


def test_an_empty_form_names_every_answer_that_is_needed():
    parsed = questions.parse_page(page("name"), form_data({"name": " ", "nick": ""}))
    assert parsed.errors == {"name": "Fill in “Name”."}
    assert parsed.values == {"nick": None}


def test_what_was_typed_stays_beside_an_error():
    parsed = questions.parse_page(page("name"), form_data({"name": "x" * 300, "nick": "An\x00i"}))
    assert set(parsed.errors) == {"name", "nick"}
    assert parsed.typed == {"name": "x" * 300, "nick": "Ani"}


def test_inputs_that_the_page_does_not_have_are_refused():
    assert questions.parse_page(page("name"), form_data({"name": "Ani", "rank": "boss"})).errors
    assert questions.parse_page(page("name"), form_data({"name": ["Ani", "Budi"]})).errors
    fine = form_data({"name": "Ani", "csrfmiddlewaretoken": "t", "remove": "1"})
    assert not questions.parse_page(page("name"), fine, extra_inputs=frozenset({"remove"})).errors


def test_documents_are_those_we_know_of_and_never_those_that_were_sent():
    paper = page("doc-paper")
    assert questions.parse_page(paper, form_data({"paper.ids": "somebody-elses"})).errors
    assert questions.parse_page(paper, form_data({"paper.ids": "7"}), stored={"paper": ["1"]}).values == {
        "paper": {"files": ["1"]}
    }
    before = {"paper": {"files": ["2"]}}
    assert questions.parse_page(paper, form_data({}), before).values == before
    assert questions.parse_page(paper, form_data({}), before, stored={"paper": []}).errors
    assert questions.parse_page(paper, form_data({}), stored={"paper": ["1", "2", "3"]}).errors


def test_items_of_a_repeated_page_are_added_replaced_and_removed():
    people = page("people")
    one = questions.with_item(people, {}, None, {"who": "Ani", "number": None})
    assert one == [{"who": "Ani"}]
    two = questions.with_item(people, {"people": one}, None, {"who": "Budi"})
    assert questions.with_item(people, {"people": two}, 0, {"who": "Citra"}) == [{"who": "Citra"}, {"who": "Budi"}]
    assert questions.without_item(people, {"people": two}, 0) == [{"who": "Budi"}]
    assert questions.without_item(people, {"people": two}, 9) == two
    with pytest.raises(InvalidAnswer, match="at most 2"):
        questions.with_item(people, {"people": two}, None, {"who": "Dewi"})
    with pytest.raises(InvalidAnswer):
        questions.with_item(people, {"people": two}, 5, {"who": "Dewi"})


CONTACT = make_snapshot("""
- key: reach
  heading: How we reach you
  fields:
    phone: {type: phone, label: Phone, profile: phone}
    email: {type: email, label: E-mail, profile: email, optional: true}
- key: note
  heading: Note
  fields:
    name: {type: text, label: Name, profile: name}
    note: {type: text, label: Note, optional: true}
""")


def test_what_the_profile_could_know_is_not_asked_where_it_knows_enough() -> None:
    known = {"phone": "+6281234567890", "name": "Siti"}
    (page,) = questions.applicable_pages(CONTACT, {}, known)
    assert list(page.fields) == ["note"], "what only this service asks is asked, even where it may stay empty"
    assert [page.key for page in questions.applicable_pages(CONTACT, {}, {"email": "s@example.org"})] == [
        "reach",
        "note",
    ]
