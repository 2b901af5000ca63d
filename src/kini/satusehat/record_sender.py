"""A record on its way to SATUSEHAT: the national record is brought into step with the record here as it is now.

Nothing is stored twice: resources have identifiers made of the record's uuid, a transaction stores all or none of them
unless they exist, and every further try looks first whether an earlier one was accepted although its answer was lost.
"""

from abc import ABC, abstractmethod
from datetime import date
from uuid import UUID

from kini.exchange.public import TemporaryFailure
from kini.people.models import Person
from kini.satusehat.fhir.transaction import Resources, bundle_of, digest_of, own_identifier
from kini.satusehat.fhir.vaccination import as_error
from kini.satusehat.models import NationalRecord
from kini.satusehat.national_patients import patient_number
from kini.satusehat.refused_records import DUPLICATE
from kini.satusehat.satusehat_client import Refused, SatusehatClient, client_of
from kini.satusehat.sent_record import SentRecord


class Sendable(ABC):
    """A record of the city as it is now: a dose, a laboratory result, a case record.

    Attributes:
        uuid: of which its identifiers at SATUSEHAT are made.
        facility: id of the unit whose organization sends it; None: it has none.
        day: on which it happened; SATUSEHAT accepts none before the organization's `earliest`.
        is_error: it is an error, and was perhaps never sent.
    """

    uuid: UUID
    facility: str | None
    day: date
    person: Person
    is_error: bool

    @abstractmethod
    def resources(self, client: SatusehatClient, patient: str, edition: int, *, withdrawn: bool = False) -> Resources:
        """Build its resources by role, "encounter" among them.

        Args:
            edition: as in `models.NationalRecord`.
            withdrawn: mark them as an error, also where the record stands.

        Raises:
            Refused: something of it has no number or code at SATUSEHAT.
        """


def send_record(record: NationalRecord, source: Sendable, *, again: bool) -> SentRecord:
    """Send a record, a correction of it, or that it is an error.

    Args:
        again: an earlier try may have been accepted.

    Raises:
        TemporaryFailure, Refused: it was not accepted.
    """
    client = client_of(source.facility)
    if client is None:
        raise TemporaryFailure("no organization is configured for the facility of this record")
    if source.day < client.earliest and not record.resources:
        return SentRecord("too-old", record.edition)
    patient, edition, known = patient_number(client, source.person), record.edition, dict(record.resources)
    if known and record.patient != patient:
        _withdraw(client, source, record)
        edition, known = edition + 1, {}
    resources = source.resources(client, patient, edition)
    digest = digest_of(resources)
    if known and digest == record.digest:
        return SentRecord("sent", edition, patient, known, digest)
    if not known and again:
        known = look_up(client, resources)
    if not known and source.is_error:
        return SentRecord("sent", edition)
    for role in known.keys() - resources.keys():  # such as the procedure of a dose that was not given after all
        resources[role] = as_error(client.read(known[role]))
    return SentRecord("sent", edition, patient, store(client, resources, known, source.uuid), digest)


def _withdraw(client: SatusehatClient, source: Sendable, record: NationalRecord) -> None:
    """Mark what was sent for another person as an error."""
    old = source.resources(client, record.patient, record.edition, withdrawn=True)
    resources = {role: each for role, each in old.items() if role in record.resources}
    client.transact(bundle_of(resources, record.resources, source.uuid))


def store(client: SatusehatClient, resources: Resources, known: dict[str, str], uuid: UUID) -> dict[str, str]:
    """Create or replace the resources in one transaction; return their references by role."""
    try:
        references = client.transact(bundle_of(resources, known, uuid))
    except Refused as refusal:
        is_duplicate = any(each.rule == DUPLICATE or each.code == "duplicate" for each in refusal.problems)
        if known or not is_duplicate or not (known := look_up(client, resources)):
            raise
        references = client.transact(bundle_of(resources, known, uuid))
    return dict(zip(resources, references, strict=True))


def look_up(client: SatusehatClient, resources: Resources) -> dict[str, str]:
    """Find what SATUSEHAT has of these resources, by their own identifiers; without the Encounter there is none."""
    known: dict[str, str] = {}
    for role, resource in resources.items():
        identifier, kind = own_identifier(resource), resource["resourceType"]
        stored = client.find(kind, identifier["system"], identifier["value"])
        if stored:
            known[role] = f"{kind}/{stored['id']}"
        elif role == "encounter":
            return {}
    return known
