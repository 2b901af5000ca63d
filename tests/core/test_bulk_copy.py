"""COPY over Django's connection."""

import pytest
from django.db import OperationalError, connection

from kini.core.database.bulk import open_copy

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_copy_whose_connection_is_lost_fails_as_any_statement_does():
    try:
        with (
            pytest.raises(OperationalError),
            open_copy("COPY (SELECT pg_terminate_backend(pg_backend_pid())) TO STDOUT") as copy,
        ):
            list(copy)
    finally:
        connection.close()


def test_what_is_copied_in_and_out_is_the_same():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE copied (number integer, word text)")
    with open_copy("COPY copied FROM STDIN") as copy:
        for row in ((1, "one"), (2, "a\tb")):
            copy.write_row(row)
    with open_copy("COPY (SELECT word FROM copied WHERE number = %(number)s) TO STDOUT", {"number": 2}) as copy:
        assert [bytes(part) for part in copy] == [b"a\\tb\n"]
