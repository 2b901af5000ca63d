"""Models get standard names; their tables keep theirs."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("kini_messages", "0004_encrypted_messages")]

    operations = [
        migrations.AlterModelTable("Heard", "kini_messages_heard"),
        migrations.RenameModel("Heard", "InboundMessage"),
        migrations.AlterModelTable("Silence", "kini_messages_silence"),
        migrations.RenameModel("Silence", "OptOut"),
    ]
