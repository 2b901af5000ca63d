"""Who comes in: what groups may do, vouchers, devices that are known or blocked."""

import secrets
from datetime import timedelta

from django.utils.translation import gettext as _

from kini.core import audit, moments
from kini.core.actions import action
from kini.core.actors import Actor, Refused
from kini.core.crypto import keyed_hash
from kini.core.references import ALPHABET
from kini.wifi import declared, rules
from kini.wifi.admission import DEVICE, bring_rows, device_subject, voucher_mark, written
from kini.wifi.models import Device, Group, SiteKind, Voucher
from kini.wifi.taking import only_program

MOST_VOUCHERS, MOST_DAYS = 5_000, 730
#: Letters of a voucher's code; 50 bits that nobody guesses.
CODE_LENGTH = 10


@action
def load_policies(*, by: Actor) -> int:
    """Bring what wifi.yaml says about groups and about the hours of kinds to where RADIUS decisions see it.

    A group that vanished from it lets nobody in any more.

    Returns:
        How many rows changed.

    Raises:
        NotAllowed: for anybody but a command of the program.
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
        )
        for name, each in (network.groups if network else {}).items()
    ]
    kinds = [SiteKind(id=name, hours=written(each.hours)) for name, each in (network.kinds if network else {}).items()]
    changed = bring_rows(SiteKind, kinds) + bring_rows(Group, groups)
    gone = Group.objects.exclude(pk__in=[group.pk for group in groups]).filter(active=True).update(active=False)
    if changed + gone:
        audit.record(by=by, action="wifi.policies-loaded", subject="wifi:policies", detail={"changed": changed + gone})
    return changed + gone


@action
def make_vouchers(*, by: Actor, group: str, count: int, days: int, label: str, devices: int | None = None) -> list[str]:
    """Make vouchers that let somebody in from now on for some days.

    Args:
        devices: how many may come in with each; None: any number.

    Returns:
        Their codes, which are known nowhere else from then on.

    Raises:
        NotAllowed: for anybody but a command of the program.
        Refused: when there is no such group, or there would be too many.
    """
    only_program(by)
    found = _group(group)
    if not (1 <= count <= MOST_VOUCHERS and 1 <= days <= MOST_DAYS and (devices is None or devices >= 1)):
        raise Refused(
            _("Make 1 to %(most)d vouchers, for 1 to %(days)d days.") % {"most": MOST_VOUCHERS, "days": MOST_DAYS}
        )
    now = moments.now()
    codes = ["".join(secrets.choice(ALPHABET) for _n in range(CODE_LENGTH)) for _n in range(count)]
    Voucher.objects.bulk_create(
        [
            Voucher(
                mark=voucher_mark(code),
                group=found,
                label=label,
                devices=devices,
                starts_at=now,
                ends_at=now + timedelta(days=days),
            )
            for code in codes
        ]
    )
    detail = {"group": group, "count": count, "days": days, "label": label, "devices": devices}
    audit.record(by=by, action="wifi.vouchers-made", subject=f"wifi-vouchers:{label[:80]}", detail=detail)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


@action
def withdraw_vouchers(*, by: Actor, label: str) -> int:
    """Take back the vouchers of a label that still hold; how many that were.

    Raises:
        NotAllowed: for anybody but a command of the program.
    """
    only_program(by)
    now = moments.now()
    count = Voucher.objects.filter(label=label, withdrawn_at=None, ends_at__gt=now).update(withdrawn_at=now)
    audit.record(
        by=by, action="wifi.vouchers-withdrawn", subject=f"wifi-vouchers:{label[:80]}", detail={"count": count}
    )
    return count


@action
def know_device(*, by: Actor, mac: str, group: str, days: int) -> Device:
    """Let a device in without signing in, for some days from now; one that was blocked stays so.

    Raises:
        NotAllowed: for anybody but a command of the program.
        Refused: when it is no MAC address, or there is no such group.
    """
    only_program(by)
    if not 1 <= days <= MOST_DAYS:
        raise Refused(_("Give 1 to %(days)d days.") % {"days": MOST_DAYS})
    mark, found = _mark(mac), _group(group)
    values = {"group": found, "voucher": None, "expires_at": moments.now() + timedelta(days=days)}
    device, _new = Device.objects.update_or_create(mark=mark, defaults=values)
    audit.record(by=by, action="wifi.device-known", subject=device_subject(mark), detail={"group": group, "days": days})
    return device


@action
def block_device(*, by: Actor, mac: str, blocked: bool) -> None:
    """Keep a device out, whatever it shows, or let it be again; it need not be known before.

    Raises:
        NotAllowed: for anybody but a command of the program.
        Refused: when it is no MAC address, or the city has no groups.
    """
    only_program(by)
    mark, now = _mark(mac), moments.now()
    if blocked and not Device.objects.filter(mark=mark).update(blocked_at=now):
        group = Group.objects.order_by("pk").first()
        if group is None:
            raise Refused(_("The pack names no groups (wifi.yaml)."))
        Device.objects.create(mark=mark, group=group, expires_at=now, blocked_at=now)
    if not blocked:
        Device.objects.filter(mark=mark).update(blocked_at=None)
    audit.record(
        by=by, action="wifi.device-blocked" if blocked else "wifi.device-released", subject=device_subject(mark)
    )


@action
def forget_device(*, by: Actor, mac: str) -> bool:
    """Forget a device, so that it signs in again; whether it was known. A blocked one stays blocked.

    Raises:
        NotAllowed: for anybody but a command of the program.
        Refused: when it is no MAC address.
    """
    only_program(by)
    mark = _mark(mac)
    known = bool(Device.objects.filter(mark=mark, blocked_at=None).delete()[0])
    audit.record(by=by, action="wifi.device-forgotten", subject=device_subject(mark), detail={"known": known})
    return known


def _group(name: str) -> Group:
    found = Group.objects.filter(pk=name, active=True).first()
    if found is None:
        known = ", ".join(Group.objects.filter(active=True).order_by("pk").values_list("pk", flat=True))
        raise Refused(_("There is no group “%(name)s”; there are: %(known)s") % {"name": name, "known": known or "-"})
    return found


def _mark(mac: str) -> bytes:
    try:
        return keyed_hash(rules.mac(mac), DEVICE)
    except ValueError as fault:
        raise Refused(str(fault)) from None
