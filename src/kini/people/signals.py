"""Receivers of sign-in signals: failed second factors, office days."""

from collections.abc import Collection
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from kini.core import security_log
from kini.people import actions, officer_access, queries
from kini.people.models import Resident, Session, User
from kini.people.persons import search_keys
from kini.people.persons.person_details import details_of_profile
from kini.people.sessions import OFFICER, hash_session_key


@receiver(authentication_failed, dispatch_uid="people.second-step-failed")
def note_failed_second_step(sender: type[Authenticator], request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Log and audit a wrong code of an app, or a wrong recovery code."""
    security_log.report("second-step-refused")
    actions.record_failed_sign_in(by=queries.actor_for(request), user=user, step="second-step")


@receiver(post_save, sender=Resident, dispatch_uid="people.search-keys")
def refresh_search_keys(
    sender: type[Resident], instance: Resident, created: bool, update_fields: Collection[str] | None, **kwargs: Any
) -> None:
    """Keep the keys by which likely duplicates are found in step with the profile."""
    if update_fields is not None and not {"name", "birth_date", "area"} & {*update_fields}:
        return
    if instance.name or not created:
        search_keys.refresh(instance.person_id, details_of_profile(instance), to_compare=True)


@receiver(user_logged_in, dispatch_uid="people.office-day-begins")
def begin_office_day(sender: type[User], request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Begin the office day of an officer; `sessions.begin_session` runs before and stores the type of session."""
    if not hasattr(request, "user"):  # sign-in outside the middleware
        request.user = user
    officer_access.ensure_office_day(request)


@receiver(user_logged_out, dispatch_uid="people.office-day-ends")
def end_office_day(sender: type[User], request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """End the office day of an officer who signs out of their last session."""
    if user is None or not request.session.get(OFFICER):
        return
    others = Session.objects.filter(user=user, expire_date__gt=timezone.now())
    if not others.exclude(pk=hash_session_key(request.session.session_key)).exists():
        actions.end_office_day(by=officer_access.BY, user=user)
