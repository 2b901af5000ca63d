"""Identity register on loopback: confirmations, secrecy, rate limits."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from threading import Thread

import httpx
import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from pytest_django import Settings

from kini.core import current_time
from kini.core.actors import ActionRefused, NotAllowed
from kini.core.environment import InvalidEnvironment
from kini.core.models import AuditEntry
from kini.exchange import outbox
from kini.exchange.models import OutboxEntry
from kini.people import actions, profile_values
from kini.people.actions import Details
from kini.people.identity_registers.base import IdentityClaim, RegisterUnavailable, configured_register
from kini.people.identity_registers.civil_registry import CivilRegistry
from kini.people.identity_registers.sandbox import RegisteredPerson, Sandbox, configure, server
from kini.people.models import Assurance, RegisterCheck, Resident
from kini.people.rules import NationalId
from tests.environment import replace
from tests.people.conftest import BY, NIK, OTHER_NIK, acting

pytestmark = pytest.mark.django_db
NUMBER = NationalId(NIK, date(1990, 7, 4))
AGREED = "Saya setuju"
WHY = "Membawa kartu ke loket"


@pytest.fixture(autouse=True)
def english(signed_in) -> None:
    signed_in.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"


@pytest.fixture
def sandbox(settings: Settings, tmp_path: Path) -> Iterator[Sandbox]:
    civil_register = Sandbox({NIK: RegisteredPerson("Siti Aminah", "1990-07-04")})
    running = server(civil_register)
    Thread(target=running.serve_forever, daemon=True).start()
    settings.ENV = replace(
        settings.ENV, register_file=configure(tmp_path, civil_register.token, running.server_address[1])
    )
    yield civil_register
    civil_register.stopped.set()
    running.shutdown()
    running.server_close()


@pytest.fixture
def impatient(sandbox: Sandbox) -> CivilRegistry:
    configured = configured_register()
    assert isinstance(configured, CivilRegistry)
    configured.timeout = 0.3
    return configured


def deliver(later: timedelta = timedelta()) -> None:
    """Deliver what is due after some time."""
    with current_time.freeze(timezone.now() + later):
        outbox.deliver("identity-register")


def ask(resident: Resident, name: str = "siti  aminah", number: NationalId = NUMBER) -> RegisterCheck:
    check = actions.ask_register(by=acting(resident), resident=resident, number=number, name=name, consent=AGREED)
    deliver()
    check.refresh_from_db()
    return check


def test_a_match_raises_the_level_and_forgets_the_question(sandbox, resident):
    check = ask(resident)
    resident.refresh_from_db()
    assert (check.state, check.claim_sealed, check.consent) == ("match", None, AGREED)
    assert (resident.assurance, resident.name) == (Assurance.REGISTER, "siti  aminah")
    assert profile_values.profile_value(resident, "national_id") == NIK
    change = resident.assurance_changes.get()
    assert (change.register, change.evidence) == ("civil-register", "V-000001")
    deliver(timedelta(hours=1))
    assert len(sandbox.asked) == 1, "an answered check is not asked again"
    trail = str(list(AuditEntry.objects.values_list("detail", flat=True)))
    assert NIK not in trail


def test_a_mismatch_does_not_tell_which_part_differs(sandbox, resident, signed_in):
    wrong = [
        ("Nama Lain", NUMBER),
        ("Siti Aminah", NationalId(NIK, date(1990, 7, 5))),
        ("Siti Aminah", NationalId(OTHER_NIK, date(1945, 8, 17))),
    ]
    answers = set()
    for name, number in wrong:
        assert ask(resident, name, number).state == "mismatch"
        page = signed_in.get("/me/identity/").text
        start = page.index("The register does not confirm this")
        answers.add(page[start : page.index("<form", start)])
    assert len(answers) == 1, "the same words, whatever differs"
    resident.refresh_from_db()
    assert (resident.assurance, resident.national_id_hash) == (Assurance.TYPED, None)
    details = AuditEntry.objects.filter(action="people.register-answered").values_list("detail", flat=True)
    assert {str(each) for each in details} == {"{'state': 'mismatch', 'register': 'civil-register'}"}


def test_the_page_asks_with_consent_and_a_few_times_a_day(sandbox, resident, signed_in, run_jobs: Callable[[], int]):
    sent = {"name": "Siti Aminah", "number": NIK, "consent": "yes", "needs": "register", "next": "/services/"}
    page = signed_in.get("/me/identity/?needs=register").text
    assert "civil register" in page
    for wrong in ({"consent": None}, {"number": ""}, {"name": ""}, {"number": "12"}):
        less = {name: value for name, value in (sent | wrong).items() if value is not None}
        assert signed_in.post("/me/identity/", less).status_code == 422
    assert not RegisterCheck.objects.exists()
    answered = signed_in.post("/me/identity/", sent | {"name": "Nama Lain"})
    assert (answered.status_code, answered["Location"]) == (302, "/me/identity/?needs=register&next=%2Fservices%2F")
    assert "is checking your data" in signed_in.get("/me/identity/").text
    assert signed_in.post("/me/identity/", sent).status_code == 422, "one question at a time"
    run_jobs()
    assert "does not confirm" in signed_in.get("/me/identity/").text
    signed_in.post("/me/identity/", sent | {"name": "Nama Ketiga"})
    run_jobs()
    refused = signed_in.post("/me/identity/", sent)
    assert (refused.status_code, "Too many attempts" in refused.text) == (422, True)
    assert len(sandbox.asked) == 2


def test_a_number_is_asked_about_a_few_times_whoever_asks(sandbox, person, client):
    for each in range(6):
        client.force_login(person(f"+628120000010{each}", f"Penebak {each}").user)
        answer = client.post("/me/identity/", {"name": f"Tebakan ke {each}", "number": NIK, "consent": "yes"})
        assert answer.status_code == (302 if each < 5 else 422)


@pytest.mark.parametrize("fault", ["timeout", "down", "garbled", "talkative"])
def test_without_an_answer_it_is_asked_again_and_then_given_up(sandbox, impatient, resident, fault):
    sandbox.faults = {"answer": fault}
    check = ask(resident)
    assert (check.state, OutboxEntry.objects.get().tries) == ("asked", 1)
    for minutes in (2, 9, 40):
        check.refresh_from_db()
        assert check.state == "asked"
        deliver(timedelta(minutes=minutes))
    check.refresh_from_db()
    assert (check.state, check.claim_sealed) == ("unavailable", None)
    resident.refresh_from_db()
    assert resident.assurance == Assurance.TYPED
    sandbox.faults = {}
    assert ask(resident).state == "match"


def test_an_answer_with_data_in_it_is_refused(sandbox, impatient):
    sandbox.faults = {"answer": "talkative"}
    with pytest.raises(RegisterUnavailable):
        impatient.verify(IdentityClaim("r", NIK, "Siti Aminah", date(1990, 7, 4)))


def test_the_register_wants_its_token(sandbox, impatient):
    impatient.token = "another-token-of-length"
    with pytest.raises(RegisterUnavailable, match="401"):
        impatient.verify(IdentityClaim("r", NIK, "Siti Aminah", date(1990, 7, 4)))
    assert httpx.post(f"{impatient.address}/elsewhere", content=b"{}").status_code == 404


def test_a_confirmed_person_takes_the_number_from_an_unproved_claim(sandbox, resident, person):
    claimant = actions.save_profile(by=BY, resident=person("+6281299999999", "X"), details=Details("X", NUMBER))
    assert ask(resident).state == "match"
    claimant.refresh_from_db()
    assert claimant.national_id_hash is None


def test_a_number_is_taken_from_a_claim_under_an_older_hash_key(sandbox, resident, person, settings):
    """Low 14: the unique column misses that both are one number, the lookup does not."""
    claimant = actions.save_profile(by=BY, resident=person("+6281299999999", "X"), details=Details("X", NUMBER))
    new = "new:bmV3LWhhc2gta2V5LTMyLWJ5dGVzLWxvbmcuLi4uLi4="
    settings.ENV = replace(settings.ENV, hash_key=f"{new},old:{settings.ENV.hash_key}")
    assert ask(resident).state == "match"
    claimant.refresh_from_db()
    assert claimant.national_id_hash is None


def test_from_home_no_proof_is_beaten(sandbox, resident, person, officer, signed_in):
    """A thief can know name, number and birth date; the person who showed the card keeps the number."""
    owner = actions.save_profile(by=BY, resident=person("+6281299999999", "X"), details=Details("Siti", NUMBER))
    actions.prove_at_counter(by=acting(officer), resident=owner, document="identity-card", reason=WHY)
    assert ask(resident).state == "held"
    resident.refresh_from_db()
    owner.refresh_from_db()
    assert (resident.assurance, owner.assurance) == (Assurance.TYPED, Assurance.COUNTER)
    assert "counter" in signed_in.get("/me/identity/").text


def test_in_person_the_register_beats_a_counter(sandbox, resident, person, officer):
    holder = actions.save_profile(by=BY, resident=person("+6281299999999", "X"), details=Details("Siti", NUMBER))
    actions.prove_at_counter(by=acting(officer), resident=holder, document="identity-card", reason=WHY)
    actions.ask_register(by=acting(officer), resident=resident, number=NUMBER, name="Siti Aminah", consent=AGREED)
    deliver()
    resident.refresh_from_db()
    holder.refresh_from_db()
    assert (resident.assurance, holder.assurance) == (Assurance.REGISTER_IN_PERSON, Assurance.TYPED)
    assert resident.assurance_changes.get().officer == officer


def test_nobody_asks_about_others_and_only_where_there_is_a_register(sandbox, resident, person, officer, settings):
    other = person("+6281299999999", "Orang Lain")
    with pytest.raises(NotAllowed):
        actions.ask_register(by=acting(other), resident=resident, number=NUMBER, name="X", consent=AGREED)
    with pytest.raises(NotAllowed):
        actions.record_register_answer(by=acting(other), check=RegisterCheck(), answer=None)  # type: ignore[arg-type]
    settings.ENV = replace(settings.ENV, register_file=None)
    with pytest.raises(ActionRefused, match="no register"):
        actions.ask_register(by=acting(resident), resident=resident, number=NUMBER, name="X", consent=AGREED)


@pytest.mark.parametrize(
    "words",
    [
        'address = "http://register.example"\ntoken = "long-enough-to-be-one"',
        'address = "https://register.example"\ntoken = "short"',
        'address = "https://register.example"\ntoken = "long-enough-to-be-one"\ntimeout = 300.0',
        'address = "https://register.example"\ntoken = "long-enough-to-be-one"\nunknown = 1',
    ],
)
def test_a_wrong_configuration_is_named(settings: Settings, tmp_path: Path, words: str):
    path = tmp_path / "register.toml"
    path.write_text(f'[wrong]\nadapter = "civil-registry"\n{words}\n')
    settings.ENV = replace(settings.ENV, register_file=path)
    with pytest.raises(InvalidEnvironment, match="KINI_REGISTER"):
        configured_register()
