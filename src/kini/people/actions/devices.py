"""Actions around sign-in: remember and forget devices, note changed second steps and wrong codes."""

from django.utils import timezone

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor
from kini.people import keeping, security_notices
from kini.people.models import KnownDevice, User

#: More than a person has; a new device replaces the one used longest ago.
MOST_DEVICES = 10


@action
def remember_device(*, by: Actor, user: User, device_hash: bytes, name: str) -> bool:
    """Note a sign-in on a device. The person is told of a new device, except the first one of the account.

    Returns:
        Whether the device is new to the account.

    Raises:
        NotAllowed: when it is somebody else's account.
    """
    keeping.only(by, user.pk)
    now = timezone.now()
    User.objects.select_for_update().get(pk=user.pk)  # two sign-ins at once must not both be the first
    others = user.known_devices.exists()
    _device, is_new = KnownDevice.objects.update_or_create(
        user=user, device_hash=device_hash, defaults={"name": name, "last_at": now}
    )
    if is_new:
        newest = user.known_devices.order_by("-last_at", "-pk").values("pk")[:MOST_DEVICES]
        user.known_devices.exclude(pk__in=list(newest.values_list("pk", flat=True))).delete()
        audit.record(by=by, action="people.new-device", subject=f"user:{user.pk}", detail={"device": name})
        if others:
            security_notices.notify_new_device(user, name)
    return is_new


@action
def forget_device(*, by: Actor, device: KnownDevice) -> None:
    """Forget a device: a sign-in there counts as one on a new device again.

    Raises:
        NotAllowed: when it is somebody else's account.
    """
    keeping.only(by, device.user_id)
    device.delete()
    audit.record(by=by, action="people.device-forgotten", subject=f"user:{device.user_id}")


@action
def note_second_step(*, by: Actor, user: User, event: str) -> None:
    """Note that a second step was added, removed or renewed, and tell the person on all contacts.

    Args:
        event: a key of `security_notices.SECOND_STEPS`.

    Raises:
        NotAllowed: when it is somebody else's account.
    """
    keeping.only(by, user.pk)
    audit.record(by=by, action="people.second-step-changed", subject=f"user:{user.pk}", detail={"event": event})
    security_notices.notify_second_step(user, event)


@action
def note_failed_sign_in(*, by: Actor, user: User, step: str) -> None:
    """Note a wrong code for an account.

    Args:
        by: the actor who typed it, a guest as a rule.
        step: "code" or "second-step".
    """
    audit.record(by=by, action="people.sign-in-failed", subject=f"user:{user.pk}", detail={"step": step})
