"""Certificates of the city: issued from doses to their owners, revoked with them, published, verified."""

import argparse
import json
import re
from contextlib import suppress
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from kini.core import current_time
from kini.core.actors import ActionRefused, NotAllowed, system
from kini.core.models import AuditEntry
from kini.documents import signing_keys
from kini.people.models import FamilyTie, Resident
from kini.vaccination.certificates import actions, code_picture, hc1, issuing_keys, queries, trust, uvci
from kini.vaccination.certificates.dose_content import icao, names
from kini.vaccination.certificates.jobs import certificates_follow_dose
from kini.vaccination.certificates.refusals import Reason
from kini.vaccination.certificates.verification import verify
from kini.vaccination.commands import load_lists, verify_certificate
from kini.vaccination.doses import actions as dose_actions
from kini.vaccination.doses.actions import DoseCorrection
from kini.vaccination.events import DoseChanged
from kini.vaccination.models import Certificate, Lot, VerifierList
from tests.cases import town
from tests.cases.town import acting
from tests.vaccination.certificates import made
from tests.vaccination.doses.dose_town import BY, WHY

pytestmark = pytest.mark.django_db


def issue(vaccinated, dose=None):
    return actions.issue_certificate(by=acting(vaccinated.owner), dose=dose or vaccinated.dose)


def verdict(code):
    return verify([code], queries.trusted(), current_time.now())


def client(resident):
    signed_in = Client()
    signed_in.force_login(resident.user)
    return signed_in


def is_intact(identifier):
    text, _mark, check = identifier.partition("#")
    return uvci.check_character(text) == check


def change(dose):
    """Run what follows a change of a dose."""
    certificates_follow_dose(DoseChanged(dose.pk, dose.person_id))


def test_an_owner_gets_a_certificate_that_anybody_can_verify(vaccinated):
    certificate = issue(vaccinated)
    told = verdict(certificate.code)
    assert (told.is_valid, told.name, told.birth_date) == (True, "Siti Nur Aisyah", "1990-05-17")
    content = hc1.verify(certificate.code, queries.trusted(), current_time.now()).raw
    assert content["nam"] == {"fn": "Aisyah", "fnt": "AISYAH", "gn": "Siti Nur", "gnt": "SITI<NUR"}
    assert content["v"][0] == {
        "tg": "840539006", "vp": "J07BX03", "mp": "CoronaVac", "ma": "Sinovac-Biotech", "dn": 1, "sd": 2,
        "dt": vaccinated.dose.given_on.isoformat(), "co": "ID", "is": str(vaccinated.dose.agency.title)[:80],
        "ci": certificate.identifier,
    }  # fmt: skip
    assert is_intact(certificate.identifier)
    assert issue(vaccinated) == certificate, "the one in force is shown again"


def test_only_owners_and_those_who_act_for_them_get_one(vaccinated):
    other = acting(vaccinated.other)
    with pytest.raises(NotAllowed):
        actions.issue_certificate(by=other, dose=vaccinated.dose)
    with pytest.raises(NotAllowed):
        actions.issue_certificate(by=vaccinated.station.acting("vaccinator"), dose=vaccinated.dose)
    tie = FamilyTie.objects.create(resident=vaccinated.other, member=vaccinated.owner, relation="parent")
    with pytest.raises(NotAllowed):  # she has an account of her own
        actions.issue_certificate(by=other, dose=vaccinated.dose)
    Resident.objects.filter(pk=vaccinated.owner.pk).update(user=None)
    assert actions.issue_certificate(by=other, dose=vaccinated.dose)
    tie.delete()
    with pytest.raises(NotAllowed):
        actions.issue_certificate(by=other, dose=vaccinated.dose)


def test_a_typed_number_proves_nobody(vaccinated):
    typed = Resident.objects.create(user=vaccinated.other.user.__class__.objects.create(phone="+628119990001"))
    assert queries.household(typed.user_id) == []
    assert queries.household(None) == []


def test_only_a_dose_that_was_given_has_a_certificate(vaccinated):
    new = vaccinated.station.new(vaccinated.owner.person, vaccine="sinovac", lot=vaccinated.dose.lot)
    not_done = dose_actions.record_not_done(by=vaccinated.station.acting("vaccinator"), dose=new, reason="Demam")
    with pytest.raises(ActionRefused):
        issue(vaccinated, not_done)
    bcg = Lot.objects.create(vaccine="bcg", number="B-1", expires_on=vaccinated.dose.lot.expires_on)
    without_codes = vaccinated.another_dose(vaccine="bcg", lot=bcg)
    with pytest.raises(ActionRefused):
        issue(vaccinated, without_codes)
    Resident.objects.filter(pk=vaccinated.owner.pk).update(birth_date=None)
    with pytest.raises(ActionRefused):
        issue(vaccinated)


def test_a_corrected_dose_gets_a_new_certificate_and_the_old_one_is_refused(vaccinated):
    old, dose = issue(vaccinated), vaccinated.dose
    values = DoseCorrection("sinovac", 2, 500, dose.lot, given_at=dose.given_at)
    dose_actions.correct(by=BY, dose=dose, correction=values, reason=WHY)
    change(dose)
    new = Certificate.objects.get(revoked_at=None)
    assert verdict(old.code).reason is Reason.REVOKED
    assert verdict(new.code).is_valid
    assert hc1.verify(new.code, queries.trusted(), current_time.now()).raw["v"][0]["dn"] == 2
    change(dose)
    assert Certificate.objects.filter(revoked_at=None).count() == 1


@pytest.mark.parametrize("how", ["error", "moved"])
def test_a_dose_in_error_or_of_another_person_loses_its_certificate(vaccinated, how):
    old, dose = issue(vaccinated), vaccinated.dose
    before = DoseChanged(dose.pk, dose.person_id)
    if how == "error":
        dose_actions.mark_entered_in_error(by=BY, dose=dose, reason=WHY)
    else:
        dose_actions.move_to_person(by=BY, dose=dose, person=vaccinated.other.person, reason=WHY)
    certificates_follow_dose(before)
    assert verdict(old.code).reason is Reason.REVOKED
    assert not Certificate.objects.filter(revoked_at=None).exists()
    certificates_follow_dose(before)
    if how == "moved":
        dose.refresh_from_db()
        assert verdict(actions.issue_certificate(by=acting(vaccinated.other), dose=dose).code).name == "Budi Lain"


def test_keys_rotate_and_old_certificates_stay_valid(vaccinated):
    folder, first = issuing_keys.folder(), issue(vaccinated)
    signing_keys.make_development_keys(folder, [("second", "Kota")])
    pem = folder / "first.pem"
    pem.write_bytes(issuing_keys.issuing_keys()[0].certificate.public_bytes(Encoding.PEM))  # the key itself is gone
    assert [bool(key.signer) for key in issuing_keys.issuing_keys()] == [False, True]
    second = issue(vaccinated, vaccinated.another_dose(number=2))
    assert bytes(second.key_id) != bytes(first.key_id)
    assert verdict(first.code).is_valid
    assert verdict(second.code).is_valid
    pem.unlink()
    assert verdict(first.code).reason is Reason.NOT_TRUSTED
    (folder / "second.pem").unlink()
    with pytest.raises(ActionRefused):
        issue(vaccinated, vaccinated.another_dose(number=3))


def test_a_withdrawn_key_takes_its_certificates_along_and_the_owner_gets_a_new_one(vaccinated):
    """Somebody stole the key: the operator removes its file, and nobody trusts what it signed."""
    first, folder = issue(vaccinated), issuing_keys.folder()
    pages = client(vaccinated.owner)
    shown = reverse("vaccination:certificate", args=[vaccinated.dose.reference])
    assert pages.get(shown).status_code == 200
    signing_keys.make_development_keys(folder, [("second", "Kota")])
    (folder / "first.pem").unlink()
    assert not verdict(first.code).is_valid
    assert pages.get(shown).status_code == 404
    assert f'href="{shown}"' not in pages.get(reverse("vaccination:certificates")).content.decode()
    second = issue(vaccinated)
    assert second != first
    assert verdict(second.code).is_valid
    first.refresh_from_db()
    assert first.revoked_because == "renewed"
    assert pages.get(shown).status_code == 200


def test_what_is_published_is_what_others_verify_with(vaccinated):
    gone, public = issue(vaccinated), Client()
    actions.revoke_certificate(by=acting(vaccinated.owner), certificate=gone, because="asked")
    new = issue(vaccinated)
    revoked = trust.read_list(public.get(reverse("vaccination:revocations")).content)
    for name in ("trust-list", "key-set"):
        response = public.get(reverse(f"vaccination:{name}"))
        known = trust.read_list(response.content).merged(revoked)
        assert verify([new.code], known, current_time.now()).is_valid
        assert verify([gone.code], known, current_time.now()).reason is Reason.REVOKED
    assert json.loads(public.get(reverse("vaccination:trust-list")).content)["id"] == (
        "did:web:kota.example:vaccination:trust"
    )
    lists = json.loads(public.get(reverse("vaccination:verifier-lists")).content)
    assert (len(lists["keys"]), len(lists["hashes"]), lists["country"]) == (1, 3, "ID")
    assert "Siti" not in json.dumps(lists)


def test_pages_of_the_owner_and_of_nobody_else(vaccinated):
    own, other, at = client(vaccinated.owner), client(vaccinated.other), [vaccinated.dose.reference]
    listed = own.get(reverse("vaccination:certificates"))
    assert "CoronaVac" in listed.content.decode()
    assert other.get(reverse("vaccination:certificate", args=at)).status_code == 404
    assert other.post(reverse("vaccination:issue-certificate", args=at)).status_code == 404
    assert own.get(reverse("vaccination:certificate", args=at)).status_code == 404, "none was issued yet"
    assert own.post(reverse("vaccination:issue-certificate", args=at)).status_code == 302
    page = own.get(reverse("vaccination:certificate", args=at)).content.decode()
    assert "<svg" in page
    pdf = own.get(reverse("vaccination:certificate-file", args=at))
    assert pdf.content.startswith(b"%PDF")
    assert other.get(reverse("vaccination:certificate-file", args=at)).status_code == 404
    assert AuditEntry.objects.filter(action="vaccination.certificate-opened").count() == 2
    assert Client().get(reverse("vaccination:certificates")).status_code == 302
    assert b"data-gatekeeper" in Client().get(reverse("vaccination:gatekeeper")).content


def test_the_code_is_alphanumeric_and_drawn_once(vaccinated):
    code = issue(vaccinated).code
    code_picture.svg.cache_clear()
    assert code_picture.svg(code) == code_picture.svg(code)
    assert code_picture.svg.cache_info().hits == 1
    assert len(code) < 700


def run(verb, *words):
    parser = argparse.ArgumentParser()
    verb.arguments(parser)
    return verb.run(parser.parse_args(words))


def test_the_command_line_verifies_text_files_and_lists(vaccinated, tmp_path, capsys):
    code = issue(vaccinated).code
    assert run(verify_certificate, code) == 0
    assert "Siti Nur Aisyah" in capsys.readouterr().out
    assert run(verify_certificate, code, "--at", "2019-01-01", "--json") == 1
    assert json.loads(capsys.readouterr().out)["reason"] == "not-yet-valid"
    (tmp_path / "code.txt").write_text(made.hc1() + "\n")
    (tmp_path / "keys.pem").write_bytes(made.AUSTRIA.public_bytes(Encoding.PEM))
    at = ["--at", made.NOW.isoformat()]
    assert run(verify_certificate, str(tmp_path / "code.txt"), *at) == 1
    assert run(verify_certificate, str(tmp_path / "code.txt"), *at, "--trust", str(tmp_path / "keys.pem")) == 0
    assert run(load_lists, str(tmp_path / "keys.pem"), "--name", "Austria") == 0
    assert run(verify_certificate, str(tmp_path / "code.txt"), *at) == 0
    rule = {"Identifier": "R", "Country": "ID", "Logic": {"===": [{"var": "payload.v.0.co"}, "ID"]}}
    (tmp_path / "rules.json").write_text(json.dumps([rule]))
    assert run(load_lists, str(tmp_path / "rules.json")) == 0
    assert run(verify_certificate, str(tmp_path / "code.txt"), *at) == 1
    assert run(verify_certificate, code) == 0
    assert run(load_lists, "--remove", "rules.json") == 0
    card = {"verifiableCredential": [made.card()]}
    (tmp_path / "card.smart-health-card").write_text(json.dumps(card))
    jwks = {"keys": [{**trust.jwk_of(made.EC.public_key()), "kid": trust.thumbprint(made.EC.public_key())}]}
    (tmp_path / "jwks.json").write_text(json.dumps(jwks))
    assert run(load_lists, str(tmp_path / "jwks.json"), "--issuer", "https://issuer.example") == 0
    assert run(verify_certificate, str(tmp_path / "card.smart-health-card"), *at) == 0
    with pytest.raises(ActionRefused):
        actions.load_list(by=system("tests"), name="x", data=b"nonsense")


def test_the_database_keeps_one_certificate_in_force_and_causes_of_revocations(vaccinated):
    certificate = issue(vaccinated)
    for values in (
        {"revoked_because": "asked"},
        {"revoked_at": current_time.now()},
        {"expires_at": certificate.issued_at - timedelta(seconds=1)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Certificate.objects.filter(pk=certificate.pk).update(**values)
    certificate.pk, certificate.identifier = None, "another"
    with pytest.raises(IntegrityError), transaction.atomic():
        certificate.save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        VerifierList.objects.create(name="", kind="keys", content="x")


def test_identifiers_have_the_check_character_of_the_eu():
    for known in (
        "URN:UVCI:01:AT:10807843F94AEE0EE5093FBC254BD813#B",
        "URN:UVCI:01:AT:B5921A35D6A0D696421B3E2462178297#I",
    ):
        assert is_intact(known)
        assert not is_intact(known.replace("AT", "TA"))
    assert is_intact(uvci.new_identifier("ID"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Müller-Lüdenscheidt", "MUELLER<LUEDENSCHEIDT"),
        ("d'Arsøns - van Halen", "DARSOENS<VAN<HALEN"),
        ("Łukasz", "LUKASZ"),
    ],
)
def test_names_as_the_icao_writes_them(name, expected):
    assert icao(name) == expected
    assert names("Suharto") == {"fn": "Suharto", "fnt": "SUHARTO"}


with suppress(ImportError):  # the reader of codes is a tool of the tests
    import zxingcpp

    def test_the_drawn_code_reads_back(vaccinated):
        code = issue(vaccinated).code
        [seen] = zxingcpp.read_barcodes(pixels(code_picture.svg(code)))
        assert seen.text == code

    def pixels(svg):
        """Four pixels a module: a path of lines of one module's height, "M4 4.5h7m1 0h2"."""
        from PIL import Image

        size = int(re.search(r'viewBox="0 0 (\d+) ', svg)[1])
        picture, x, y = Image.new("L", (size, size), 255), 0.0, 0.0
        for command, right, down in re.findall(
            r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?", re.search(r' d="([^"]+)"', svg)[1]
        ):
            if command == "h":
                picture.paste(0, (int(x), int(y), int(x) + int(right), int(y) + 1))
            x, y = (0.0, 0.0) if command == "M" else (x, y)
            x, y = x + float(right), y + float(down or 0)
        return picture.resize((4 * size, 4 * size), Image.Resampling.NEAREST)


def test_the_health_record_shows_certificates_to_those_who_may_get_them(vaccinated):
    def page(resident):
        return client(resident).get("/me/health/", headers={"Accept-Language": "en"}).content.decode()

    link = reverse("vaccination:certificate", args=[vaccinated.dose.reference])
    assert page(vaccinated.owner).count(f'href="{reverse("vaccination:certificates")}"') == 1
    assert reverse("vaccination:certificates") not in page(vaccinated.other)
    assert link not in page(vaccinated.owner)
    issue(vaccinated)
    assert link in page(vaccinated.owner)
    assert link not in page(vaccinated.other)
    typed = town.person("+628127770009", "Tini Belum")
    vaccinated.another_dose(typed.person)
    assert reverse("vaccination:certificates") not in page(typed), "a typed number could be that of another person"
