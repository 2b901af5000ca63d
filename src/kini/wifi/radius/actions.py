"""Load the access policies of the pack; register and forget devices for the operator."""

from datetime import timedelta

from django.utils.translation import gettext as _

from kini.core import audit, current_time, events
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.wifi import config
from kini.wifi.actions.reviews import reauthorize_sessions
from kini.wifi.events import DevicesSignedOut
from kini.wifi.guards import device_hash, find_group, require_system
from kini.wifi.models import Device, Group, SessionRule, SiteKind
from kini.wifi.radius.authorization import audit_subject, hours_as_json, sync_rows

MOST_DAYS = 730


@action
def load_policies(*, by: Actor) -> int:
    """Copy groups, session rules and opening hours from wifi.yaml to the tables that RADIUS decisions read.

    Groups that wifi.yaml no longer names are deactivated.

    Returns:
        The number of changed rows.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    require_system(by)
    network = config.network()
    groups = [
        Group(
            id=name,
            session_seconds=each.session_minutes and each.session_minutes * 60,
            idle_seconds=each.idle_minutes and each.idle_minutes * 60,
            down_bps=each.down_kbps and each.down_kbps * 1000,
            up_bps=each.up_kbps and each.up_kbps * 1000,
            daily_seconds=each.daily_minutes and each.daily_minutes * 60,
            daily_octets=each.daily_megabytes and each.daily_megabytes * 1_000_000,
            devices_at_once=each.devices_at_once,
        )
        for name, each in (network.groups if network else {}).items()
    ]
    kinds = [
        SiteKind(id=name, hours=hours_as_json(each.hours)) for name, each in (network.kinds if network else {}).items()
    ]
    sessions = [
        SessionRule(since=each.since, silent_seconds=each.silent_minutes * 60, keep_days=each.keep_days)
        for each in (network.sessions if network else [])
    ]
    changed = sync_rows(SiteKind, kinds) + sync_rows(Group, groups) + sync_rows(SessionRule, sessions)
    changed += SessionRule.objects.exclude(pk__in=[rule.pk for rule in sessions]).delete()[0]
    gone = Group.objects.exclude(pk__in=[group.pk for group in groups]).filter(active=True).update(active=False)
    if changed + gone:
        audit.record(by=by, action="wifi.policies-loaded", subject="wifi:policies", detail={"changed": changed + gone})
    return changed + gone


@action
def register_device(*, by: Actor, mac: str, group: str, days: int) -> Device:
    """Let a device in without signing in for some days; a blocked one stays blocked.

    Its running session gets the limits of the group.

    Raises:
        NotAllowed: if the actor is not the system.
        Refused: if `mac` is invalid, or the group is unknown.
    """
    require_system(by)
    if not 1 <= days <= MOST_DAYS:
        raise ActionRefused(_("Give 1 to %(days)d days.") % {"days": MOST_DAYS})
    mark, found = device_hash(mac), find_group(group)
    values = {"group": found, "voucher": None, "expires_at": current_time.now() + timedelta(days=days)}
    device, _new = Device.objects.update_or_create(mark=mark, defaults=values)
    audit.record(by=by, action="wifi.device-known", subject=audit_subject(mark), detail={"group": group, "days": days})
    reauthorize_sessions(by=by, devices=[mark], reason="group-changed")
    return device


@action
def forget_device(*, by: Actor, mac: str) -> bool:
    """Forget a device, end its sessions, and return True if it was known. A blocked device stays blocked.

    Raises:
        NotAllowed: if the actor is not the system.
        Refused: when it is no MAC address.
    """
    require_system(by)
    mark = device_hash(mac)
    known = bool(Device.objects.filter(mark=mark, blocked_at=None).delete()[0])
    audit.record(by=by, action="wifi.device-forgotten", subject=audit_subject(mark), detail={"known": known})
    events.publish(DevicesSignedOut(devices=[mark.hex()], reason="forgotten"))
    return known
