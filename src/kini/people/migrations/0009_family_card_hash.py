"""Compute the keyed hash of stored family cards whose keys are still there."""

from django.db import migrations

from kini.core.crypto import DecryptionError, keyed_hash, decrypt

BATCH = 2000


def hash_cards(apps, schema_editor):
    residents = apps.get_model("people", "Resident").objects
    rows = residents.filter(family_card_sealed__isnull=False, family_card_hash=None).order_by("pk")
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        for row in batch:
            row.family_card_hash = _hash_of(row)
        residents.bulk_update(batch, ["family_card_hash"])
        last = batch[-1].pk


def _hash_of(row):
    try:
        card = decrypt(row.family_card_sealed, f"resident:{row.pk}:family_card_sealed").decode()
    except DecryptionError:
        return None
    return keyed_hash("".join(filter(str.isalnum, card)).upper(), "people.family-card")


class Migration(migrations.Migration):
    dependencies = [("people", "0008_access_log")]
    operations = [migrations.RunPython(hash_cards, migrations.RunPython.noop)]
