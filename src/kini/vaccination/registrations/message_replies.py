"""Registration by SMS and WhatsApp, without an account or a smartphone, by the keyword of a campaign.

VAKSIN                                for the owner of the phone, whose profile has the birth date
VAKSIN Siti Aminah#3-5-1955#AREA      for anybody; without the area: somebody who lives outside of the city
VAKSIN BATAL VR-7KQ2-M4XD             cancels
"""

import re
from collections.abc import Iterator

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.booking.public import SlotFull
from kini.city import queries as city_queries
from kini.city.public import pack
from kini.core import references
from kini.core.actors import ActionRefused, Actor, ActorKind, system
from kini.messages.models import InboundMessage
from kini.people import actions as people_actions
from kini.people.models import Resident, User
from kini.people.public import PersonDetails, contacts, details_of
from kini.vaccination.campaigns.campaign_files import campaign_of, campaigns
from kini.vaccination.registrations import actions, notifications, queries
from kini.vaccination.registrations.actions import PREFIX, Wish
from kini.vaccination.registrations.birth_dates import parse_birth_date
from kini.vaccination.registrations.models import Registration
from kini.vaccination.registrations.place_search import home_of, wish_of
from kini.vaccination.registrations.queries import Statements
from kini.vaccination.sites import appointments
from kini.web import formats
from kini.web.formats import today

BY = system("vaccination.registration")
_WORDS = re.compile(r"\s*([A-Za-z]{4,12})\b[\s:,.]*(.*)", re.DOTALL)
#: Word that cancels, in each language of the city.
CANCEL = gettext_lazy("CANCEL")
#: Times that are tried, when others take them first.
TRIES = 5


def receive_registration(inbound: InboundMessage) -> str | None:
    """Register, or cancel, by the keyword of a campaign; None for every other message.

    The sender's phone is an account from then on: signing in with it shows the registration. Idempotent: the same
    person is registered once.
    """
    match = _WORDS.match(inbound.text)
    named = match and next((name for name, each in campaigns().items() if each.keyword == match[1].upper()), None)
    if not match or not named or not inbound.sender:
        return None
    user = people_actions.open_account(by=BY, contact=contacts.Contact("phone", inbound.sender))
    with translation.override(user.language or pack.current().languages[0]):
        try:
            return _answer(user, named, match[2].strip())
        except ActionRefused as refusal:
            return str(refusal)


def _answer(user: User, campaign: str, words: str) -> str:
    by = Actor(ActorKind.RESIDENT, user.pk)
    first, _space, rest = words.partition(" ")
    if first.upper() in _cancel_words():
        return _cancel(by, rest)
    registration = _register_other(by, user, campaign, words) if words else _register_self(by, user, campaign)
    return _advice(campaign) if registration is None else _offer(by, registration)


def _cancel_words() -> Iterator[str]:
    for language in pack.current().languages:
        with translation.override(language):
            yield str(CANCEL)


def _cancel(by: Actor, typed: str) -> str:
    reference = references.parse(PREFIX, typed)
    row = queries.registrations().filter(reference=reference).first() if reference else None
    if row is None or not queries.may_change(by, row):
        return _("There is no registration of this number for your phone.")
    actions.cancel(by=by, registration=row)
    return _("{number} is cancelled. The place is free for somebody else.").format(number=row.reference)


def _register_self(by: Actor, user: User, campaign: str) -> Registration | None:
    profile = Resident.objects.filter(user=user).select_related("person__resident").first()
    if profile is None or profile.birth_date is None:
        return None
    return actions.register(by=by, person=profile.person, wish=Wish(campaign, channel="sms"))


def _register_other(by: Actor, user: User, campaign: str, words: str) -> Registration | None:
    name, *rest = (part.strip() for part in words.split("#"))
    if not rest or not any(letter.isalpha() for letter in name) or len(name) > 120:
        return None
    born, precision = parse_birth_date(rest[0], today())
    area = city_queries.area_by_name(rest[1]) if rest[1:] else None
    if rest[1:] and area is None:
        raise ActionRefused(_("There is no area {name}. Write its name as on the card.").format(name=rest[1]))
    details = PersonDetails(name, born, precision, area=area.pk if area else "")
    wish = Wish(campaign, Statements(lives_in_city=area is not None), channel="sms")
    return actions.register_other(by=by, registrar=user, details=details, wish=wish)


def _offer(by: Actor, registration: Registration) -> str:
    """Take the nearest and earliest place for a registration, if the rules allow one soon, and say what comes."""
    row = queries.registrations().get(pk=registration.pk)
    if row.state == "waiting":
        _book_nearest(by, row)
        row = queries.registrations().get(pk=row.pk)
    name, words = details_of(row.person).name, {"number": row.reference}
    if row.booking:
        slot = row.booking.slot
        return _(
            "{name}: {when}, {place}. Bring an identity or family card if there is one. To cancel: {words}"
        ).format(
            name=name,
            when=f"{formats.day(slot.starts_at)}, {formats.clock(slot.starts_at)}",
            place=notifications.place_name(row),
            words=f"{campaign_of(row.campaign).keyword} {CANCEL} {row.reference}",
        )
    if row.possible_from and row.possible_from > today():
        words["day"] = formats.day(row.possible_from)
        return _("{name} is registered: {number}. Possible from {day}. We write when the time has come.").format(
            name=name, **words
        )
    return _("{name} is registered: {number}. No place is free now. We write when there is one.").format(
        name=name, **words
    )


def _book_nearest(by: Actor, row: Registration) -> None:
    eligibility = queries.eligibility_of_registration(row, today())
    if eligibility.number != row.number or eligibility.earliest is None:
        return
    wish, near = wish_of(row, eligibility), home_of(row)
    for offer in appointments.sites_with(wish, near, count=1):
        for slot in appointments.open_slots(wish, offer.site.pk)[:TRIES]:
            try:
                actions.book(by=by, registration=row, slot=slot.slot)
            except SlotFull:
                continue
            return


def _advice(campaign: str) -> str:
    return _(
        "Write: {keyword} NAME#DATE OF BIRTH#AREA, for example {keyword} Siti Aminah#3-5-1955#name of the area"
    ).format(keyword=campaign_of(campaign).keyword)
