"""Photos of delivered goods."""

from django.db import models
from django.db.models import F, Q

from kini.people.models import User


class DeliveryPhoto(models.Model):
    """A photo of what was delivered, without metadata. Its two sides and officers see it; others once it was released.

    Attributes:
        source_sha256: of the file as it was sent; one photo proves one delivery.
        released_by: an officer who looked that no face is in it, and did not send it.
    """

    delivery = models.ForeignKey("together.Delivery", models.CASCADE, related_name="photos")
    sha256 = models.CharField(max_length=64)
    source_sha256 = models.CharField(max_length=64, unique=True)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    added_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField()
    released_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(released_by__isnull=True, released_at__isnull=True)
                | Q(released_by__isnull=False, released_at__isnull=False),
                name="together_photo_released",
            ),
            models.CheckConstraint(
                condition=Q(added_by__isnull=True) | Q(released_by__isnull=True) | ~Q(released_by=F("added_by")),
                name="together_photo_by_two_people",
            ),
        ]
        indexes = [models.Index(fields=["added_at"], name="together_photo_age")]
