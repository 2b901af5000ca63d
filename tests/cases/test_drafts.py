"""Drafts: saved, sealed, resumed, submitted once."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kini.cases import actions, case_answers, queries
from kini.cases.models import Attachment, Case, Draft
from kini.core import current_time
from kini.core.actors import ActionRefused, NotAllowed, system
from kini.people import actions as people_actions
from kini.services.models import ServiceVersion
from tests.cases.town import ANSWERS, NIK, PERMIT, Town, acting, filled, guest, offer, opened, person, photo


def test_answers_are_kept_page_by_page_and_numbers_are_sealed(town: Town, permit: ServiceVersion):
    draft = filled(town.named("resident"), permit, town.resident)
    stored = Draft.objects.get(pk=draft.pk)
    assert stored.answers == {"goods": "fish", "boat": "Camar", "where": "1.1.1"}
    assert NIK.encode() not in bytes(stored.sealed)
    assert case_answers.of_draft(stored)["nik"] == NIK


def test_an_answer_can_be_taken_away(town: Town, permit: ServiceVersion):
    by = town.named("resident")
    draft = filled(by, permit, town.resident)
    draft = actions.save_answers(by=by, draft=draft, page="boat", values={"boat": None})
    assert "boat" not in draft.answers


def test_a_page_takes_only_what_it_asks(town: Town, permit: ServiceVersion):
    by = town.named("resident")
    draft = actions.start_draft(by=by, version=permit, resident=town.resident)
    with pytest.raises(ActionRefused, match="does not ask"):
        actions.save_answers(by=by, draft=draft, page="goods", values={"boat": "Camar"})
    with pytest.raises(ActionRefused, match="does not belong"):
        actions.save_answers(by=by, draft=draft, page="colour", values={})


def test_a_draft_is_nobody_elses(town: Town, permit: ServiceVersion):
    draft = filled(town.named("resident"), permit, town.resident)
    for stranger in (town.named("neighbour"), guest(), guest(""), town.named("clerk")):
        with pytest.raises(NotAllowed):
            actions.save_answers(by=stranger, draft=draft, page="boat", values={"boat": "Mine"})
        with pytest.raises(NotAllowed):
            actions.submit(by=stranger, draft=draft, confirm=True)
        with pytest.raises(NotAllowed):
            actions.attach_file(by=stranger, draft=draft, slot="letter", upload=photo())
        with pytest.raises(Draft.DoesNotExist):
            queries.draft_for(stranger, draft.pk)


def test_drafts_are_found_again_on_another_device(town: Town, permit: ServiceVersion):
    draft = filled(town.named("resident"), permit, town.resident)
    assert list(queries.drafts_of(acting(town.resident))) == [draft]
    assert list(queries.drafts_of(town.named("neighbour"))) == []


def test_nobody_applies_for_a_stranger(town: Town, permit: ServiceVersion):
    with pytest.raises(NotAllowed, match="family"):
        actions.start_draft(by=town.named("neighbour"), version=permit, resident=town.resident)


def test_one_applies_for_a_child(town: Town, permit: ServiceVersion):
    details = people_actions.Details(name="Anak Contoh")
    tie = people_actions.add_family_member(
        by=town.named("resident"), resident=town.resident, relation="child", details=details
    )
    case = opened(town.named("resident"), permit, tie.member)
    assert case.resident == tie.member
    assert case.answers["name"] == "Anak Contoh"
    assert list(queries.my_cases(town.named("resident"))) == [case]


def test_sending_in_opens_a_routed_case_with_its_clock(town: Town, permit: ServiceVersion):
    case = opened(town.named("resident"), permit, town.resident)
    assert case.reference.startswith("TELUK-")
    assert (case.state, case.public, case.agency_id) == ("check", "coordination", "registry")
    assert (case.area_id, case.area_path, case.unit_id) == ("1.1.1", "1/1.1/1.1.1", "registry-pier")
    assert case.due_at is not None
    assert case.due_at > case.opened_at
    assert case.entries == 1


def test_what_the_profile_knows_is_copied_into_the_case(town: Town, permit: ServiceVersion):
    case = opened(town.named("resident"), permit, town.resident)
    assert case.answers["name"] == "Warga Contoh"
    assert case_answers.of_case(case)["nik"] == NIK


def test_without_a_place_in_the_answers_the_home_decides(town: Town):
    definition = {key: value for key, value in PERMIT.items() if key != "ask"} | {"ask": PERMIT["ask"][:3]}
    version = offer("badge", definition)
    case = opened(town.named("resident"), version, town.resident, {"nik": {"nik": NIK}, "goods": {"goods": "fruit"}})
    assert (case.area_id, case.unit_id) == ("1.1.2", "registry-hill")


def test_sent_in_twice_it_is_one_case(town: Town, permit: ServiceVersion):
    draft = filled(town.named("resident"), permit, town.resident)
    first = actions.submit(by=town.named("resident"), draft=draft, confirm=True)
    again = actions.submit(by=town.named("resident"), draft=draft, confirm=True)
    assert first == again
    assert Case.objects.count() == 1


def test_unconfirmed_or_incomplete_it_stays_a_draft(town: Town, permit: ServiceVersion):
    by = town.named("resident")
    draft = filled(by, permit, town.resident)
    with pytest.raises(ActionRefused, match="Confirm"):
        actions.submit(by=by, draft=draft, confirm=False)
    actions.save_answers(by=by, draft=draft, page="boat", values={"boat": None})
    with pytest.raises(actions.Incomplete) as fault:
        actions.submit(by=by, draft=draft, confirm=True)
    assert fault.value.pages == ["boat"]
    assert not Case.objects.exists()


def test_answers_to_questions_that_no_longer_apply_do_not_reach_the_case(town: Town, permit: ServiceVersion):
    by = town.named("resident")
    draft = filled(by, permit, town.resident)
    draft = actions.save_answers(by=by, draft=draft, page="goods", values={"goods": "fruit"})
    assert "boat" not in actions.submit(by=by, draft=draft, confirm=True).answers


def test_a_changed_definition_does_not_change_a_draft_on_its_way(town: Town, permit: ServiceVersion):
    draft = filled(town.named("resident"), permit, town.resident)
    offer("stall-permit", PERMIT | {"summary": "Changed.", "ask": PERMIT["ask"][:1]}, number=2)
    case = actions.submit(by=town.named("resident"), draft=draft, confirm=True)
    assert case.version == permit
    assert case.answers["boat"] == "Camar"


def test_a_service_that_is_gone_takes_nothing_more(town: Town, permit: ServiceVersion):
    draft = filled(town.named("resident"), permit, town.resident)
    permit.service.active = False
    permit.service.save()
    with pytest.raises(ActionRefused, match="does not offer"):
        actions.submit(by=town.named("resident"), draft=draft, confirm=True)
    with pytest.raises(ActionRefused, match="does not offer"):
        actions.start_draft(by=town.named("resident"), version=permit, resident=town.resident)


def test_a_draft_waits_thirty_days(town: Town, permit: ServiceVersion):
    by = town.named("resident")
    draft = filled(by, permit, town.resident)
    actions.attach_file(by=by, draft=draft, slot="letter", upload=photo())
    with current_time.freeze(current_time.now() + timedelta(days=30, minutes=1)):
        with pytest.raises(actions.DraftExpired):
            actions.submit(by=by, draft=draft, confirm=True)
        assert list(queries.drafts_of(by)) == []
        assert actions.delete_expired_drafts(by=system("tests")) == 1
    assert not Draft.objects.exists()
    assert not Attachment.objects.exists()


def test_only_the_program_cleans_up(town: Town):
    for by in (town.named("resident"), town.named("head"), guest()):
        with pytest.raises(NotAllowed):
            actions.delete_expired_drafts(by=by)


def test_a_draft_can_be_thrown_away_until_it_is_sent(town: Town, permit: ServiceVersion):
    by = town.named("resident")
    draft = filled(by, permit, town.resident)
    actions.discard_draft(by=by, draft=draft)
    assert not Draft.objects.exists()
    sent = filled(by, permit, town.resident)
    actions.submit(by=by, draft=sent, confirm=True)
    with pytest.raises(ActionRefused, match="sent already"):
        actions.discard_draft(by=by, draft=sent)


def test_a_sent_application_cannot_be_changed_behind_the_officers_back(town: Town, permit: ServiceVersion):
    by = town.named("resident")
    draft = filled(by, permit, town.resident)
    actions.submit(by=by, draft=draft, confirm=True)
    with pytest.raises(ActionRefused, match="has been sent"):
        actions.save_answers(by=by, draft=draft, page="boat", values={"boat": "Other"})
    with pytest.raises(ActionRefused, match="has been sent"):
        actions.attach_file(by=by, draft=draft, slot="letter", upload=photo())


def test_files_go_into_the_case_with_the_answer(town: Town, permit: ServiceVersion):
    by = town.named("resident")
    draft = filled(by, permit, town.resident)
    attached = actions.attach_file(by=by, draft=draft, slot="letter", upload=photo(1, name="../surat.jpg"))
    loose = actions.attach_file(by=by, draft=draft, slot="letter", upload=photo(2))
    actions.save_answers(by=by, draft=draft, page="doc-letter", values={"letter": {"files": [str(attached.pk)]}})
    case = actions.submit(by=by, draft=draft, confirm=True)
    assert [(document.pk, document.name) for document in case.documents.all()] == [(attached.pk, "surat.jpg")]
    assert not Attachment.objects.filter(pk=loose.pk).exists()


def test_a_slot_takes_so_many_files_and_only_good_ones(town: Town, permit: ServiceVersion):
    by = town.named("resident")
    draft = filled(by, permit, town.resident)
    with pytest.raises(ActionRefused, match="not ask for such a file"):
        actions.attach_file(by=by, draft=draft, slot="boat", upload=photo())
    upload = SimpleUploadedFile("a.jpg", b"MZ not a picture", "image/jpeg")
    with pytest.raises(ActionRefused):
        actions.attach_file(by=by, draft=draft, slot="letter", upload=upload)
    first = actions.attach_file(by=by, draft=draft, slot="letter", upload=photo(1))
    actions.attach_file(by=by, draft=draft, slot="letter", upload=photo(2))
    with pytest.raises(ActionRefused, match="already"):
        actions.attach_file(by=by, draft=draft, slot="letter", upload=photo(3))
    actions.detach_file(by=by, draft=draft, document=first)
    actions.attach_file(by=by, draft=draft, slot="letter", upload=photo(3))


def test_another_drafts_file_cannot_be_removed(town: Town, permit: ServiceVersion):
    by, other = town.named("resident"), town.named("neighbour")
    mine, theirs = filled(by, permit, town.resident), filled(other, permit, town.neighbour)
    document = actions.attach_file(by=other, draft=theirs, slot="letter", upload=photo())
    with pytest.raises(NotAllowed):
        actions.detach_file(by=by, draft=mine, document=document)


def test_another_drafts_file_cannot_be_claimed_as_an_answer(town: Town, permit: ServiceVersion):
    by, other = town.named("resident"), town.named("neighbour")
    mine, theirs = filled(by, permit, town.resident), filled(other, permit, town.neighbour)
    document = actions.attach_file(by=other, draft=theirs, slot="letter", upload=photo())
    stolen = {"letter": {"files": [str(document.pk)]}}
    with pytest.raises(ActionRefused):
        actions.save_answers(by=by, draft=mine, page="doc-letter", values=stolen)


def test_guests_apply_only_where_nobody_must_sign_in(town: Town, permit: ServiceVersion):
    with pytest.raises(NotAllowed, match="Sign in"):
        actions.start_draft(by=guest(), version=permit)


def test_a_guests_draft_becomes_theirs_when_they_sign_in(town: Town, var: Path):
    version = offer("help", PERMIT | {"kind": "assistance", "attach": {}})
    draft = actions.start_draft(by=guest("their-browser"), version=version)
    for page, values in ANSWERS.items():
        draft = actions.save_answers(by=guest("their-browser"), draft=draft, page=page, values=values)
    somebody = person("+6281234567899", "Pendatang Contoh")
    signed_in = acting(somebody)
    by = type(signed_in)(signed_in.kind, signed_in.user_id, session="their-browser")
    case = actions.submit(by=by, draft=draft, confirm=True)
    assert (case.resident, case.guest_key) == (somebody, "")
