"""Reads of certificates: whose they are, what verifiers trust, what is published."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, QuerySet

from kini.city.public import pack
from kini.core import current_time, process_cache
from kini.core.actors import Actor
from kini.documents.public import signing_keys
from kini.people import queries as people_queries
from kini.people.models import Assurance, FamilyTie, Person, Resident
from kini.people.public import PersonDetails, details_of
from kini.vaccination.campaigns.campaign_files import vaccine_name
from kini.vaccination.certificates import issuing_keys
from kini.vaccination.certificates.business_rules import RuleSet, read_rules
from kini.vaccination.certificates.dose_content import certificate_codes
from kini.vaccination.certificates.models import Certificate, VerifierList
from kini.vaccination.certificates.trust import Trust, identifier_hashes, read_list
from kini.vaccination.doses.models import Dose
from kini.vaccination.doses.queries import doses_of

#: Bytes of a hash in the lists of the gatekeepers' page: enough that two are never alike by chance.
SHORT_HASH = 8


@dataclass(frozen=True, slots=True)
class DoseCertificate:
    """A dose with the certificate in force, if there is one, and the name of its vaccine."""

    dose: Dose
    certificate: Certificate | None
    vaccine: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody in the household of an account, with their doses."""

    resident: Resident
    doses: list[DoseCertificate]


def household(user_id: int | None) -> list[Resident]:
    """Profile of an account, then those without an account for whom it acts; only with a proved identity.

    A typed number could be that of another person, whose certificates nobody else may see.
    """
    if user_id is None:
        return []
    proved = Resident.objects.filter(assurance__gt=Assurance.TYPED).select_related("person")
    own = proved.filter(user=user_id).first()
    if own is None:
        return []
    members = FamilyTie.objects.filter(resident=own).values("member")
    return [own, *proved.filter(pk__in=members, user=None).order_by("pk")]


def holders(user_id: int | None) -> list[Holder]:
    """Household of an account, with the doses of which there are certificates."""
    return [Holder(each, certificates_of(each.person)) for each in household(user_id)]


def certificates_of(person: Person) -> list[DoseCertificate]:
    """Doses of a person of which there are certificates, with the one in force."""
    wanted = [dose for dose in doses_of(person) if certificate_codes(dose)]
    current = {each.dose_id: each for each in usable_certificates().filter(dose__in=wanted)}
    return [DoseCertificate(dose, current.get(dose.pk), vaccine_name(dose.vaccine)) for dose in wanted]


def usable_certificates() -> QuerySet[Certificate]:
    """Certificates that verifiers accept: in force, not expired, and of a key that the city publishes still."""
    rows = Certificate.objects.filter(revoked_at=None, expires_at__gt=current_time.now())
    try:
        keys = [key.trusted.key_id for key in issuing_keys.issuing_keys()]
    except signing_keys.KeyUnavailable:  # a file that cannot be read says nothing about the others
        return rows
    return rows.filter(key_id__in=keys)


def is_own(by: Actor, dose: Dose) -> bool:
    """Return whether a dose is of the actor, or of somebody for whom they act."""
    tree = people_queries.person_tree(dose.person_id)
    return any(each.person_id in tree for each in household(by.user_id))


def is_same_person(one: int, other: int) -> bool:
    """Return whether two ids are of one person."""
    return other in people_queries.person_tree(one)


def own_dose(by: Actor, reference: str) -> Dose:
    """The dose of a reference, if it is the actor's own.

    Raises:
        Dose.DoesNotExist: there is none, or it is somebody else's.
    """
    dose = Dose.objects.select_related("person", "agency").get(reference=reference)
    if not is_own(by, dose):
        raise Dose.DoesNotExist
    return dose


def details(dose: Dose) -> PersonDetails:
    """Details of the person of a dose, of the survivor of a merge."""
    return details_of(people_queries.root_of(dose.person))


def kind_of_list(data: bytes, issuer: str = "") -> str:
    """Kind of a file, "keys" or "rules".

    Raises:
        UnreadableList, UnreadableRules: it is neither.
    """
    try:
        content = json.loads(data)
    except ValueError:
        content = None
    first = content[0] if isinstance(content, list) and content else content
    if isinstance(first, dict) and ("Logic" in first or "valueSetId" in first):
        read_rules(content)
        return "rules"
    read_list(data, issuer=issuer)
    return "keys"


def trusted() -> Trust:
    """Trust of the city: its own keys and revocations, and the lists of others."""
    own = Trust(tuple(key.trusted for key in issuing_keys.issuing_keys()), frozenset(revoked_hashes()))
    return own.merged(_loaded(*_newest_list())[0])


def rules() -> RuleSet:
    """Business rules and value sets that were loaded."""
    return _loaded(*_newest_list())[1]


def _newest_list() -> tuple[datetime | None, int]:
    newest: datetime | None = VerifierList.objects.aggregate(at=Max("loaded_at"))["at"]
    return newest, VerifierList.objects.count()


@process_cache.cached(2)
def _loaded(_newest: datetime | None, _count: int) -> tuple[Trust, RuleSet]:
    trust, rule_set = Trust(), RuleSet()
    for each in VerifierList.objects.order_by("name"):
        if each.kind == "keys":
            trust = trust.merged(read_list(each.content.encode(), issuer=each.issuer))
        else:
            rule_set = rule_set.merged(read_rules(json.loads(each.content)))
    return trust, rule_set


def revoked_hashes() -> Iterator[bytes]:
    """Hashes of the city's revoked certificates that have not expired: of identifier, with country, of signature."""
    country = pack.current().country
    gone = Certificate.objects.filter(revoked_at__isnull=False, expires_at__gt=current_time.now())
    for identifier, signature_hash in gone.order_by("pk").values_list("identifier", "signature_hash"):
        yield from identifier_hashes(country, identifier)
        yield bytes(signature_hash)


def is_able_to_issue() -> bool:
    """Return whether the city has a valid key."""
    try:
        issuing_keys.signing_key()
    except signing_keys.KeyUnavailable:
        return False
    return True
