"""Models get standard names; their tables keep theirs."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0016_rating_redaction")]

    operations = [
        migrations.AlterModelTable("Apart", "cases_apart"),
        migrations.RenameModel("Apart", "NotDuplicate"),
        migrations.AlterModelTable("Bulk", "cases_bulk"),
        migrations.RenameModel("Bulk", "BatchMove"),
        migrations.AlterModelTable("BulkCase", "cases_bulkcase"),
        migrations.RenameModel("BulkCase", "BatchMoveCase"),
    ]
