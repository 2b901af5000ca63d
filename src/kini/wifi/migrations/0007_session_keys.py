"""Sessions are keyed by the device's keyed hash, detail files by their path. What was brought in before goes: its keys
could be reckoned back to devices. Files that are still there are read anew.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("wifi", "0006_sessions")]

    operations = [
        migrations.RunSQL("TRUNCATE wifi_session, wifi_sessionday, wifi_detailmark", migrations.RunSQL.noop),
        migrations.AlterField("detailmark", "file", models.TextField(primary_key=True, serialize=False)),
    ]
