"""The newest reports of a service are drawn on the map from one index."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0024_photo_distance'),
        ('reports', '0011_public_photos'),
        ('services', '0003_desk_independent_of'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='publication',
            name='reports_newest_service',
        ),
        migrations.AddIndex(
            model_name='publication',
            index=models.Index(condition=models.Q(('state', 'released')), fields=['service', '-opened_at', 'case'], include=('outcome', 'latitude', 'longitude', 'area_path'), name='reports_newest_of_service'),
        ),
    ]
