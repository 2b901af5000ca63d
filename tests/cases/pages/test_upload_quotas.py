"""Uploads of one caller: counted before they are opened, refused in words that say when to go on."""

import pytest
from django.test import RequestFactory

from kini.cases.models import Attachment
from kini.core import upload_quotas
from kini.core.attempt_limits import Limit
from kini.core.decoder import client
from kini.services.models import ServiceVersion
from tests.cases import town as towns
from tests.cases.pages.browsing import Seen, Visitor
from tests.cases.pages.test_uploads import photos  # noqa: F401

pytestmark = pytest.mark.django_db


def limited(monkeypatch: pytest.MonkeyPatch, count: int, size: int) -> None:
    both = (Limit("test.files", count, 3600), Limit("test.bytes", size, 3600))
    monkeypatch.setattr(upload_quotas, "ACCOUNT", both)


@pytest.mark.parametrize(("count", "size"), [(1, 10**9), (9, 900)])
def test_an_account_sends_so_many_files_and_bytes_in_an_hour(
    resident: Visitor,
    photos: Seen,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    count: int,
    size: int,
) -> None:
    limited(monkeypatch, count, size)
    resident.send(photos, pictures=towns.photo(1))
    resident.send(photos, pictures=towns.photo(2))
    page = resident.send(photos, pictures=towns.photo(3))
    assert page.status == 429
    assert "Send more in 60 minutes." in page.text
    assert Attachment.objects.count() <= 1


def test_guests_of_one_network_are_counted_together(rf: RequestFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_quotas, "NETWORK", (Limit("test.files", 2, 3600), Limit("test.bytes", 10**9, 3600)))

    def send(address: str, user: int | None = None) -> None:
        upload_quotas.count_uploads(rf.post("/", REMOTE_ADDR=address), [towns.photo(1)], user=user)

    send("2001:db8::1")
    send("2001:db8::2")
    with pytest.raises(upload_quotas.TooManyUploads):
        send("2001:db8::3")
    send("2001:db8:0:1::1")
    send("2001:db8::3", user=1)


def test_files_that_were_refused_count_as_well(
    resident: Visitor,
    photos: Seen,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limited(monkeypatch, 2, 10**9)
    bad = towns.photo(1)
    for _try in range(2):
        bad.seek(0)
        bad.file.truncate(40)
        assert resident.send(photos, pictures=bad).status == 422
    assert resident.send(photos, pictures=towns.photo(2)).status == 429


def test_a_busy_decoder_keeps_what_was_typed_and_says_to_try_again(
    resident: Visitor,
    census: ServiceVersion,
    photos: Seen,  # noqa: F811
) -> None:
    for _place in range(client.PER_PROCESS):
        client._places.acquire(blocking=False)
    try:
        page = resident.send(photos, pictures=towns.photo(1))
    finally:
        client._places.release(client.PER_PROCESS)
    assert page.status == 503
    assert "Send yours again in a minute" in page.text
    assert resident.send(page, pictures=towns.photo(1)).status == 200
