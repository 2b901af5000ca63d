"""Actions on known devices, and records of changed second factors and failed sign-ins."""

from django.utils import timezone

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor
from kini.people import action_helpers, security_notifications
from kini.people.models import KnownDevice, User

#: Known devices per account; a new one replaces the least recently used.
MOST_DEVICES = 10


@action
def remember_device(*, by: Actor, user: User, device_hash: bytes, name: str) -> bool:
    """Record a sign-in on a device. Notify the person of a new device, except the first one of the account.

    Returns:
        True if the device is new to the account.

    Raises:
        NotAllowed: for somebody else's account.
    """
    action_helpers.require_self(by, user.pk)
    now = timezone.now()
    User.objects.select_for_update().get(pk=user.pk)  # of two concurrent sign-ins only one is the first
    others = user.known_devices.exists()
    _device, is_new = KnownDevice.objects.update_or_create(
        user=user, device_hash=device_hash, defaults={"name": name, "last_at": now}
    )
    if is_new:
        newest = user.known_devices.order_by("-last_at", "-pk").values("pk")[:MOST_DEVICES]
        user.known_devices.exclude(pk__in=list(newest.values_list("pk", flat=True))).delete()
        audit.record(by=by, action="people.new-device", subject=f"user:{user.pk}", detail={"device": name})
        if others:
            security_notifications.notify_new_device(user, name)
    return is_new


@action
def forget_device(*, by: Actor, device: KnownDevice) -> None:
    """Forget a device: the next sign-in there counts as one on a new device.

    Raises:
        NotAllowed: for somebody else's account.
    """
    action_helpers.require_self(by, device.user_id)
    device.delete()
    audit.record(by=by, action="people.device-forgotten", subject=f"user:{device.user_id}")


@action
def record_mfa_change(*, by: Actor, user: User, event: str) -> None:
    """Record that a second factor was added, removed or renewed, and notify all contacts of the person.

    Args:
        event: a key of `security_notifications.MFA_EVENT_LABELS`.

    Raises:
        NotAllowed: for somebody else's account.
    """
    action_helpers.require_self(by, user.pk)
    audit.record(by=by, action="people.second-step-changed", subject=f"user:{user.pk}", detail={"event": event})
    security_notifications.notify_mfa_changed(user, event)


@action
def record_failed_sign_in(*, by: Actor, user: User, step: str) -> None:
    """Record a wrong code for an account.

    Args:
        by: the actor who typed it, usually a guest.
        step: "code" or "second-step".
    """
    audit.record(by=by, action="people.sign-in-failed", subject=f"user:{user.pk}", detail={"step": step})
