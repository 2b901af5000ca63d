"""Registration by SMS and WhatsApp, without an account or a smartphone, by the keyword of a campaign.

VAKSIN                                for the owner of the phone, whose profile has the birth date
VAKSIN Siti Aminah#3-5-1955#AREA      for anybody; without the area: somebody who lives outside of the city
VAKSIN BATAL VR-7KQ2-M4XD             cancels
VAKSIN TUNGGU VR-7KQ2-M4XD            waits today for a dose that is left over; without a number if there is only one
VAKSIN DATANG, VAKSIN TIDAK           answers the call for such a dose
"""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.city import queries as city_queries
from kini.city.public import pack
from kini.core import references
from kini.core.actors import ActionRefused, Actor, ActorKind, system
from kini.messages.models import InboundMessage
from kini.people import actions as people_actions
from kini.people.models import Resident, User
from kini.people.public import PersonDetails, contacts, details_of
from kini.vaccination.campaigns.campaign_files import campaign_of, campaigns
from kini.vaccination.registrations import actions, doses_together, notifications, queries, together_actions
from kini.vaccination.registrations.actions import PREFIX, Wish
from kini.vaccination.registrations.birth_dates import parse_birth_date
from kini.vaccination.registrations.models import Registration
from kini.vaccination.registrations.place_search import offers_of, waiting_sites, wish_of
from kini.vaccination.registrations.queries import Statements
from kini.vaccination.registrations.standby_actions import answer_standby
from kini.vaccination.sites import appointments, standby
from kini.vaccination.sites.models import StandbyRequest
from kini.vaccination.sites.notifications import COMING
from kini.vaccination.sites.site_points import site_address
from kini.web import formats
from kini.web.formats import today

BY = system("vaccination.registration")
_WORDS = re.compile(r"\s*([A-Za-z]{4,12})\b[\s:,.]*(.*)", re.DOTALL)
#: Word that cancels, in each language of the city.
CANCEL = gettext_lazy("CANCEL")
#: Words of the waiting list of today; `COMING` answers a call.
WAIT, DECLINE = gettext_lazy("WAIT"), gettext_lazy("NO")
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
    if first.upper() in _words_of(CANCEL):
        return _cancel(by, rest)
    if first.upper() in _words_of(WAIT):
        return _wait(by, user, campaign, rest)
    if not rest and first.upper() in (*_words_of(COMING), *_words_of(DECLINE)):
        return _answer_call(by, user, campaign, coming=first.upper() in _words_of(COMING))
    registration = _register_other(by, user, campaign, words) if words else _register_self(by, user, campaign)
    return _advice(campaign) if registration is None else _offer(by, registration)


def _words_of(word: Promise) -> list[str]:
    """Return a word in each language of the city."""
    words = []
    for language in pack.current().languages:
        with translation.override(language):
            words.append(str(word))
    return words


def _wait(by: Actor, user: User, campaign: str, typed: str) -> str:
    """Put somebody whom this phone registered on the waiting list of today of the nearest site."""
    reference = references.parse(PREFIX, typed) if typed else ""
    rows = queries.own_registrations(user).filter(campaign=campaign, state="waiting")
    waiting = list(rows.filter(reference=reference) if typed else rows[:2])
    keyword = campaign_of(campaign).keyword
    if not waiting:
        return _("There is no registration of this number for your phone.") if typed else _advice(campaign)
    if len(waiting) > 1:
        return _("You registered several people. Write who waits: {words}").format(
            words=f"{keyword} {WAIT} {waiting[0].reference}"
        )
    row = waiting[0]
    eligibility = queries.eligibility_of_registration(row, today())
    sites = waiting_sites(row, eligibility)
    name = details_of(row.person).name
    if not sites:
        return _("There is no place to wait for {name} today. The registration stays.").format(name=name)
    vaccines = [option.vaccine for option in eligibility.options]
    standby.join(by=by, person=row.person, user=user, site=sites[0], campaign=campaign, vaccines=vaccines)
    return _(
        "{name} waits today for {site}, {where}. If a dose is left, we write. Answer within 15 minutes: {yes} or {no}"
    ).format(
        name=name,
        site=sites[0].name,
        where=site_address(sites[0]),
        yes=f"{keyword} {COMING}",
        no=f"{keyword} {DECLINE}",
    )


def _answer_call(by: Actor, user: User, campaign: str, *, coming: bool) -> str:
    """Answer the calls of today for people whom this phone registered. The same message again says the same."""
    states = ("called", "coming") if coming else ("called", "coming", "declined")
    calls = StandbyRequest.objects.filter(user=user, campaign=campaign, day=today(), state__in=states)
    answered = [answer_standby(by=by, request=each, coming=coming) for each in calls.order_by("pk")]
    if not answered:
        return _("There is no call for your phone now.")
    if not coming:
        return _("The dose goes to the next person. The registration stays.")
    return " ".join(map(_place_of, answered))


def _place_of(request: StandbyRequest) -> str:
    assert request.booking
    words = _("{name}: {number}. Be at {site}, {where}, before {closes}. Bring an identity card if you have one.")
    return words.format(
        name=details_of(request.person).name,
        number=request.booking.reference,
        site=request.site.name,
        where=site_address(request.site),
        closes=formats.clock(request.booking.slot.ends_at),
    )


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
        row = queries.registrations().get(pk=_book_nearest(by, row).pk)
    name, words = details_of(row.person).name, {"number": row.reference}
    if row.booking:
        answer = _(
            "{name}: {when}, {place}. Bring an identity or family card if there is one. To cancel: {words}"
        ).format(
            name=_with_doses(name, queries.members_of(row)),
            when=f"{formats.day(row.booking.slot.starts_at)}, {formats.clock(row.booking.slot.starts_at)}",
            place=notifications.place_name(row),
            words=f"{campaign_of(row.campaign).keyword} {CANCEL} {row.reference}",
        )
        waiting = queries.registrations().filter(person=row.person, campaign=row.campaign, state="waiting")
        if not waiting:
            return answer
        open_doses = _("No place yet for {doses}. We write when there is one.").format(doses=_dose_names(waiting))
        return f"{answer}. {open_doses}"
    if row.possible_from and row.possible_from > today():
        words["day"] = formats.day(row.possible_from)
        return _("{name} is registered: {number}. Possible from {day}. We write when the time has come.").format(
            name=name, **words
        )
    answer = _("{name} is registered: {number}. No place is free now. We write when there is one.").format(
        name=_with_doses(name, queries.members_of(row)), **words
    )
    if not waiting_sites(row, queries.eligibility_of_registration(row, today())):
        return answer
    words_to_write = f"{campaign_of(row.campaign).keyword} {WAIT} {row.reference}"
    return f"{answer} {_('For a dose that is left over today: {words}').format(words=words_to_write)}"


def _with_doses(name: str, members: Sequence[Registration]) -> str:
    """Return a name with the doses of its appointment, where the campaign has several kinds."""
    several = len(campaign_of(members[0].campaign).series) > 1
    return f"{name} ({_dose_names(members)})" if several else name


def _dose_names(rows: Iterable[Registration]) -> str:
    return ", ".join(each.dose_name for each in rows)


def _book_nearest(by: Actor, row: Registration) -> Registration:
    """Take the nearest place that has most of the doses that are due together. Return the registration that leads."""
    eligibility = queries.eligibility_of_registration(row, today())
    if eligibility.number != row.number or eligibility.earliest is None:
        return row
    due = [each.series for each in doses_together.beside_registration(row, eligibility) if each.due]
    if due:
        with suppress(ActionRefused):  # one too many for the account: the first dose is not lost by that
            row = together_actions.join(by=by, lead=row, series=due, channel="sms")
    group = doses_together.group_of(row, eligibility)
    wish = wish_of(row, eligibility, group)
    for offer in offers_of(group, eligibility)[:1]:
        here = {each.series for each in group.members if each not in offer.missing}
        for slot in appointments.open_slots(wish, offer.at.site.pk)[:TRIES]:
            with suppress(ActionRefused):  # place or dose went to somebody else
                if len(group.members) == 1:
                    return actions.book(by=by, registration=row, slot=slot.slot)
                return together_actions.book_together(by=by, lead=row, slot=slot.slot, series=here)
    return row


def _advice(campaign: str) -> str:
    return _(
        "Write: {keyword} NAME#DATE OF BIRTH#AREA, for example {keyword} Siti Aminah#3-5-1955#name of the area"
    ).format(keyword=campaign_of(campaign).keyword)
