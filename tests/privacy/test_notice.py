"""Privacy notice: generated from the registry, public, in both languages."""

from django.conf import settings
from django.utils import translation

from kini.core import retention
from kini.people.personal_data_registry import personal_data_categories
from kini.privacy import queries


def test_the_notice_says_everything_that_is_registered(db, client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    page = client.get("/privacy/").text
    translation.activate("en")
    for each in queries.categories():
        assert each.label in page
    assert "data@kota.example" in page
    assert "Authority" in page


def test_every_category_names_rules_that_exist():
    for each in personal_data_categories:
        assert all(name in retention.rules for name in each.rules), each.name


def test_what_cannot_be_erased_says_why():
    assert [each.name for each in personal_data_categories if each.erase is None and not each.stays] == []


def test_every_page_leads_to_the_notice(db, client):
    assert 'href="/privacy/"' in client.get("/sign-in/").text
