from datetime import UTC, date, datetime

import pytest
from django.utils import translation
from PIL import Image

from kini.city import pack
from kini.city.pack_checks import check_city, check_pack, pack_checks
from kini.core.config_files import ConfigError, ConfigErrors
from tests.city.conftest import JAKARTA, TOWN


def faults_of(path):
    return [(fault.file, fault.line, fault.field) for fault in check_city(path)]


def test_a_pack_without_faults_says_who_the_city_is(town):
    city = pack.current()
    assert (str(city.name), city.languages, city.country, city.currency) == ("Vila Serena", ("pt", "en"), "PT", "EUR")
    assert str(city.timezone) == "Europe/Lisbon"
    assert [level.id for level in city.area_levels] == ["municipio", "freguesia"]
    assert city.lowest_level == "freguesia"
    assert [(line.name.in_language("pt"), line.number) for line in city.emergency] == [("Emergência", "112")]
    assert pack.current() is city, "read once"


def test_a_level_is_called_by_its_name_in_the_language_of_the_page(town):
    with translation.override("en"):
        assert pack.current().level_name("freguesia") == "Parish"
    with pytest.raises(LookupError, match="no level"):
        pack.current().level_name("bairro")


def test_offices_keep_the_hours_holidays_and_own_days_of_the_city(town):
    calendar = pack.current().calendar
    assert calendar.is_working_day(date(2026, 9, 9))
    assert not calendar.is_working_day(date(2026, 9, 8)), "the town's own day off"
    assert not calendar.is_working_day(date(2026, 10, 5)), "a public holiday of the country"
    assert calendar.is_working_day(date(2026, 6, 10)), "a public holiday on which offices open"
    assert not calendar.is_working_day(date(2026, 9, 12)), "a Saturday"
    # Noon in Lisbon is 11:00 UTC in summer; the office closes from 12:30 to 14:00.
    assert calendar.add(datetime(2026, 9, 9, 11, tzinfo=UTC), "working_hours", 1) == datetime(
        2026, 9, 9, 13, 30, tzinfo=UTC
    )


@pytest.mark.parametrize("path", [TOWN, JAKARTA], ids=["town", "jakarta"])
def test_the_packs_have_no_faults_that_this_room_sees(path):
    assert check_city(path) == []


def test_every_fault_is_found_at_once_with_file_line_and_field(changed):
    changed(
        "city.toml", ('currency = "EUR"', 'currency = "euro"'), ('"pt.nif"', '"pt.nothing"'), ("38.7400", "138.7400")
    )
    path = changed("calendar.toml", ("09:00-12:30", "noon"), ("2026-09-08", "2026-06-10"))
    assert sorted(faults_of(path)) == [
        ("calendar.toml", 2, "office_hours.monday.0"),
        ("city.toml", 6, "currency"),
        ("city.toml", 8, "national_id"),
        ("city.toml", 9, "center.0"),
    ]


def test_a_text_in_a_language_that_is_missing_or_not_the_citys_is_a_fault(changed):
    path = changed("city.toml", ('{ pt = "Emergência", en = "Emergency" }', '{ pt = "Emergência", fr = "Urgence" }'))
    messages = [fault.message for fault in check_city(path)]
    assert messages == ["no text in en", '"fr" is not a language of the city']


@pytest.mark.parametrize(
    ("file", "old", "new", "field", "message"),
    [
        ("city.toml", "Europe/Lisbon", "Europe/Lisboa", "time_zone", "no time zone"),
        ("city.toml", '"PT"', '"XX"', "subdivision", "does not know"),
        ("city.toml", 'languages = ["pt", "en"]', 'languages = ["pt", "pt"]', "", "appears twice"),
        ("city.toml", 'brand = "#1b4f9c"', 'brand = "blue; }"', "theme.brand", "is no colour"),
        ("city.toml", 'currency = "EUR"', 'currency = "EUR"\ncolour = 1', "colour", "unknown key"),
        (
            "calendar.toml",
            '["09:00-12:30", "14:00-17:30"]',
            '["14:00-17:30", "09:00-12:30"]',
            "office_hours.monday",
            "overlap",
        ),
        ("calendar.toml", "[office_hours]", 'subdivision = "99"\n[office_hours]', "subdivision", "no part of PT"),
        ("agencies.yaml", "level: freguesia", "level: bairro", "obras.units.1.level", "no level"),
        ("agencies.yaml", "Equipa de {area}", "Equipa", "obras.units.1.name", "called the same"),
        ("agencies.yaml", "area: VS,", "area: VS-9,", "balcao.units.0.area", "no area"),
        ("agencies.yaml", "{area: VS,", "{", "balcao.units.0", "either level"),
        ("agencies.yaml", "- {level: freguesia", "- {level: municipio", "obras.units.1", "second unit"),
        ("agencies.yaml", "balcao:", "obras:", "obras", "occurs twice"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(changed, file, old, new, field, message):
    fault = check_city(changed(file, (old, new)))[0]
    assert fault.field == field
    assert message in fault.message
    assert fault.line > 0


def test_screenshots_that_no_browser_would_show_are_named(changed):
    named = "".join(
        f'[[screenshots]]\nfile = "{name}.webp"\nlabel = {{ pt = "App", en = "App" }}\n'
        for name in ("gone", "long", "good")
    )
    path = changed("city.toml", ("[theme]", f"{named}[theme]"))
    (path / "screenshots").mkdir()
    Image.new("RGB", (360, 900)).save(path / "screenshots" / "long.webp")
    Image.new("RGB", (360, 640)).save(path / "screenshots" / "good.webp")
    assert [(each.field, each.message) for each in check_city(path)] == [
        ("screenshots.0.file", "there is no picture screenshots/gone.webp"),
        ("screenshots.1.file", "the picture is 360 x 900 pixels"),
    ]


def test_a_missing_file_is_one_sentence(changed):
    path = changed("city.toml")
    (path / "calendar.toml").unlink()
    with pytest.raises(ConfigErrors, match=r"calendar\.toml: cannot be read"):
        pack.load_city(path)


def test_rooms_above_add_their_own_checks(town, monkeypatch):
    known = len(pack_checks)
    monkeypatch.setattr(pack_checks, "_items", dict(pack_checks._items))
    pack_checks.register("bus-lines", lambda path: [ConfigError("bus-lines/a.csv", 3, "", "broken")] * 2)
    assert len(pack_checks) == known + 1
    assert [fault for fault in check_pack(town) if fault.file.startswith("bus-lines")] == [
        ConfigError("bus-lines/a.csv", 3, "", "broken")
    ]
