"""Functions and triggers as their files have them."""

from django.db import migrations

from kini.core.database.sql_files import LoadSql

FUNCTIONS = (
    "kini_book",
    "kini_book_for",
    "kini_booking_count",
    "kini_booking_offer",
    "kini_booking_room",
    "kini_booking_turn",
    "kini_booking_waits",
    "kini_rebook",
)


class Migration(migrations.Migration):
    dependencies = [("booking", "0005_model_names")]
    operations = [LoadSql("booking", name) for name in FUNCTIONS]
