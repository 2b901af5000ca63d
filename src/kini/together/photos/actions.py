"""Photos of goods: added by a side, released or removed by an officer."""

from django.utils.translation import gettext as _

from kini.city.public import pack
from kini.core import audit, current_time, files
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.core.files import Upload
from kini.together.action_guards import acts_for_giver, is_contact, may_verify, require_user, require_verifier
from kini.together.help_refusals import constraints_as_refusals
from kini.together.models import Delivery, DeliveryPhoto, Pledge

#: Photos of one delivery.
MOST = 3


@action
def add_photo(*, by: Actor, pledge: Pledge, upload: Upload, without_faces: bool) -> DeliveryPhoto:
    """Add a photo of the delivered goods. Its metadata (place, time, device) is removed.

    Raises:
        NotAllowed: anybody but the two sides and officers of the area.
        FileRefused: no picture, damaged, or too large.
        ActionRefused: nothing was delivered, there are enough photos, it was used before, or may show a face.
    """
    place = pledge.line.need.beneficiary
    if not (acts_for_giver(by, pledge.giver) or is_contact(by, place) or may_verify(by, place)):
        raise NotAllowed(_("This pledge belongs to another giver."))
    if not without_faces:
        raise ActionRefused(_("Take a photo of the goods without any face, then say so."))
    delivery = Delivery.objects.select_for_update().filter(pledge=pledge).first()
    if delivery is None:
        raise ActionRefused(_("The deliverer has not recorded the delivery yet."))
    if delivery.photos.count() >= MOST:
        raise ActionRefused(_("This delivery has %(most)d photos already.") % {"most": MOST})
    stored = files.store(upload, accept=files.IMAGES, timezone=pack.current().timezone)
    with constraints_as_refusals():
        photo = DeliveryPhoto.objects.create(
            delivery=delivery,
            sha256=stored.sha256,
            source_sha256=stored.source_sha256,
            content_type=stored.content_type,
            size=stored.size,
            added_by_id=by.user_id,
            added_at=current_time.now(),
        )
    audit.record(by=by, action="together.photo-added", subject=f"pledge:{pledge.reference}")
    return photo


@action
def release_photo(*, by: Actor, photo: DeliveryPhoto) -> DeliveryPhoto:
    """Release a photo for everybody, after looking that it shows goods alone.

    Raises:
        NotAllowed: anybody but an officer of the area who is of no side.
        ActionRefused: by who added it, or when it was released.
    """
    pledge = _pledge(by, photo)
    if acts_for_giver(by, pledge.giver) or is_contact(by, pledge.line.need.beneficiary):
        raise NotAllowed(_("Somebody who is of neither side must decide."))
    photo = DeliveryPhoto.objects.select_for_update().get(pk=photo.pk)
    if photo.released_at:
        raise ActionRefused(_("This photo was released already."))
    photo.released_by_id, photo.released_at = require_user(by), current_time.now()
    with constraints_as_refusals():
        photo.save(update_fields=["released_by", "released_at"])
    audit.record(by=by, action="together.photo-released", subject=f"pledge:{pledge.reference}")
    return photo


@action
def remove_photo(*, by: Actor, photo: DeliveryPhoto) -> None:
    """Remove a photo that shows a person, or something else than the goods. The sweep deletes its file.

    Raises:
        NotAllowed: anybody but an officer of the area.
    """
    pledge = _pledge(by, photo)
    photo.delete()
    audit.record(by=by, action="together.photo-removed", subject=f"pledge:{pledge.reference}")


def _pledge(by: Actor, photo: DeliveryPhoto) -> Pledge:
    pledge = Pledge.objects.select_related("line__need__beneficiary__area", "giver").get(delivery=photo.delivery_id)
    require_verifier(by, pledge.line.need.beneficiary)
    return pledge
