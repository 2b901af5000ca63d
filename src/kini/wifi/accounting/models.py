"""Models of accounting: offsets of detail files, and pseudonym keys. The session table is defined in SQL
(migrations/0006_sessions.py).
"""

from django.db import models
from django.db.models import Q


class DetailMark(models.Model):
    """Offset up to which a detail file of FreeRADIUS was imported.

    Attributes:
        file: absolute path, since files of several servers have the same names.
        rejected: number of malformed records.
    """

    file = models.TextField(primary_key=True)
    offset = models.PositiveBigIntegerField(default=0)
    packets = models.PositiveBigIntegerField(default=0)
    rejected = models.PositiveBigIntegerField(default=0)


class PseudonymKey(models.Model):
    """Key of the pseudonyms of one month's sessions (`pseudonyms`).

    Attributes:
        month: its first day, by the city's calendar.
        key: encrypted; None: destroyed, so pseudonyms can no longer be recomputed.
    """

    month = models.DateField(primary_key=True)
    key = models.BinaryField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(month__day=1), name="wifi_pseudonym_month")]
