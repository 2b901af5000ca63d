"""Doses given elsewhere are kept fresh, for persons who agreed: before their eligibility is shown, and by night."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from kini.core import current_time
from kini.core.actors import system
from kini.people.models import Person
from kini.people.public import has_profile
from kini.records import queries as record_queries
from kini.satusehat import actions
from kini.satusehat.models import PullRequest
from kini.satusehat.satusehat_client import clients
from kini.vaccination.models import Registration
from kini.vaccination.public import ElsewhereNote
from kini.web import formats

BY = system("satusehat.pull")
#: Age of a pull up to which it is not repeated for a page; of the newest one that is repeated by night.
FRESH, STALE = timedelta(days=1), timedelta(days=30)
#: Time after which an answer is called slow; appointments before which doses are pulled; pulls of one night.
SLOW, AHEAD, MOST = timedelta(minutes=1), timedelta(days=2), 5000


def before_eligibility(person: Person) -> ElsewhereNote | None:
    """Begin to pull the doses of a person who agreed, at most once a day; return what their page says about it."""
    if not clients() or not has_profile(person):
        return None
    link = reverse("satusehat:fetch")
    if not record_queries.is_consent_in_force(person.resident.pk, actions.PULL_CONSENT):
        if person.resident.user_id is None:
            return None  # the page to agree is that of an account
        return ElsewhereNote(_("Were you vaccinated elsewhere?"), link=link, link_text=_("Fetch those doses first"))
    last = actions.refresh_pull(by=BY, person=person, older_than=FRESH)
    if last.outcome == "done":
        return None
    done = PullRequest.objects.filter(person=person, outcome="done").order_by("-done_at").first()
    known = _("as they were on %(day)s") % {"day": formats.day_long(done.done_at)} if done and done.done_at else ""
    if last.outcome == "" and current_time.now() < last.asked_at + SLOW:
        return ElsewhereNote(_("Your doses from other places are being fetched. Open this page again in a moment."))
    if known:
        words = _("SATUSEHAT does not answer now. This uses your doses from other places %(known)s.") % {"known": known}
    else:
        words = _("SATUSEHAT does not answer now. This uses only the doses that the city has.")
    return ElsewhereNote(words, "warn", link, _("See more"))


def due_by_night() -> Iterator[Person]:
    """Yield persons whose doses are pulled tonight: an appointment is near, or the last pull is old."""
    now = current_time.now()
    soon = Registration.objects.filter(state="booked", booking__slot__starts_at__range=(now, now + AHEAD))
    pulled = PullRequest.objects.values("person").annotate(at=Max("asked_at"), open=Count("pk", filter=Q(outcome="")))
    old = pulled.filter(Q(at__lt=now - STALE) | Q(at__lt=now - FRESH, person__in=soon.values("person")), open=0)
    persons = Person.objects.filter(pk__in=old.values("person")).select_related("resident")
    agreed = record_queries.with_consent(persons, actions.PULL_CONSENT, resident="resident__pk")
    yield from agreed.order_by("pk")[:MOST]
