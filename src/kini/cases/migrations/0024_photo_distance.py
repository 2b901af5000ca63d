from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0023_generic_plan")]

    operations = [
        migrations.AddField(
            model_name="attachment",
            name="metres_away",
            field=models.PositiveIntegerField(
                help_text="How far from the place of the case an officer's photo says it was taken.", null=True
            ),
        ),
    ]
