"""Tables of the core: audit trail, blocks of chained tables, counters of limits, outbox messages."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from kini.core.actors import ActorKind
from kini.core.database.encryption import EncryptedLookupField, EncryptedTextField

ACTOR_KINDS = [(kind.value, kind.value) for kind in ActorKind]


class AuditEntry(models.Model):
    """An audit entry: actor, action, subject. Append-only: a trigger refuses updates and deletes."""

    at = models.DateTimeField(auto_now_add=True)
    actor_kind = models.CharField(max_length=10, choices=ACTOR_KINDS)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60, blank=True)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "id"], name="core_audit_subject"),
            models.Index(
                fields=["actor_id", "id"], name="core_audit_actor", condition=models.Q(actor_id__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"


class ChainBlock(models.Model):
    """Consecutive rows of a chained table, sealed (see core/chain). Append-only."""

    chain = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    first = models.BigIntegerField(help_text="The lowest key that the block covers.")
    last = models.BigIntegerField(help_text="The highest one.")
    rows = models.PositiveIntegerField()
    columns = ArrayField(models.TextField(), help_text="What was sealed of each row, its key first.")
    digest = models.BinaryField(max_length=32, help_text="SHA-256 over the rows' canonical form.")
    previous = models.BinaryField(max_length=32, help_text="The seal of the block before.")
    seal = models.BinaryField(max_length=32, help_text="Keyed digest over all of the above.")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain", "number"], name="core_chainblock_once"),
            models.UniqueConstraint(fields=["chain", "first"], name="core_chainblock_no_branch"),
            models.CheckConstraint(
                condition=models.Q(last__gte=models.F("first"), rows__gt=0), name="core_chainblock_of_rows"
            ),
        ]


class ChainRemoval(models.Model):
    """Record of chained rows that were removed under a retention rule. Append-only."""

    chain = models.CharField(max_length=40)
    subject = models.CharField(max_length=120, help_text="Number of the block, or the case's reference.")
    rule = models.CharField(max_length=200)
    at = models.DateTimeField()
    rows = models.PositiveIntegerField()
    digest = models.BinaryField(max_length=32, help_text="Of what was removed.")
    seal = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "subject"], name="core_chainremoval_once")]


class ChainTerm(models.Model):
    """The age below which rows of a chain are never removed. Written by the tables' owner alone."""

    chain = models.CharField(max_length=40, primary_key=True)
    table = models.CharField(max_length=63)
    key = models.CharField(max_length=63)
    at = models.CharField(max_length=63)
    days = models.PositiveIntegerField()


class ChainProposal(models.Model):
    """Key up to which a chain is sealed next, once the listed transactions are over."""

    chain = models.CharField(max_length=40, primary_key=True)
    last = models.BigIntegerField()
    writers = ArrayField(models.TextField())
    server = models.DateTimeField(help_text="When the database's server was started.")


class ChainShipment(models.Model):
    """Position up to which a chain was shipped to a file or syslog."""

    target = models.CharField(max_length=20)
    chain = models.CharField(max_length=40)
    position = models.BigIntegerField(help_text="Number of a block, or key of a row.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["target", "chain"], name="core_chainshipment_once")]


class LimitCounter(models.Model):
    """Counter of attempts within a window of time (see core/attempt_limits.py)."""

    key = models.CharField(max_length=120, primary_key=True)
    count = models.PositiveIntegerField()
    until = models.DateTimeField(db_index=True)


class OrphanedFile(models.Model):
    """A stored file that no row references, and since when (see core/orphaned_files.py)."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    since = models.DateTimeField()


class CacheEntry(models.Model):
    """Table of Django's database cache."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)


class OutboxMessage(models.Model):
    """An encrypted message that waits for delivery (see core/delivery.py)."""

    at = models.DateTimeField(auto_now_add=True)
    channel = models.CharField(max_length=10, choices=[(c, c) for c in ("sms", "email", "whatsapp", "push")])
    recipient = EncryptedLookupField(context="core.outbox.recipient")
    subject = EncryptedTextField(context="core.outbox.subject", blank=True)
    text = EncryptedTextField(context="core.outbox.text")

    class Meta:
        indexes = [models.Index(fields=["-at"], name="core_outbox_at")]


class ImportRun(models.Model):
    """One load of a table: who loaded which file, and what it changed (see core/table_import)."""

    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10, choices=ACTOR_KINDS)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60, blank=True)
    table = models.CharField(max_length=120, help_text="Label of the model.")
    scope = models.JSONField(default=dict, help_text="Values that mark the rows that were compared.")
    file = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    total = models.PositiveIntegerField(help_text="Rows of the file.")
    added = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    removed = models.PositiveIntegerField()
    unchanged = models.PositiveIntegerField()
    frozen = models.PositiveIntegerField(help_text="Rows that differ and may not be changed.")
    faulty = models.PositiveIntegerField(help_text="Rows with errors.")
    errors = models.JSONField(default=list, help_text="The first errors, without the values of cells.")
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.table} {self.file}"


class ImportChange(models.Model):
    """A row as it stood before and after an import, by which the import can be undone.

    Rows that were added to a table that only loads change have one record together, with `keys`.
    """

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="changes")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    keys = models.TextField(blank=True, help_text="Ranges of the keys of added rows (an int8multirange).")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(before__isnull=False) | models.Q(after__isnull=False) | ~models.Q(keys=""),
                name="core_importchange_of_something",
            )
        ]
