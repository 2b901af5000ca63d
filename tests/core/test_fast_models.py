"""Fast instances and statements equal the ORM's."""

import uuid
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, models
from django.db.models.expressions import RawSQL

from kini.city.models import Agency
from kini.core.database.fast_models import allocate_pk, build_row, insert_deferred, update_deferred
from kini.core.models import LimitCounter, OutboxMessage
from kini.people.models import Officer, Resident, RoleGrant, User

pytestmark = pytest.mark.django_db


def columns(row: models.Model) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}


def test_a_row_is_stored_as_the_orm_stores_it() -> None:
    user = User.objects.create(phone="+62811000112")
    agency = Agency.objects.create(id="roads", name={"en": "Roads"})
    officer = Officer.objects.create(user=user, agency=agency, name="Officer")
    detail = {"officer": officer, "services": ["one", "é"]}
    row = RoleGrant(role="clerk", **detail)
    allocate_pk(row)
    insert_deferred(row)
    assert not row._state.adding
    stored = RoleGrant.objects.get(pk=row.pk)
    assert columns(stored) == columns(row)
    saved = RoleGrant.objects.create(role="head", **detail)
    expected = {**columns(RoleGrant.objects.get(pk=saved.pk)), "role": "clerk", "created_at": stored.created_at}
    assert expected == columns(stored)
    assert abs((saved.created_at - stored.created_at).total_seconds()) < 60


def test_a_column_may_be_sql() -> None:
    row = LimitCounter(key="sql", count=1)
    row.until = RawSQL("%s::timestamptz + interval '1 day'", ["2026-01-01T00:00:00Z"])  # type: ignore[assignment]
    insert_deferred(row)
    assert LimitCounter.objects.get(key="sql").until == datetime(2026, 1, 2, tzinfo=UTC)


def test_a_row_may_be_stored_with_what_is_asked_next() -> None:
    insert_deferred(OutboxMessage(channel="sms", recipient="+62", text="later"))
    assert OutboxMessage.objects.filter(recipient="+62").get().text == "later"


@pytest.mark.fast_path
def test_what_the_database_refuses_is_refused() -> None:
    phone = f"+62{uuid.uuid4().int % 10**9}"
    User.objects.create(phone=phone)
    insert_deferred(User(phone=phone))
    with pytest.raises(IntegrityError):
        User.objects.count()


def test_a_new_row_is_as_the_constructor_makes_it() -> None:
    user = User.objects.create(email="new@town.example")
    for values in ({"user": user, "name": "N"}, {"user_id": user.pk}, {"user": None}):
        built = build_row(Resident, **values)
        assert columns(built) == columns(Resident(**values))
        assert built._state.adding
    assert build_row(Resident, user=user).user is user
    assert build_row(Resident)._state.fields_cache == {}


def test_a_row_that_is_there_may_be_overwritten() -> None:
    for language in ("id", "en"):
        insert_deferred(User(phone="+62811000111", language=language), instead_of=("phone",))
    assert [each.language for each in User.objects.filter(phone="+62811000111")] == ["en"]


def test_a_row_is_stored_anew_as_the_orm_stores_it() -> None:
    user = User.objects.create(email="before@town.example", language="id")
    User.objects.filter(pk=user.pk).update(language="en")  # by somebody else, as nobody locked the row
    user.email = "after@town.example"
    del user.language
    update_deferred(user)
    stored = User.objects.get(pk=user.pk)
    assert (stored.email, stored.language) == ("after@town.example", "en")
    user.save()
    assert columns(User.objects.get(pk=user.pk)) == columns(stored)


def test_a_stored_column_may_be_sql() -> None:
    row = OutboxMessage.objects.create(channel="sms", recipient="+62", text="x")
    row.channel = RawSQL("lower(%s)", ["EMAIL"])  # type: ignore[assignment]
    update_deferred(row)
    row.refresh_from_db()
    assert (row.channel, row.text, row.recipient) == ("email", "x", "+62")
