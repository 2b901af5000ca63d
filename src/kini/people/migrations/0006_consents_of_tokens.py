"""Create consents from the scopes of tokens that were issued before consents were stored."""

from collections import defaultdict

from django.db import migrations
from django.utils import timezone

from kini.people.encrypted_fields import pairwise_subject


def record_consents(apps, schema_editor):
    Token = apps.get_model("allauth_idp_oidc", "Token")
    ProgramConsent = apps.get_model("people", "ProgramConsent")
    held = defaultdict(list)
    living = Token.objects.filter(type__in=("at", "rt"), user__isnull=False, client__isnull=False)
    for token in living.exclude(expires_at__lte=timezone.now()):
        held[token.user_id, token.client_id].append(token)
    ProgramConsent.objects.bulk_create(
        ProgramConsent(
            user_id=user,
            client_id=client,
            subject=pairwise_subject(client, user),
            scopes=sorted({scope for token in tokens for scope in token.scopes.split()}),
            allowed_at=min(token.created_at for token in tokens),
        )
        for (user, client), tokens in held.items()
    )


class Migration(migrations.Migration):
    dependencies = [("people", "0005_program_consents")]
    operations = [migrations.RunPython(record_consents, migrations.RunPython.noop)]
