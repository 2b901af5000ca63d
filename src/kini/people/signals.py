"""Receivers of allauth's signals about accounts; imported when the room is ready."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed
from django.dispatch import receiver
from django.http import HttpRequest

from kini.core import security_log
from kini.people import actions, queries
from kini.people.models import User


@receiver(authentication_failed, dispatch_uid="people.second-step-failed")
def note_failed_second_step(sender: type[Authenticator], request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Log and audit a wrong code of an app, or a wrong recovery code."""
    security_log.report("second-step-refused")
    actions.note_failed_sign_in(by=queries.actor_for(request), user=user, step="second-step")
