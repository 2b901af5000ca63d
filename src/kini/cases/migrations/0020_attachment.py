"""The model of uploaded files has the glossary's name; its table stays as it is."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("cases", "0019_sql_files"), ("letters", "0006_letter_of_signed_document")]
    operations: ClassVar = [
        migrations.AlterModelTable("document", "cases_document"),
        migrations.RenameModel("Document", "Attachment"),
    ]
