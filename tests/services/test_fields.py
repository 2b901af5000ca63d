"""Every field type accepts its examples, rejects invalid input with a message, and never crashes."""

import contextlib
import datetime as dt
import json
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from kini.city import pack, queries
from kini.core import current_time
from kini.services.fields import dates
from kini.services.fields.base import FieldBase, InvalidAnswer, field_types
from kini.services.fields.field_html import render_field
from kini.services.fields.uploads import Upload, UploadField
from tests.pagechecks import check_page
from tests.services.jakarta_pack import InJakarta
from tests.services.pack_folder import form_data, make_field

#: At least one of every type, with the options that change what it takes.
FIELDS = {
    "text": "{type: text, max: 20}",
    "longtext": "{type: longtext, max: 100}",
    "phone": "{type: phone}",
    "email": "{type: email}",
    "plate": "{type: plate_number}",
    "qr": "{type: qr}",
    "integer": "{type: integer, min: 2, max: 9, unit: people}",
    "count": "{type: integer}",
    "built": "{type: year, min: 1950}",
    "money": "{type: money, min: 1000, max: 2000000}",
    "decimal": "{type: decimal, min: 1, max: 99, places: 1}",
    "boolean": "{type: boolean}",
    "consent": "{type: consent, label: I agree.}",
    "choice": "{type: choice, options: {a: A, b: B}}",
    "multichoice": "{type: multichoice, options: {a: A, b: B, c: C}, min: 2, max: 2}",
    "remote": "{type: choice_remote, list: x, options: {a: A, b: B}}",
    "ranked": "{type: ranked_list, options: {a: A, b: B, c: C}}",
    "ranked places": "{type: ranked_list, place: kelurahan-counter}",
    "ranked words": "{type: ranked_list, place: castle}",
    "birth": "{type: date, until: today-17y}",
    "day": "{type: date, from: today+1d, until: today+6m}",
    "fixed day": "{type: date, from: 2020-01-31}",
    "time": "{type: time}",
    "datetime": "{type: datetime, from: today}",
    "slot": "{type: slot, days: 5}",
    "nik": "{type: nik}",
    "family card": "{type: kk_number}",
    "national": "{type: national_id}",
    "account": "{type: account_number}",
    "tax object": "{type: tax_object_number}",
    "area": "{type: area, level: kecamatan}",
    "address": "{type: address}",
    "location": "{type: location}",
    "facility": "{type: facility, place: kelurahan-counter}",
    "facility in words": "{type: facility, place: castle}",
    "geometry": "{type: geometry}",
    "photo": "{type: photo, min: 2, max: 3}",
    "file": "{type: file}",
    "document of several": "{type: document, one_of: {lease: Lease, deed: Deed}}",
    "document": "{type: document, statement: truth, statement_name: Statement, statement_text: I swear.}",
    "table": "{type: table, columns: {what: What, price: Price}, min: 1}",
    "form": "{type: form, fields: {name: {type: text, label: Name}, nik: {type: nik, label: NIK, optional: true}}}",
}
HOSTILE = (
    "\x00",
    "a\x00b",
    "\ud800",
    "\ufffd",
    "\u202egnp.exe",
    "'; DROP TABLE cases_case; --",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "٣",
    "²",
    "1e999",
    "nan",
    "-1",
    "9" * 4000,
    "x" * 100_000,
    "../../etc/passwd",
    "%s%n",
    " ",
)


def parsed(each: FieldBase, data: dict[str, Any]) -> Any:
    """Parse example data; uploads count as already stored."""
    named = {f"f{end}": value for end, value in data.items()}
    files = next((v if isinstance(v, list) else [v] for v in named.values() if isinstance(v, list | Upload)), [])
    if isinstance(each, UploadField):
        named = {name: value for name, value in named.items() if name != "f"}
        named |= {"f.ids": [f"id-{n}" for n, file in enumerate(files) if not file.name.endswith(".exe")]}
    return each.parse("f", form_data(named))


class TestFields(InJakarta):
    def test_every_registered_type_is_tried_here(self) -> None:
        assert {make_field(source).type for source in FIELDS.values()} == set(field_types.names())

    def test_examples_are_taken_and_differ(self) -> None:
        for name, source in FIELDS.items():
            with self.subTest(name):
                each = make_field(source)
                values = [parsed(each, each.example(number)) for number in range(9)]
                assert all(value is not None for value in values)
                assert json.loads(json.dumps(values)) == values
                assert each.type in ("consent", "photo", "file", "document") or len({json.dumps(v) for v in values}) > 1
                again = [parsed(each, each.example(number)) for number in range(9)]
                assert again == values
                assert all(f"f{end}" in each.inputs("f") for end in each.example(3))

    def test_values_can_be_shown_and_typed_again(self) -> None:
        for name, source in FIELDS.items():
            for number in (0, 1, 7):
                with self.subTest(name, number=number):
                    each = make_field(source)
                    data = {f"f{end}": value for end, value in each.example(number).items()}
                    value = parsed(each, each.example(number))
                    assert each.show(value)
                    assert each.reveal(value)
                    if not isinstance(each, UploadField):
                        assert render_field(each, "f", each.form_value(value)) == render_field(
                            each, "f", each.typed("f", form_data(data))
                        ) or (each.parse("f", form_data(data)) == value)

    def test_bad_examples_are_refused_with_a_sentence(self) -> None:
        for name, source in FIELDS.items():
            with self.subTest(name):
                each = make_field(source)
                bad = each.invalid_example()
                if bad is None:
                    continue
                if isinstance(each, UploadField):
                    assert parsed(each, bad) is None
                    continue
                with pytest.raises(InvalidAnswer) as wrong:
                    each.parse("f", form_data({f"f{end}": value for end, value in bad.items()}))
                assert str(wrong.value).endswith(".")

    def test_nothing_sent_is_no_answer(self) -> None:
        for name, source in FIELDS.items():
            with self.subTest(name):
                assert make_field(source).parse("f", form_data({})) is None
                assert make_field(source).missing()

    def test_hostile_texts_are_taken_or_refused_but_break_nothing(self) -> None:
        for name, source in FIELDS.items():
            each = make_field(source)
            for text in HOSTILE:
                with self.subTest(name, text=text[:20]):
                    form = form_data(dict.fromkeys(each.inputs("f"), text))
                    with contextlib.suppress(InvalidAnswer):
                        assert "\\u0000" not in json.dumps(each.parse("f", form))
                    if text.startswith("<"):
                        assert "<script>alert" not in render_field(each, "f", each.typed("f", form))

    def test_their_html_is_labelled_with_and_without_faults(self) -> None:
        for language in ("id", "en"):
            with translation.override(language):
                for name, source in FIELDS.items():
                    with self.subTest(name, language=language):
                        each = make_field(source).model_copy(
                            update={"hint": make_field(source).label, "optional": True}
                        )
                        empty = render_field(each, "f", each.form_value(None), heading=True)
                        check_page(_page(empty, language), name)
                        data = {f"f{end}": v for end, v in each.example(1).items()} if each.type != "photo" else {}
                        wrong = render_field(each, "f", each.typed("f", form_data(data)), "Mend this.", heading=True)
                        check_page(_page(wrong, language), name)
                        assert f'id="{each.anchor("f")}"' in wrong
                        assert "Mend this." in wrong

    def test_a_page_says_which_files_are_there(self) -> None:
        file = type("File", (), {"pk": "7", "name": "<b>.pdf", "size": 2048})
        html = render_field(make_field(FIELDS["file"]), "f", {"files": ["7"]}, files=[file])
        assert "&lt;b&gt;.pdf" in html
        assert 'name="remove" value="7"' in html
        assert "disabled" in html

    def test_json_schemas_name_a_type(self) -> None:
        for name, source in FIELDS.items():
            with self.subTest(name):
                assert make_field(source).json_schema().keys() & {"type", "const"}

    def test_a_point_tells_its_area_and_one_outside_is_refused(self) -> None:
        each = make_field("{type: location}")
        area = queries.areas_by_level(pack.current().lowest_level)[5]
        value = each.parse("f", form_data({"f.lat": area.latitude, "f.lon": area.longitude, "f.text": "by the gate"}))
        assert value["area"] == area.code
        assert value["exact"] is True
        by_hand = each.parse("f", form_data({"f.text": "by the gate", "f.area": area.code}))
        assert by_hand["exact"] is False
        assert area.name in each.show(by_hand)
        with pytest.raises(InvalidAnswer, match="outside Jakarta"):
            each.parse("f", form_data({"f.lat": "-7.25", "f.lon": "112.75"}))
        with pytest.raises(InvalidAnswer, match="choose the area"):
            each.parse("f", form_data({"f.text": "by the gate"}))

    def test_a_point_is_shown_in_words_and_let_go_of_when_another_area_is_chosen(self) -> None:
        each = make_field("{type: location}")
        area, other = queries.areas_by_level(pack.current().lowest_level)[5:7]
        point = {"f.lat": area.latitude, "f.lon": area.longitude, "f.text": "by the gate"}
        shown = each.show(each.parse("f", form_data({**point, "f.area": area.code})))
        assert shown.startswith("by the gate. Near ")
        assert area.name in shown
        assert f"{area.latitude:.5f}" in shown
        by_hand = each.parse("f", form_data({**point, "f.area": other.code}))
        assert (by_hand["area"], by_hand["exact"]) == (other.code, False)

    def test_the_last_part_of_an_address_may_name_its_area(self) -> None:
        lowest = queries.areas_by_level(pack.current().lowest_level)
        area = next(area for area in lowest if queries.area_by_name(area.name))
        for source in ("{type: location}", "{type: address}"):
            value = make_field(source).parse("f", form_data({"f.text": f"Jalan Contoh 1, {area.name.lower()}"}))
            assert value["area"] == area.code
            with pytest.raises(InvalidAnswer):
                make_field(source).parse("f", form_data({"f.text": "Jalan Contoh 1, Nowhere"}))

    def test_national_numbers_say_what_to_check(self) -> None:
        nik = make_field("{type: nik}")
        assert nik.parse("f", form_data({"f": "3171 0117 0845 0001"})) == "3171011708450001"
        assert nik.show("3171011708450001") == "3171 •••• •••• 0001"
        assert nik.reveal("3171011708450001") == "3171011708450001"
        for typed, says in (
            ("317101170845000", "you typed 15"),
            ("3171011799450001", "date of birth"),
            ("9971011708450001", "first four digits"),
            ("31710117O8450001", "Remove letters"),
        ):
            with pytest.raises(InvalidAnswer, match=says):
                nik.parse("f", form_data({"f": typed}))

    def test_a_group_is_kept_encrypted_when_one_of_its_parts_is(self) -> None:
        assert make_field(FIELDS["form"]).is_sealed()
        assert not make_field("{type: form, fields: {name: {type: text, label: Name}}}").is_sealed()
        with pytest.raises(InvalidAnswer, match="Name"):
            make_field(FIELDS["form"]).parse("f", form_data({"f.nik": "3171011708450001"}))

    def test_any_of_several_documents_is_accepted_and_named(self) -> None:
        each = make_field("{type: document, one_of: {lease: Lease, deed: Deed}}")
        value = each.parse("f", form_data({"f.ids": "1", "f.kind": "deed"}))
        assert value == {"files": ["1"], "kind": "deed"}
        assert each.show(value) == "Deed (1 file)"
        assert each.to_form_data(value) == {".ids": ["1"], ".kind": "deed"}
        for kind in ("", "passport"):
            with pytest.raises(InvalidAnswer, match="which of these documents"):
                each.parse("f", form_data({"f.ids": "1", "f.kind": kind}))
        assert each.parse("f", form_data({"f.kind": "deed"})) is None

    def test_a_statement_stands_in_for_a_document_but_not_beside_it(self) -> None:
        each = make_field(FIELDS["document"])
        assert each.parse("f", form_data({"f.statement": "yes"})) == {"statement": True}
        assert each.show({"statement": True}) == "Statement"
        with pytest.raises(InvalidAnswer, match="either the file or the statement"):
            each.parse("f", form_data({"f.statement": "yes", "f.ids": "1"}))
        with pytest.raises(InvalidAnswer):
            make_field("{type: document}").parse("f", form_data({"f.statement": "yes"}))

    def test_slots_are_working_days_from_tomorrow(self) -> None:
        days = make_field("{type: slot, days: 30}").dates()
        assert days
        assert all(day > dates.today() and pack.current().calendar.is_working_day(day) for day in days)


def _page(html: str, language: str) -> str:
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Question · Kini</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main id="main">'
        f"<form method='post'>{html}</form></main></body></html>"
    )


@pytest.mark.parametrize(
    ("source", "typed", "value"),
    [
        ("{type: text}", "  Ani\t Rahma ", "Ani Rahma"),
        ("{type: text}", "Cafe\u0301", "Café"),
        ("{type: longtext}", "one \r\ntwo\r\n", "one\ntwo"),
        ("{type: integer}", "1.500", 1500),
        ("{type: integer}", "1 500", 1500),
        ("{type: integer}", "007", 7),
        ("{type: year}", " 2014 ", 2014),
        ("{type: money}", "Rp 1.500.000", 1_500_000),
        ("{type: money}", "Rp1500", 1500),
        ("{type: decimal}", "12,5", "12.5"),
        ("{type: time}", "9.30", "09:30"),
        ("{type: plate_number}", "b1234xyz", "B 1234 XYZ"),
        ("{type: plate_number}", "B-1234-XYZ", "B 1234 XYZ"),
        ("{type: account_number}", "12-34 56/78.9", "123456789"),
        ("{type: tax_object_number}", "31.71.010.001.001-0001.0", "317101000100100010"),
        ("{type: email}", "ani@example.org", "ani@example.org"),
    ],
)
def test_people_may_write_as_they_are_used_to(source, typed, value):
    assert make_field(source).parse("f", form_data({"f": typed})) == value


@pytest.mark.parametrize(
    ("source", "data", "says"),
    [
        ("{type: integer, max: 9}", {"f": "10"}, "at most 9"),
        ("{type: integer}", {"f": "-1"}, "at least 0"),
        ("{type: integer}", {"f": "1.5"}, "whole number"),
        ("{type: year}", {"f": "2.014"}, "four digits"),
        ("{type: year, min: 1950}", {"f": "1949"}, "from 1950 to 2100"),
        ("{type: decimal}", {"f": "1.555"}, "at most 2 decimal places"),
        ("{type: date}", {"f.day": "1", "f.month": "", "f.year": "2020"}, "day, month and year"),
        ("{type: date}", {"f.day": "1", "f.month": "2", "f.year": "20"}, "four digits"),
        ("{type: date}", {"f.day": "30", "f.month": "2", "f.year": "2020"}, "does not exist"),
        (
            "{type: date, until: 2020-01-31}",
            {"f.day": "1", "f.month": "2", "f.year": "2020"},
            "no later than 31 January 2020",
        ),
        (
            "{type: date, from: 2020-01-31}",
            {"f.day": "1", "f.month": "1", "f.year": "2020"},
            "no earlier than 31 January 2020",
        ),
        ("{type: datetime}", {"f.day": "1", "f.month": "1", "f.year": "2020"}, "and time"),
        ("{type: ranked_list, options: {a: A, b: B}}", {"f.1": "a", "f.2": "a"}, "twice"),
        ("{type: multichoice, options: {a: A, b: B}, max: 1}", {"f": ["a", "b"]}, "at most 1"),
        ("{type: table, columns: {a: A, b: B}}", {"f.0.a": "x"}, "Row 1: fill in “B”"),
        ("{type: photo, min: 2}", {"f.ids": "1"}, "at least 2"),
        ("{type: phone}", {"f": "0812"}, "not valid. Enter it like"),
    ],
)
def test_a_refusal_says_what_to_do(source, data, says):
    with pytest.raises(InvalidAnswer, match=says):
        make_field(source).parse("f", form_data(data))


@pytest.mark.parametrize(
    ("text", "now", "day"),
    [
        ("today", dt.date(2026, 11, 24), dt.date(2026, 11, 24)),
        ("today-17y", dt.date(2024, 2, 29), dt.date(2007, 2, 28)),
        ("today+1m", dt.date(2026, 12, 31), dt.date(2027, 1, 31)),
        ("today-1m", dt.date(2026, 1, 31), dt.date(2025, 12, 31)),
        ("today+30d", dt.date(2026, 12, 31), dt.date(2027, 1, 30)),
        ("2020-01-31", dt.date(2026, 12, 31), dt.date(2020, 1, 31)),
    ],
)
def test_days_relative_to_today(text, now, day):
    assert dates.resolve_bound(text, now) == day


@given(st.dates(dt.date(1990, 1, 1), dt.date(2090, 12, 31)), st.integers(-240, 240))
def test_months_move_the_month_and_keep_the_day_where_there_is_one(day, months):
    moved = dates.resolve_bound(f"today{'+' if months >= 0 else '-'}{abs(months)}m", day)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == day.day or (moved + dt.timedelta(days=1)).day == 1


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_any_text_is_kept_readable_or_refused(text):
    try:
        value = make_field("{type: text, max: 50}").parse("f", form_data({"f": text}))
    except InvalidAnswer:
        return
    assert value is None or (len(value) <= 50 and value == value.strip() and "\x00" not in value)


def test_a_year_is_shown_as_it_is_written():
    assert make_field("{type: year}").show(2014) == "2014"


def test_a_bound_counts_from_the_day_in_the_city_on_the_programs_clock():
    late = dt.datetime(2031, 5, 6, 20, tzinfo=dt.UTC)  # the seventh in Jakarta
    with current_time.freeze(late):
        assert make_field("{type: date, from: today, until: today+1d}").days() == (
            dt.date(2031, 5, 7),
            dt.date(2031, 5, 8),
        )


def test_another_country_has_its_own_numbers(loaded_town):
    national, phone = make_field("{type: national_id}"), make_field("{type: phone}")
    for number in range(5):
        assert national.parse("f", form_data({"f": national.example(number)[""]}))
        assert phone.parse("f", form_data({"f": phone.example(number)[""]})).startswith("+351")
    with pytest.raises(InvalidAnswer):
        national.parse("f", form_data({"f": "123456780"}))
    area = make_field("{type: area}")
    assert area.parse("f", form_data({"f": area.example(1)[""]}))
