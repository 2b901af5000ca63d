"""Work that nobody waits for."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from kini.core.actors import system
from kini.core.jobs import every
from kini.people import actions


@every("37 3 * * *", name="people.remove_unused_accounts")
def remove_unused_accounts() -> None:
    """A number for which a code was asked and never used does not stay."""
    actions.remove_unused_accounts(by=system("people.remove_unused_accounts"))


@every("41 * * * *", name="people.forget_sessions")
def forget_sessions() -> None:
    """Sessions that have ended say when somebody was here; they do not stay."""
    actions.forget_sessions(by=system("people.forget_sessions"), before=timezone.now())


@every("53 3 * * *", name="people.forget_used_credentials")
def forget_used_credentials() -> None:
    """Codes and refresh tokens that were exchanged are remembered for as long as a token of their family may live."""
    before = timezone.now() - timedelta(seconds=settings.IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN)
    actions.forget_used_credentials(by=system("people.forget_used_credentials"), before=before)
