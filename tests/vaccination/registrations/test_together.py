"""Several doses of one child at one appointment: by the rules, with the stock, moved and given up as one."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils.html import strip_tags

from kini.booking.models import Booking
from kini.core import current_time
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed
from kini.messages.models import InboundMessage, Message
from kini.people import actions as people_actions
from kini.people.models import FamilyTie
from kini.people.public import PersonDetails, contacts
from kini.vaccination.campaigns.campaign_files import campaign_of
from kini.vaccination.registrations import actions, notifications, queries, together_actions
from kini.vaccination.registrations.actions import Wish
from kini.vaccination.registrations.message_replies import receive_registration
from kini.vaccination.registrations.models import Registration
from kini.vaccination.sites import appointments, session_plan
from kini.vaccination.sites.models import AddedDose
from kini.web.formats import today
from tests.cases import town
from tests.pagechecks import CheckedClient
from tests.vaccination.registrations.nursery import BY, Nursery

ALL = {"dpt-hb-hib": "booked", "polio-oral": "booked", "rotavirus": "booked"}


def test_the_rules_say_which_doses_go_together(nursery: Nursery) -> None:
    campaign = campaign_of("childhood")
    possible = queries.together_on(nursery.child, campaign, today(), first="rotavirus")
    assert [possible[0].series, possible[0].number] == ["rotavirus", 2]
    due = {each.series for each in possible if queries.is_due(each, today())}
    assert {"dpt-hb-hib", "polio-oral", "rotavirus", "pneumococcal", "bcg"} <= due
    assert "measles-rubella" not in {each.series for each in possible}


def test_one_place_takes_a_dose_of_each_vaccine(nursery: Nursery, sound: Callable[[], None]) -> None:
    session, before = nursery.session(), {each: nursery.free(each) for each in ("opv", "rotavirus")}
    lead = nursery.book(nursery.register(), session)
    assert nursery.states() == ALL
    assert Booking.objects.count() == 1
    assert {each: before[each] - nursery.free(each) for each in before} == {"opv": 1, "rotavirus": 1}
    assert [nursery.free(each, "added") for each in ("opv", "rotavirus", "dpt-hb-hib")] == [1, 1, 0]
    words = notifications.words_of(queries.registrations().get(pk=lead.pk))
    assert words["dose"] == "DPT-HB-Hib 2, Polio 3, Rotavirus 2"
    sound()


def test_the_session_of_any_of_the_vaccines_will_do(nursery: Nursery, sound: Callable[[], None]) -> None:
    lead = nursery.book(nursery.register(), nursery.session("opv"))
    assert (lead.series, lead.vaccine) == ("polio-oral", "opv")
    assert set(Registration.objects.filter(together_with=lead).values_list("series", flat=True)) == {
        "dpt-hb-hib",
        "rotavirus",
    }
    assert [nursery.free(each, "added") for each in ("dpt-hb-hib", "opv")] == [1, 0]
    sound()


def test_cancelling_gives_all_doses_back(nursery: Nursery, sound: Callable[[], None]) -> None:
    session = nursery.session()
    free = nursery.free("opv")
    lead = nursery.book(nursery.register(), session)
    actions.cancel(by=BY, registration=lead)
    assert (nursery.states(), nursery.free("opv"), nursery.free("opv", "added")) == ({}, free, 0)
    sound()


def test_a_place_given_up_on_any_path_gives_its_doses_back(nursery: Nursery, sound: Callable[[], None]) -> None:
    lead = nursery.book(nursery.register(), nursery.session())
    appointments.give_up_place(by=BY, booking=Booking.objects.get(vaccination_registration=lead))
    assert set(AddedDose.objects.values_list("ended_because", flat=True)) == {"released"}
    sound()


def test_moving_moves_all_doses_also_to_another_site(nursery: Nursery, sound: Callable[[], None]) -> None:
    other, free = nursery.district.other, nursery.free("opv")
    for vaccine in ("dpt-hb-hib", "opv", "rotavirus", "rotavirus"):
        nursery.receive(vaccine, other)
    lead = nursery.book(nursery.register(), nursery.session())
    moved = nursery.book(lead, nursery.session("rotavirus", site=other, days=2))
    assert moved.series == "rotavirus"
    assert nursery.states() == ALL
    assert (nursery.free("opv"), nursery.free("opv", "added"), nursery.free("opv", "added", other)) == (free, 0, 1)
    sound()


def test_a_move_to_a_site_without_one_of_the_doses_changes_nothing(nursery: Nursery, sound: Callable[[], None]) -> None:
    other = nursery.district.other
    for vaccine in ("dpt-hb-hib", "opv"):
        nursery.receive(vaccine, other)
    lead = nursery.book(nursery.register(), nursery.session())
    with pytest.raises(ActionRefused, match="otavirus"):
        nursery.book(lead, nursery.session(site=other))
    assert nursery.states() == ALL
    assert nursery.free("rotavirus", "added") == 1
    sound()


def test_an_open_place_of_a_later_session_gives_its_dose(nursery: Nursery, sound: Callable[[], None]) -> None:
    session = nursery.session()
    nursery.session("rotavirus", capacity=nursery.free("rotavirus"), days=3)
    assert nursery.free("rotavirus") == 0
    nursery.book(nursery.register(), session)
    assert nursery.free("rotavirus", "added") == 1
    sound()


def test_the_last_dose_is_added_once(nursery: Nursery, sound: Callable[[], None]) -> None:
    lead = nursery.book(nursery.register(), nursery.session())
    booking = Booking.objects.get(vaccination_registration=lead)
    with pytest.raises(DatabaseError), transaction.atomic():
        AddedDose.objects.create(booking=booking, site=nursery.site, vaccine="ipv", dose_ul=500)
    with pytest.raises(DatabaseError), transaction.atomic():
        AddedDose.objects.filter(booking=booking, vaccine="opv").update(vaccine="rotavirus")
    sound()


def test_a_dose_that_is_left_out_waits_for_an_appointment_of_its_own(nursery: Nursery) -> None:
    lead = nursery.book(nursery.register(), nursery.session(), "dpt-hb-hib", "polio-oral")
    assert nursery.states() == ALL | {"rotavirus": "waiting"}
    alone = Registration.objects.get(series="rotavirus", state="waiting")
    assert (alone.together_with, lead.state) == (None, "booked")


def test_who_did_not_come_chooses_once_for_all_doses(nursery: Nursery, sound: Callable[[], None]) -> None:
    session = nursery.session()
    lead = nursery.book(nursery.register(), session)
    session_plan.settle(by=BY, session=session)
    actions.end_missed(by=BY, registration=lead)
    assert set(nursery.states().values()) == {"waiting"}
    assert Registration.objects.filter(together_with=lead, state="waiting").count() == 2
    assert nursery.free("opv", "added") == 0
    sound()


def test_a_dose_given_elsewhere_is_free_at_the_site(nursery: Nursery, sound: Callable[[], None]) -> None:
    nursery.book(nursery.register(), nursery.session())
    actions.end_given(by=BY, person=nursery.child, campaign="childhood", series="polio-oral", number=3)
    assert nursery.states() == {"dpt-hb-hib": "booked", "rotavirus": "booked"}
    assert (nursery.free("opv", "added"), nursery.free("rotavirus", "added")) == (0, 1)
    sound()


def test_a_child_too_old_on_that_day_is_told_which_dose_is_not_possible(nursery: Nursery) -> None:
    lead = nursery.register()
    with pytest.raises(ActionRefused, match="Rotavirus 2"):
        nursery.book(lead, nursery.session(days=300))
    assert set(nursery.states().values()) == {"waiting"}


def test_doses_are_chosen_again_while_the_registration_waits(nursery: Nursery) -> None:
    lead = nursery.register()
    together_actions.join(by=BY, lead=lead, series={"rotavirus", "bcg"})
    assert set(nursery.states()) == {"dpt-hb-hib", "rotavirus", "bcg"}
    assert [each.series for each in queries.members_of(lead)] == ["dpt-hb-hib", "rotavirus", "bcg"]


def _parent(nursery: Nursery) -> CheckedClient:
    """The child's mother, signed in."""
    rina = town.person("+6281200000001", "Rina Contoh")
    FamilyTie.objects.create(resident=rina, member=nursery.child.resident, relation="child")
    client = CheckedClient()
    assert rina.user
    client.force_login(rina.user)
    return client


def test_a_mother_chooses_doses_place_and_time_once(nursery: Nursery, run_jobs: Callable[[], int]) -> None:
    session, client = nursery.session("opv"), _parent(nursery)
    asked = reverse("vaccination:person", args=["childhood", nursery.child.pk])
    page = client.get(asked).text
    assert "DPT-HB-Hib 2" in page
    assert "BCG sudah bisa sekarang" in page
    client.post(asked, {"series": "rotavirus", "beside": ["dpt-hb-hib", "polio-oral"]})
    lead = Registration.objects.get(together_with=None)
    shown = reverse("vaccination:registration", args=[lead.reference])
    assert "Rotavirus 2, DPT-HB-Hib 2, Polio 3" in strip_tags(client.get(shown).text)
    times = reverse("vaccination:times", args=[lead.reference, nursery.site.pk])
    assert "Polio 3" in client.get(times).text
    client.post(times, {"slot": session.pk, "beside": ["rotavirus", "dpt-hb-hib", "polio-oral"]})
    booked = Registration.objects.get(state="booked", together_with=None)
    assert nursery.states() == ALL
    assert booked.series == "polio-oral"
    assert "Polio 3, Rotavirus 2, DPT-HB-Hib 2" in strip_tags(client.get(shown, follow=True).text)
    run_jobs()
    message = Message.objects.get(sort="vaccination-appointment")
    assert "Polio 3, Rotavirus 2, DPT-HB-Hib 2" in message.text


def test_a_site_without_one_of_the_doses_says_so_before_the_choice(nursery: Nursery) -> None:
    client = _parent(nursery)
    nursery.receive("dpt-hb-hib", nursery.district.other)
    session = nursery.session(site=nursery.district.other)
    lead = nursery.register("polio-oral")
    shown = reverse("vaccination:registration", args=[lead.reference])
    assert "Tidak ada di sini:" in client.get(shown).text
    times = reverse("vaccination:times", args=[lead.reference, nursery.district.other.pk])
    assert "Polio 3" in client.get(times).text.split("Tidak ada di sini:")[1]
    client.post(times, {"slot": session.pk, "beside": ["dpt-hb-hib"]})
    assert nursery.states() == {"dpt-hb-hib": "booked", "polio-oral": "waiting"}


def test_the_choice_can_be_changed_until_there_is_an_appointment(nursery: Nursery) -> None:
    client, lead = _parent(nursery), nursery.register("polio-oral")
    change = reverse("vaccination:together", args=[lead.reference])
    client.post(change, {"beside": ["rotavirus"]})
    assert set(nursery.states()) == {"dpt-hb-hib", "rotavirus"}
    nursery.book(lead, nursery.session(), "dpt-hb-hib", "rotavirus")
    client.post(change, {"beside": ["polio-oral"]})
    assert set(nursery.states()) == {"dpt-hb-hib", "rotavirus"}


def _sms(text: str, number: str) -> str:
    inbound = InboundMessage.objects.create(
        provider="tests", external_id=number, channel="sms", sender="+6281200000077", text=text, at=current_time.now()
    )
    return receive_registration(inbound) or ""


def test_an_sms_takes_all_doses_that_the_site_has(nursery: Nursery, sound: Callable[[], None]) -> None:
    """A neighbour's child, of whom the city knows no dose."""
    nursery.session()
    words = f"IMUNISASI Dewi Contoh#{today() - timedelta(days=95):%d-%m-%Y}#Gambir"
    reply = _sms(words, "1")
    assert Booking.objects.count() == 1
    states = dict(Registration.objects.values_list("series", "state"))
    assert states | ALL == states
    assert states["bcg"] == "waiting", "the site has none"
    assert "Dewi Contoh (DPT-HB-Hib 1, Polio 1, Rotavirus 1): " in reply
    assert "Belum ada tempat untuk BCG, PCV 1." in reply
    assert _sms(words, "2") == reply
    sound()
    [lead] = Registration.objects.filter(booking__isnull=False)
    _sms(f"IMUNISASI BATAL {lead.reference}", "3")
    assert [nursery.free(each, "added") for each in ("opv", "rotavirus")] == [0, 0]
    assert set(Registration.objects.filter(series__in=ALL).values_list("state", flat=True)) == {"cancelled"}
    sound()


def test_an_sms_without_a_free_place_joins_the_doses(nursery: Nursery) -> None:
    reply = _sms(f"IMUNISASI Dewi Contoh#{today() - timedelta(days=95):%d-%m-%Y}#Gambir", "1")
    lead = Registration.objects.get(together_with=None)
    assert set(lead.others.values_list("state", flat=True)) == {"waiting"}
    assert lead.reference in reply
    assert "Rotavirus 1" in reply


def test_doses_of_somebody_elses_child_are_joined_by_who_registered_it(nursery: Nursery) -> None:
    owner = people_actions.open_account(by=BY, contact=contacts.Contact("phone", "+6281200000077"))
    by = Actor(ActorKind.RESIDENT, owner.pk)
    details = PersonDetails("Dewi Contoh", today() - timedelta(days=95), "day", area="31.71.01.1001")
    lead = actions.register_other(by=by, registrar=owner, details=details, wish=Wish("childhood", series="dpt-hb-hib"))
    together_actions.join(by=by, lead=lead, series={"rotavirus"})
    [other] = lead.others.all()
    assert other.registered_by == owner
    with pytest.raises(NotAllowed):
        together_actions.join(by=Actor(ActorKind.RESIDENT, owner.pk + 1), lead=lead, series={"rotavirus"})
