"""Load the access policies of the pack; register and forget devices for the operator."""

from datetime import timedelta

from django.utils.translation import gettext as _

from kini.core import audit, events, moments
from kini.core.actions import action
from kini.core.actors import Actor, Refused
from kini.wifi import declared
from kini.wifi.actions.reviews import review_sessions
from kini.wifi.admission import bring_rows, device_subject, written
from kini.wifi.events import DevicesSignedOut
from kini.wifi.models import Device, Group, SessionRule, SiteKind
from kini.wifi.taking import group_called, mark_of, only_program

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
    only_program(by)
    network = declared.network()
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
    kinds = [SiteKind(id=name, hours=written(each.hours)) for name, each in (network.kinds if network else {}).items()]
    sessions = [
        SessionRule(since=each.since, silent_seconds=each.silent_minutes * 60, keep_days=each.keep_days)
        for each in (network.sessions if network else [])
    ]
    changed = bring_rows(SiteKind, kinds) + bring_rows(Group, groups) + bring_rows(SessionRule, sessions)
    changed += SessionRule.objects.exclude(pk__in=[rule.pk for rule in sessions]).delete()[0]
    gone = Group.objects.exclude(pk__in=[group.pk for group in groups]).filter(active=True).update(active=False)
    if changed + gone:
        audit.record(by=by, action="wifi.policies-loaded", subject="wifi:policies", detail={"changed": changed + gone})
    return changed + gone


@action
def know_device(*, by: Actor, mac: str, group: str, days: int) -> Device:
    """Let a device in without signing in for some days; a blocked one stays blocked.

    Its running session gets the limits of the group.

    Raises:
        NotAllowed: if the actor is not the system.
        Refused: if `mac` is invalid, or the group is unknown.
    """
    only_program(by)
    if not 1 <= days <= MOST_DAYS:
        raise Refused(_("Give 1 to %(days)d days.") % {"days": MOST_DAYS})
    mark, found = mark_of(mac), group_called(group)
    values = {"group": found, "voucher": None, "expires_at": moments.now() + timedelta(days=days)}
    device, _new = Device.objects.update_or_create(mark=mark, defaults=values)
    audit.record(by=by, action="wifi.device-known", subject=device_subject(mark), detail={"group": group, "days": days})
    review_sessions(by=by, devices=[mark], reason="group-changed")
    return device


@action
def forget_device(*, by: Actor, mac: str) -> bool:
    """Forget a device, end its sessions, and return True if it was known. A blocked device stays blocked.

    Raises:
        NotAllowed: if the actor is not the system.
        Refused: when it is no MAC address.
    """
    only_program(by)
    mark = mark_of(mac)
    known = bool(Device.objects.filter(mark=mark, blocked_at=None).delete()[0])
    audit.record(by=by, action="wifi.device-forgotten", subject=device_subject(mark), detail={"known": known})
    events.announce(DevicesSignedOut(devices=[mark.hex()], reason="forgotten"))
    return known
