"""Colours of health status by dated rules, and the answer of gates."""

import shutil
from datetime import date, timedelta

import pytest
import yaml
from django.conf import settings
from django.test import Client
from django.urls import reverse

from kini.core.dated_rules import rule_in_force
from kini.core.environment import ROOT
from kini.epidemic.models import Contact
from kini.epidemic.public import checkin_queries, entry_passes
from kini.vaccination.status import queries
from kini.vaccination.status.queries import is_refused, status_of
from kini.vaccination.status.rules import Facts, status
from kini.vaccination.status.status_file import FILE, check_status, status_file
from kini.web.formats import today
from tests.cases import town
from tests.epidemic.records_town import day

JAKARTA = ROOT / "cities" / "jakarta"
BEFORE, AFTER = date(2022, 7, 16), date(2022, 7, 17)


def colour(on, **facts):
    found = status(status_file(JAKARTA), Facts(**({"age": 30} | facts)), on)
    return found and found.colour


@pytest.mark.parametrize(
    ("facts", "before", "after"),
    [
        ({}, "red", "red"),
        ({"doses": ("sinovac",)}, "yellow", "red"),
        ({"doses": ("sinovac",) * 2}, "green", "yellow"),
        ({"doses": ("sinovac",) * 3}, "green", "green"),
        ({"doses": ("janssen",)}, "green", "yellow"),
        ({"doses": ("janssen", "moderna")}, "green", "green"),
        ({"doses": ("sinovac",) * 2, "recovered_on": AFTER - timedelta(days=89)}, "green", "green"),
        ({"doses": ("sinovac",) * 2, "recovered_on": AFTER - timedelta(days=90)}, "green", "yellow"),
        ({"negatives": (("antigen", BEFORE),)}, "green", "red"),
        ({"negatives": (("pcr", BEFORE - timedelta(days=1)),)}, "green", "green"),
        ({"negatives": (("pcr", BEFORE - timedelta(days=2)),)}, "green", "red"),
        ({"age": 17, "doses": ("sinovac",)}, "yellow", "yellow"),
        ({"age": 17, "doses": ("sinovac",) * 2}, "green", "green"),
        ({"age": 6}, "red", "red"),
        ({"age": 5}, "green", "green"),
        ({"age": None, "doses": ("sinovac",) * 2}, "green", "yellow"),
        ({"doses": ("sinovac",) * 3, "positive_on": AFTER - timedelta(days=9)}, "black", "black"),
        ({"doses": ("sinovac",) * 3, "positive_on": AFTER - timedelta(days=10)}, "black", "green"),
        ({"doses": ("sinovac",) * 3, "contact_on": AFTER - timedelta(days=13)}, "black", "black"),
        ({"doses": ("sinovac",) * 3, "contact_on": AFTER - timedelta(days=14)}, "black", "green"),
        ({"doses": ("sinovac",) * 3, "contact_on": AFTER + timedelta(days=1)}, "green", "green"),
    ],
)
def test_colours_before_and_after_the_change_of_july_2022(facts, before, after):
    assert (colour(BEFORE, **facts), colour(AFTER, **facts)) == (before, after)


def test_there_is_no_colour_before_the_first_rule():
    assert colour(date(2021, 8, 22)) is None


def test_the_file_of_jakarta_is_whole():
    assert list(check_status(JAKARTA)) == []


def test_the_check_of_the_pack_says_what_a_rule_would_not_do(tmp_path):
    pack = shutil.copytree(JAKARTA, tmp_path / "pack")
    file = pack / FILE
    right = file.read_text("utf-8")

    def faults(**sections):
        content = yaml.safe_load(right)
        newest = content["versions"][-1]
        newest |= {name: each for name, each in sections.items() if name in ("refuse", "refuse_at", "rules")}
        content |= {name: each for name, each in sections.items() if name in ("disease", "campaign", "colours")}
        file.write_text(yaml.safe_dump(content), "utf-8")
        return [(each.field.rpartition("versions.")[2], each.message) for each in check_status(pack)]

    assert faults(refuse_at={}) == faults(refuse_at={"cinema": ["yellow", "red"]}) == faults(refuse=[]) == []
    assert faults(refuse_at={"cinema": []}) == [("1.refuse_at.cinema", "no colour is named, so nobody is refused")]
    assert faults(refuse_at={"kino": ["red"]}) == [("1.refuse_at.kino", "the disease has no such kind of venue")]
    assert faults(refuse_at={"mall": ["red", "black"]}) == [("1.refuse_at.mall", "black is refused everywhere already")]
    assert faults(disease="plague") == [("disease", "the pack has no such disease")]
    assert faults(campaign="plague") == [("campaign", "the pack has no such campaign")]
    unknown = [{"colour": "green", "when": {"negative_within_days": {"smell": 1}}, "because": "x"}]
    everybody = [{"colour": "red", "because": "x"}]
    assert ("1.rules.0.when.negative_within_days.smell", "the disease has no such test") in faults(
        rules=unknown + everybody
    )
    assert {message for _place, message in faults(colours={"green": "g", "red": "r", "yellow": "y"})} == {
        "black has no name"
    }


@pytest.mark.django_db
def test_facts_come_from_doses_tests_illnesses_and_contacts(station, django_assert_num_queries):
    corner, person = station.corner, station.person()
    assert status_of(person, today()).colour == "red"
    for number in (1, 2, 3):
        station.dose(person, number=number)
    assert status_of(person, today()).colour == "green"
    assert not is_refused(person.pk, today())
    corner.test(corner.case(person), specimen_on=day(2))
    found = status_of(person, today())
    assert (found.colour, found.is_refused) == ("black", True)
    with django_assert_num_queries(1):
        assert is_refused(person.pk, today())
    assert "10" in found.sentence
    assert status_of(person, day(30)).colour == "red", "the doses were later"


@pytest.mark.django_db
def test_gates_give_the_same_answer_as_the_page(station):
    profile = town.proved(town.person("+628127770009", "Siti Contoh"), "3171015705900009")
    client = Client()
    client.force_login(profile.user)

    def answers():
        page = client.get(reverse("vaccination:status")).content.decode()
        return 'data-colour="black"' in page, checkin_queries.entry_state(profile.user_id)[0]

    assert answers() == (False, True)
    corner = station.corner
    Contact.objects.create(
        reference="CT-00000001", disease="covid-19", person=profile.person, agency=corner.agency,
        area=corner.areas["31.71.01"], area_path="31/31.71/31.71.01", risk=1, first_exposure_on=day(3),
        last_exposure_on=day(3), follow_up_until=today(), rule_since=day(400),
    )  # fmt: skip
    assert answers() == (True, False)
    assert settings.CITY_PATH == JAKARTA


@pytest.mark.django_db
def test_a_kind_of_venue_refuses_further_colours(station, monkeypatch):
    profile = town.proved(town.person("+628127770010", "Siti Contoh"), "3171015705900010")
    kinds = [*checkin_queries.venue_kinds()]

    def admitted():
        text, may_enter = checkin_queries.entry_pass_of(profile.user_id)
        assert may_enter
        read = entry_passes.read_pass(text, kinds)
        return {kind for kind in kinds if read.may_enter_at(kind)}

    assert admitted() == set(kinds)
    file = status_file(JAKARTA)
    newest = rule_in_force(file.versions, today())
    stricter = newest.model_copy(update={"refuse_at": {"cinema": ("yellow", "red")}})
    monkeypatch.setattr(queries, "status_file", lambda: file.model_copy(update={"versions": [stricter]}))
    assert admitted() == {*kinds} - {"cinema"}
    for number in (1, 2, 3):
        station.dose(profile.person, number=number)
    assert admitted() == set(kinds)
