"""Versions show public copies of photos. Those that were public are their own copies: without metadata, nothing covered."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

_COPIES = """
    ALTER TABLE reports_publicversion DISABLE TRIGGER reports_version_guarded;
    INSERT INTO reports_publicphoto (publication_id, source_id, areas, sha256, size, at, by_id)
    SELECT DISTINCT ON (publication_id, photo.id) publication_id, photo.id, '[]'::jsonb, sha256, size, version.at, by_id
    FROM reports_publicversion AS version JOIN cases_document AS photo ON photo.id IN (before_id, after_id)
    WHERE sha256 <> '' AND size > 0
    ORDER BY publication_id, photo.id, version.number;
    UPDATE reports_publicversion AS version SET
        before_copy_id = (SELECT id FROM reports_publicphoto AS copy
            WHERE copy.publication_id = version.publication_id AND source_id = before_id),
        after_copy_id = (SELECT id FROM reports_publicphoto AS copy
            WHERE copy.publication_id = version.publication_id AND source_id = after_id)
    WHERE before_id IS NOT NULL OR after_id IS NOT NULL;
    SET CONSTRAINTS ALL IMMEDIATE;
    ALTER TABLE reports_publicversion ENABLE TRIGGER reports_version_guarded;
"""


def _copy_column(name: str) -> migrations.AddField:
    field = models.ForeignKey(
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.RESTRICT,
        related_name="+",
        to="reports.publicphoto",
    )
    return migrations.AddField("publicversion", name, field)


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0010_areas"),
        ("cases", "0023_generic_plan"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="PublicPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "areas",
                    models.JSONField(
                        help_text="Covered rectangles: left, top, right, bottom in thousandths of the photo."
                    ),
                ),
                ("sha256", models.CharField(db_index=True, max_length=64)),
                ("size", models.PositiveIntegerField()),
                (
                    "at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "publication",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="photos", to="reports.publication"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.attachment",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("sha256", ""), _negated=True), ("size__gt", 0)),
                        name="reports_public_photo_whole",
                    )
                ]
            },
        ),
        _copy_column("before_copy"),
        _copy_column("after_copy"),
        migrations.RunSQL(_COPIES, migrations.RunSQL.noop),
        migrations.RemoveField("publicversion", "before"),
        migrations.RemoveField("publicversion", "after"),
        migrations.RenameField("publicversion", "before_copy", "before"),
        migrations.RenameField("publicversion", "after_copy", "after"),
    ]
