"""Notices and the invariants that the database keeps."""

from django.db import models
from django.db.models import Q


class Notice(models.Model):
    """A notice on the board, shown up to and including its last day.

    Attributes:
        press_receipt: the press's own reference; empty until it took the notice.
    """

    title = models.CharField(max_length=120)
    text = models.TextField()
    posted_at = models.DateTimeField()
    last_day = models.DateField()
    press_receipt = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="noticeboard_notice_has_a_title"),
            models.CheckConstraint(condition=~Q(text=""), name="noticeboard_notice_has_a_text"),
        ]
