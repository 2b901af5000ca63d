"""The page "Me", and removal of unused accounts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kini.core import retention
from kini.people import actions
from kini.people.contacts import Contact
from kini.people.models import User
from tests.people.conftest import BY, prove

pytestmark = pytest.mark.django_db
PAGES = [
    "/me/",
    "/me/profile/",
    "/me/profile/phone/",
    "/me/profile/email/",
    "/me/family/",
    "/me/family/add/",
    "/me/access-log/",
]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_page_speaks_both_languages(signed_in, path, language):
    if path.endswith(("/phone/", "/email/")):
        prove(signed_in)
    signed_in.cookies["kini_language"] = language
    page = signed_in.get(path)
    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text


@pytest.mark.parametrize("path", [*PAGES, "/me/family/1/", "/me/family/1/remove/", "/me/profile/code/"])
def test_strangers_are_sent_to_the_sign_in(client, path):
    assert client.get(path).url.startswith("/sign-in/?next=")


def test_one_leaves_from_there(signed_in):
    page = signed_in.get("/me/")
    assert 'action="/sign-out/"' in page.text
    assert "Warga Contoh" in page.text


def test_an_officer_reads_for_whom_they_work(client, officer):
    client.force_login(officer.user)
    assert "Dinas Catatan" in client.get("/me/").text


def test_numbers_that_were_never_used_are_forgotten(resident):
    User.objects.filter(pk=resident.user_id).update(created_at=timezone.now() - timedelta(days=30))
    unused = actions.open_account(by=BY, contact=Contact("phone", "+6281288888888"))
    retention.apply(retention.rules.get("people.unused-accounts"))
    assert User.objects.filter(pk=unused.pk).exists()
    User.objects.filter(pk=unused.pk).update(created_at=timezone.now() - timedelta(days=8))
    retention.apply(retention.rules.get("people.unused-accounts"))
    assert not User.objects.filter(pk=unused.pk).exists()
    assert User.objects.filter(pk=resident.user_id).exists()


def test_asking_twice_at_once_opens_one_account():
    contact = Contact("email", "siti@example.com")
    first = actions.open_account(by=BY, contact=contact)
    assert actions.open_account(by=BY, contact=contact) == first


def test_one_of_a_family_of_pages_is_never_kept_by_a_proxy(signed_in):
    for path in PAGES:
        assert "no-store" in signed_in.get(path)["Cache-Control"]
