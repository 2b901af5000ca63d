"""Models get standard names; their tables keep theirs."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("feeds", "0003_timetables")]

    operations = [
        migrations.AlterModelTable("Load", "feeds_load"),
        migrations.RenameModel("Load", "ImportRun"),
        migrations.AlterModelTable("Past", "feeds_past"),
        migrations.RenameModel("Past", "RecordVersion"),
    ]
