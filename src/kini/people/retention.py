"""Retention rules of this room: unused accounts, sessions, devices, register checks, access log."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import CASCADE, Exists, ForeignObjectRel, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from kini.core.actors import system
from kini.core.retention import DAY, YEAR, RetentionRule, chain_removal, row_removal, rules
from kini.people import actions
from kini.people.models import KnownDevice, OfficeDay, RegisterCheck, Session, UsedCredential, User

#: Age at which an account that was never used is removed.
UNUSED = 7 * DAY


def unused_accounts(before: datetime) -> QuerySet[User]:
    """Return accounts created before `before` that were never signed in to and that no lasting record names.

    A counter, an office or a message opens accounts for others. Their records would lose the person, or stop the
    removal of all others.
    """
    named = (
        Exists(relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")}))
        for relation in User._meta.get_fields(include_hidden=True)
        if isinstance(relation, ForeignObjectRel) and relation.on_delete is not CASCADE
    )
    return User.objects.filter(
        *(~each for each in named),
        last_login__isnull=True,
        created_at__lt=before,
        is_active=True,
        resident__isnull=True,
        officer__isnull=True,
        operator__isnull=True,
    )


def _remove_unused(batch: QuerySet[User]) -> None:
    actions.remove_unused_accounts(by=system("retention"), accounts=batch)


def register() -> None:
    """Register the rules; called once, from `AppConfig.ready`."""
    for rule in (
        RetentionRule(
            "people.unused-accounts",
            _("Numbers and addresses for which a code was requested and never used"),
            _("No longer needed"),
            UNUSED,
            row_removal(unused_accounts, delete=_remove_unused),
        ),
        RetentionRule(
            "people.sessions",
            _("Ended sessions: when and on which device somebody was signed in"),
            _("No longer needed"),
            timedelta(),
            row_removal(lambda before: Session.objects.filter(expire_date__lt=before)),
            transient=True,
        ),
        RetentionRule(
            "people.known-devices",
            _("Devices on which somebody signed in, under a hash"),
            _("A device that was not used for two years is a new one"),
            2 * YEAR,
            row_removal(lambda before: KnownDevice.objects.filter(last_at__lt=before)),
        ),
        RetentionRule(
            "people.office-days",
            _("The time until which programs may act at the desk for an officer"),
            _("No longer needed"),
            timedelta(),
            row_removal(lambda before: OfficeDay.objects.filter(until__lt=before)),
            transient=True,
        ),
        RetentionRule(
            "people.used-credentials",
            _("Codes and refresh tokens that a program exchanged, as hashes"),
            _("If they are used twice, the program's access ends"),
            timedelta(seconds=settings.IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN),
            row_removal(lambda before: UsedCredential.objects.filter(used_at__lt=before)),
        ),
        RetentionRule(
            "people.register-checks",
            _("Requests to the register of persons, with the consent to them"),
            _("The consent can be shown for as long as it may be requested"),
            2 * YEAR,
            row_removal(lambda before: RegisterCheck.objects.filter(ended_at__lt=before)),
        ),
        RetentionRule(
            "people.access-log",
            _("Access log: which officer looked at whose data, when, and why"),
            _("Misuse can be found for as long as claims may be made"),
            10 * YEAR,
            chain_removal("looks"),
        ),
    ):
        rules.register(rule.name, rule)
