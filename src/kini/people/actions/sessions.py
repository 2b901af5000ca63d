"""Actions that end sessions."""

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor
from kini.people import action_helpers
from kini.people.models import Session, User


@action
def end_session(*, by: Actor, session: Session) -> None:
    """Sign out one browser.

    Raises:
        NotAllowed: for somebody else's session.
    """
    action_helpers.require_self(by, session.user_id)
    session.delete()
    audit.record(by=by, action="people.session-ended", subject=f"user:{session.user_id}")


@action
def end_other_sessions(*, by: Actor, user: User, but: str = "", device: bytes = b"") -> int:
    """Sign out every browser of a person except session `but` (hashed key), and forget all other devices.

    Returns:
        Number of ended sessions.

    Raises:
        NotAllowed: for somebody else's account.
    """
    action_helpers.require_self(by, user.pk)
    count, _rows = Session.objects.filter(user=user).exclude(session_key=but).delete()
    user.known_devices.exclude(device_hash=device).delete()
    audit.record(by=by, action="people.sessions-ended", subject=f"user:{user.pk}", detail={"count": count})
    return count
