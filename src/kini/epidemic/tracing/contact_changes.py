"""Parts of the actions on contacts: locks, checks of state, terms from exposures."""

from django.db.models import F
from django.utils.translation import gettext as _

from kini.core import audit, current_time
from kini.core.actors import ActionRefused, Actor
from kini.core.grants import Scope
from kini.epidemic.case_records.models import CaseExposure, CaseRecord
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.diseases.tracing_schema import Tracing
from kini.epidemic.permissions import EpidemicPermission
from kini.epidemic.tracing import rules
from kini.epidemic.tracing.models import Contact, ContactStatus, FollowUp
from kini.people.rules import require
from kini.web.formats import today

#: Exposure of a case record that names its source case.
CONTACT_EXPOSURE = "contact"


def tracing_of(disease: str) -> Tracing:
    """Return the section "tracing" of a disease.

    Raises:
        ActionRefused: if contacts of the disease are not traced.
    """
    tracing = disease_of(disease).tracing
    if tracing is None:
        raise ActionRefused(_("Contacts of this disease are not traced: houses around the case are inspected."))
    return tracing


def locked(by: Actor, contact: Contact, version: int | None = None) -> Contact:
    """Lock a contact that the actor may trace.

    Raises:
        NotAllowed: outside the actor's area.
        ActionRefused: if it changed since that version.
    """
    contact = Contact.objects.select_for_update().get(pk=contact.pk)
    require(by, EpidemicPermission.TRACE_CONTACTS, Scope(contact.agency_id, contact.area_path))
    if version is not None and version != contact.version:
        raise ActionRefused(_("A colleague changed this contact meanwhile. Look at it again, then decide."))
    return contact


def require_open(contact: Contact) -> None:
    """Raise ActionRefused after the follow-up has ended."""
    if not contact.is_open:
        raise ActionRefused(_("The follow-up of this contact has ended already."))


def require_words(typed: str) -> str:
    """Return a typed reason without blanks around it; raises ActionRefused if it is empty."""
    if not (words := typed.strip()):
        raise ActionRefused(_("Write the reason in a few words."))
    return words


def save(contact: Contact, *fields: str) -> None:
    """Store these fields and raise the version."""
    contact.version = F("version") + 1
    contact.save(update_fields=[*fields, "version"])
    contact.refresh_from_db(fields=["version"])


def subject_of(contact: Contact) -> str:
    """Return the subject of audit entries about a contact."""
    return f"epidemic-contact:{contact.pk}"


def apply_exposures(contact: Contact, tracing: Tracing) -> Contact:
    """Compute risk, terms and follow-up of a locked contact from its exposures."""
    exposures = list(contact.exposures.all())
    last = max(each.last_day for each in exposures)
    terms = rules.terms_of(tracing, last)
    restarted = last > contact.last_exposure_on
    contact.risk = max(each.risk for each in exposures)
    contact.first_exposure_on = min(each.first_day for each in exposures)
    contact.last_exposure_on, contact.follow_up_until = last, terms.follow_up_until
    contact.rule_since = terms.rule.since
    if restarted or contact.quarantine_reason != "test":
        contact.quarantine_until = terms.quarantine_until
        contact.quarantine_reason = "rule" if terms.quarantine_until else ""
    if contact.risk < terms.rule.from_score or terms.follow_up_until < today():
        contact.follow_up, contact.ended_at = FollowUp.NONE, current_time.now()
        contact.quarantine_until, contact.quarantine_reason = None, ""
    save(
        contact,
        *("risk", "first_exposure_on", "last_exposure_on", "follow_up_until", "rule_since"),
        *("quarantine_until", "quarantine_reason", "follow_up", "ended_at"),
    )
    return contact


def become_case(by: Actor, contact: Contact, case: CaseRecord) -> Contact:
    """Convert a locked contact whose person is that of the case."""
    contact.status, contact.follow_up = ContactStatus.CONVERTED, FollowUp.CANCELLED
    contact.ended_at, contact.became_case = contact.ended_at or current_time.now(), case
    save(contact, "status", "follow_up", "ended_at", "became_case")
    for each in contact.exposures.exclude(case=case):
        CaseExposure.objects.get_or_create(
            case=case,
            source_case_id=each.case_id,
            defaults={"exposure": CONTACT_EXPOSURE, "first_day": each.first_day, "last_day": each.last_day},
        )
    audit.record(
        by=by, action="epidemic.contact-converted", subject=subject_of(contact), detail={"case": case.reference}
    )
    return contact
