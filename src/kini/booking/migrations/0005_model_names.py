"""Models get standard names; their tables keep theirs."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("booking", "0004_book_whole")]

    operations = [
        migrations.AlterModelTable("Turn", "booking_turn"),
        migrations.RenameModel("Turn", "QueueTicket"),
    ]
