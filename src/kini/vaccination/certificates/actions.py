"""Actions on certificates: issue and revoke those of the city, load and remove lists of others."""

from datetime import timedelta

from django.utils.translation import gettext as _

from kini.city.public import pack
from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed, require_system
from kini.documents.public import signing_keys
from kini.vaccination.certificates import business_rules, hc1, issuing_keys, queries, trust, uvci
from kini.vaccination.certificates.dose_content import content_of
from kini.vaccination.certificates.models import Certificate, VerifierList
from kini.vaccination.doses.models import Dose

LIFETIME = timedelta(days=365)
#: A certificate that ends sooner is renewed when its owner asks for it.
RENEWED_BEFORE = timedelta(days=30)
LARGEST_LIST = 20_000_000


@action
def issue_certificate(*, by: Actor, dose: Dose) -> Certificate:
    """Issue the certificate of a standing dose, or return the one in force.

    Raises:
        NotAllowed: unless the dose is the actor's own, or of somebody in their household.
        ActionRefused: for a dose that was not given, a vaccine without certificates, a person without a birth date, or
            while the city has no key.
    """
    _require_own(by, dose)
    dose = Dose.objects.select_for_update(of=("self",)).select_related("agency", "person__resident").get(pk=dose.pk)
    now = current_time.now()
    current = Certificate.objects.filter(dose=dose, revoked_at=None).first()
    if (
        current
        and current.expires_at > now + RENEWED_BEFORE
        and queries.usable_certificates().filter(pk=current.pk).exists()  # the key may have been withdrawn
    ):
        return current
    if dose.state != "given":
        raise ActionRefused(_("There is no certificate of a dose that was not given."))
    identifier = uvci.new_identifier(pack.current().country)
    content = content_of(dose, identifier)
    if current:
        _revoke(by, current, "renewed")
    return _issue(by, dose, identifier, content)


def _issue(by: Actor, dose: Dose, identifier: str, content: dict[str, object]) -> Certificate:
    now = current_time.now()
    try:
        key = issuing_keys.signing_key()
    except signing_keys.KeyUnavailable:
        raise ActionRefused(_("The city cannot sign certificates now. Try again later.")) from None
    assert key.signer is not None  # of a key that signs
    expires_at = min(now + LIFETIME, key.certificate.not_valid_after_utc).replace(microsecond=0)
    code, signature = hc1.issue(
        content,
        key=key.signer,
        key_id=key.trusted.key_id,
        issuer=pack.current().country,
        issued_at=now,
        expires_at=expires_at,
    )
    certificate = Certificate.objects.create(
        dose=dose,
        identifier=identifier,
        code=code,
        key_id=key.trusted.key_id,
        signature_hash=trust.signature_hash(signature, is_ecdsa=True),
        issued_at=now,
        expires_at=expires_at,
    )
    audit.record(by=by, action="vaccination.certificate-issued", subject=f"dose:{dose.reference}")
    return certificate


@action
def revoke_certificate(*, by: Actor, certificate: Certificate, because: str) -> Certificate:
    """Revoke a certificate; nothing happens to one that is revoked already.

    Args:
        because: of `Certificate.CAUSES`.

    Raises:
        NotAllowed: unless it is the actor's own, or of somebody in their household.
    """
    _require_own(by, certificate.dose)
    current = Certificate.objects.select_for_update(of=("self",)).select_related("dose").get(pk=certificate.pk)
    if current.revoked_at is None:
        _revoke(by, current, because)
    return current


@action
def follow_dose(*, by: Actor, dose: Dose, person: int) -> Certificate | None:
    """Revoke the certificate of a dose that was changed; issue a new one if the dose still stands for the same person.

    Args:
        person: id of the person whose dose it was before.

    Raises:
        NotAllowed: unless the system is the actor.
    """
    _require_system(by)
    current = Certificate.objects.select_for_update(of=("self",)).filter(dose=dose, revoked_at=None).first()
    if current is None:
        return None
    dose = Dose.objects.select_related("agency", "person__resident").get(pk=dose.pk)
    _revoke(by, current, "changed")
    if dose.state != "given" or not queries.is_same_person(dose.person_id, person):
        return None
    identifier = uvci.new_identifier(pack.current().country)
    try:
        return _issue(by, dose, identifier, content_of(dose, identifier))
    except ActionRefused:
        return None  # the owner gets one, or the reason, when they ask


def _revoke(by: Actor, certificate: Certificate, because: str) -> None:
    certificate.revoked_at, certificate.revoked_because = current_time.now(), because
    certificate.save(update_fields=["revoked_at", "revoked_because"])
    detail = {"because": because}
    audit.record(
        by=by, action="vaccination.certificate-revoked", subject=f"dose:{certificate.dose.reference}", detail=detail
    )


@action
def log_look(*, by: Actor, certificate: Certificate) -> None:
    """Log that somebody opened a certificate, as page or PDF.

    Raises:
        NotAllowed: unless it is their own, or of somebody in their household.
    """
    _require_own(by, certificate.dose)
    subject = f"dose:{certificate.dose.reference}"
    audit.record(by=by, action="vaccination.certificate-opened", subject=subject)


@action
def load_list(*, by: Actor, name: str, data: bytes, issuer: str = "") -> VerifierList:
    """Load a file of trusted keys, revocations, or business rules, in place of the one of this name.

    Raises:
        NotAllowed: unless the system is the actor.
        ActionRefused: for a file that is too large or cannot be read.
    """
    _require_system(by)
    if len(data) > LARGEST_LIST:
        raise ActionRefused(_("The file is too large."))
    try:
        kind = queries.kind_of_list(data, issuer)
    except (trust.UnreadableList, business_rules.UnreadableRules) as error:
        raise ActionRefused(_("This file cannot be used: %(reason)s.") % {"reason": error}) from None
    values = {"kind": kind, "issuer": issuer, "content": data.decode(), "loaded_at": current_time.now()}
    stored, _made = VerifierList.objects.update_or_create(name=name, defaults=values)
    audit.record(by=by, action="vaccination.list-loaded", subject=f"verifier-list:{name}", detail={"kind": kind})
    return stored


@action
def remove_list(*, by: Actor, name: str) -> None:
    """Remove a loaded file.

    Raises:
        NotAllowed: unless the system is the actor.
        ActionRefused: if there is none of this name.
    """
    _require_system(by)
    removed, _rows = VerifierList.objects.filter(name=name).delete()
    if not removed:
        raise ActionRefused(_("There is no list of this name."))
    audit.record(by=by, action="vaccination.list-removed", subject=f"verifier-list:{name}")


def _require_own(by: Actor, dose: Dose) -> None:
    if by.kind is not ActorKind.SYSTEM and not queries.is_own(by, dose):
        raise NotAllowed(_("This certificate is not yours."))


def _require_system(by: Actor) -> None:
    require_system(by)
