"""Actions on contacts who become cases, and on those whose case turned out to be of somebody else."""

from django.utils.translation import gettext as _

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.epidemic.case_records.models import CaseExposure, CaseRecord
from kini.epidemic.tracing.contact_changes import CONTACT_EXPOSURE, become_case, locked, save, subject_of
from kini.epidemic.tracing.models import Contact, ContactStatus, FollowUp
from kini.people import queries as people_queries


@action
def convert_contact(*, by: Actor, contact: Contact, case: CaseRecord) -> Contact:
    """Let a contact become a case: the follow-up is cancelled, and the case names each source case as an exposure.

    Raises:
        NotAllowed: unless the actor traces contacts of the contact's area.
        ActionRefused: if the case is of another person or disease.
    """
    contact = locked(by, contact)
    if contact.status == ContactStatus.CONVERTED:
        return contact
    tree = people_queries.person_tree(contact.person_id)
    if case.disease != contact.disease or case.person_id not in tree:
        raise ActionRefused(_("This case record is of another person or disease."))
    return become_case(by, contact, case)


@action
def follow_again(*, by: Actor, contact: Contact) -> Contact:
    """Let somebody be a contact again whose case is of another person, after a merge was undone.

    The follow-up goes on to its last day, and then ends by the rule; the case loses the exposures that it took over.
    Somebody who has another follow-up of the disease by now has only that one.

    Raises:
        NotAllowed: unless the actor traces contacts of the contact's area.
    """
    contact = locked(by, contact)
    case = contact.became_case
    if case is None or case.person_id in people_queries.person_tree(contact.person_id):
        return contact
    for each in contact.exposures.all():
        taken = CaseExposure.objects.filter(case=case, source_case_id=each.case_id, exposure=CONTACT_EXPOSURE)
        taken.filter(first_day=each.first_day, last_day=each.last_day).delete()
    others = Contact.objects.filter(person_id=contact.person_id, disease=contact.disease, follow_up=FollowUp.UNDER)
    contact.status, contact.became_case = ContactStatus.ACTIVE, None
    if others.exists():
        contact.follow_up = FollowUp.NONE
    else:
        contact.follow_up, contact.ended_at = FollowUp.UNDER, None
    save(contact, "status", "follow_up", "ended_at", "became_case")
    audit.record(
        by=by, action="epidemic.contact-followed-again", subject=subject_of(contact), detail={"case": case.reference}
    )
    return contact
