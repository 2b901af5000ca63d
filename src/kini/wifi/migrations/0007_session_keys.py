"""Key sessions by the device's keyed hash, detail files by their path.

Deletes earlier sessions, whose keys could be traced to devices. Detail files that still exist are read again.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("wifi", "0006_sessions")]

    operations = [
        migrations.RunSQL("TRUNCATE wifi_session, wifi_sessionday, wifi_detailmark", migrations.RunSQL.noop),
        migrations.AlterField("detailmark", "file", models.TextField(primary_key=True, serialize=False)),
    ]
