"""Officers sign in through the city's own directory: a real provider on loopback, and what is refused."""

import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from django.test import Client
from pytest_django import Settings

from kini.core import system_programs
from kini.core.actors import ActionRefused, NotAllowed
from kini.core.environment import InvalidEnvironment
from kini.core.models import AuditEntry
from kini.people import actions, directory_config
from kini.people.contacts import ContactError
from kini.people.directory_config import DirectoryConfig
from kini.people.models import DirectoryLink, Officer
from tests.environment import replace
from tests.pagechecks import CheckedClient
from tests.people.conftest import BY, PACK, acting, make_officer

PROVIDER = "oidc-provider@9.13.3"
CALLBACK = "http://testserver/sign-in/directory/back/"
FILE = """
name = "Direktori Pegawai"
issuer = "{issuer}"
client_id = "kini"
client_secret = "secret-of-the-tests"
"""

type Configure = Callable[..., None]


@pytest.fixture
def configure(settings: Settings, tmp_path: Path) -> Configure:
    def write(issuer: str = "http://127.0.0.1:9", more: str = "") -> None:
        file = tmp_path / "directory.toml"
        file.write_text(FILE.format(issuer=issuer) + more, "utf-8")
        settings.ENV = replace(settings.ENV, directory=file)

    return write


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a provider with its own defaults (PKCE demanded, e-mail told by userinfo alone)."""
    node, folder = system_programs.find_or_install(("node",), "nodejs"), tmp_path_factory.mktemp("provider")
    if node is None or not system_programs.install_node_package(folder, PROVIDER):
        pytest.skip(f"{PROVIDER} could not be installed from npm")
    script = folder / "provider.mjs"
    script.write_text(Path(__file__).with_name("provider.mjs").read_text("utf-8"), "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [node, str(script), str(port), CALLBACK]
    with subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "ready" in line:
                break
        yield f"http://127.0.0.1:{port}"
        process.kill()


@pytest.fixture
def linked(officer: Officer) -> Officer:
    actions.link_directory(by=BY, officer=officer, email="Petugas@directory.example")
    return officer


def through(address: str, who: str) -> str:
    """Sign in at the provider as that person; the address at which they come back."""
    with httpx.Client(headers={"X-Who": who}) as browser:
        while not address.startswith(CALLBACK):
            answer = browser.get(address)
            assert answer.is_redirect, answer.text
            address = str(answer.url.join(answer.headers["Location"]))
    return address


def sign_in(client: Client, who: str, path: str = "/desk/") -> None:
    start = client.get("/sign-in/directory/", {"next": path})
    client.get(through(start.url, who))


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.long
@pytest.mark.django_db
class TestWithProvider:
    def test_a_linked_officer_signs_in(self, provider: str, configure: Configure, linked: Officer) -> None:
        configure(provider)
        client = CheckedClient()
        start = client.get("/sign-in/directory/", {"next": "/desk/"})
        query = httpx.URL(start.url).params
        assert query["code_challenge_method"] == "S256"
        assert query["state"]
        assert query["nonce"]
        answer = client.get(through(start.url, "linked"))
        assert answer.url == "/desk/"
        assert client.get("/desk/").status_code == 200
        link = DirectoryLink.objects.get(officer=linked)
        assert (link.issuer, link.subject) == (provider, "linked")
        assert AuditEntry.objects.filter(action="people.directory-subject-fixed").count() == 1

    def test_then_the_subject_counts_and_no_longer_the_address(
        self, provider: str, configure: Configure, linked: Officer
    ) -> None:
        configure(provider)
        sign_in(Client(), "linked")
        other = CheckedClient()
        sign_in(other, "renamed")
        assert not signed_in(other)
        again = CheckedClient()
        sign_in(again, "linked")
        assert signed_in(again)

    @pytest.mark.parametrize("who", ["unverified", "stranger"])
    def test_nobody_else_comes_in_and_no_officer_is_made(
        self, provider: str, configure: Configure, linked: Officer, who: str
    ) -> None:
        configure(provider)
        client = CheckedClient()
        sign_in(client, who)
        assert not signed_in(client)
        assert 'class="notice bad"' in client.get("/sign-in/").text
        assert Officer.objects.count() == 1

    def test_an_answer_is_taken_once_and_only_in_the_browser_that_asked(
        self, provider: str, configure: Configure, linked: Officer
    ) -> None:
        configure(provider)
        victim, client = CheckedClient(), CheckedClient()
        back = through(client.get("/sign-in/directory/").url, "linked")
        victim.get(back)
        assert not signed_in(victim)
        client.get(back)
        assert signed_in(client)
        client.post("/sign-out/")
        client.get(back)
        assert not signed_in(client)

    @pytest.mark.parametrize(("amr", "opens"), [("", False), (" otp", True)])
    def test_the_directory_s_second_step_counts(
        self, provider: str, configure: Configure, linked: Officer, running_pack: Callable, amr: str, opens: bool
    ) -> None:
        configure(provider)
        city = (PACK / "city.toml").read_text("utf-8")
        running_pack(PACK, {"city.toml": f'{city}\n[officers]\nsecond_step = "any"\n'})
        client = CheckedClient()
        sign_in(client, f"linked{amr}")
        assert (client.get("/desk/").status_code == 200) == opens

    def test_officers_can_be_required_to_use_it(self, provider: str, configure: Configure, linked: Officer) -> None:
        configure(provider, "required = true")
        client = CheckedClient()
        client.force_login(linked.user)
        assert client.get("/desk/").url == "/sign-in/directory/?next=%2Fdesk%2F"
        sign_in(client, "linked")
        assert client.get("/desk/").status_code == 200

    def test_signing_out_leads_to_the_end_of_the_session_there(
        self, provider: str, configure: Configure, linked: Officer
    ) -> None:
        configure(provider)
        client = CheckedClient()
        sign_in(client, "linked")
        assert client.post("/sign-out/").url == "/sign-in/directory/end/"
        assert not signed_in(client)
        assert f"{provider}/session/end?client_id=kini" in client.get("/sign-in/directory/end/").text


@pytest.mark.django_db
def test_without_a_directory_there_are_no_such_pages(client: Client) -> None:
    for path in ("/sign-in/directory/", "/sign-in/directory/back/", "/sign-in/directory/end/"):
        assert client.get(path).status_code == 404
    assert "directory" not in client.get("/sign-in/").text


@pytest.mark.django_db
def test_a_directory_that_is_away_is_said(client: Client, configure: Configure) -> None:
    configure()
    assert "Direktori Pegawai" in client.get("/sign-in/").text
    answer = client.get("/sign-in/directory/", {"next": "/desk/"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/sign-in/?next=%2Fdesk%2F"
    assert 'class="notice bad"' in answer.text
    assert client.get("/sign-in/directory/back/", {"state": "x", "code": "y"}).url == "/sign-in/"


@pytest.mark.parametrize(
    ("claims", "strength"),
    [
        ({}, "none"),
        ({"amr": ["pwd"]}, "none"),
        ({"amr": ["pwd", "otp"]}, "any"),
        ({"acr": "phr", "amr": ["hwk"]}, "passkey"),
        ({"amr": "otp"}, "none"),
    ],
)
def test_how_strong_a_sign_in_there_was(claims: dict, strength: str) -> None:
    configured = DirectoryConfig(name="x", issuer="https://x.example", client_id="x", client_secret="x")
    assert configured.strength(claims) == strength


@pytest.mark.parametrize("more", ["nonsense = 1", "required = 7 +"])
def test_a_wrong_file_is_named(configure: Configure, more: str) -> None:
    configure(more=more)
    with pytest.raises(InvalidEnvironment, match="KINI_DIRECTORY"):
        directory_config.configured_directory()


def test_in_production_the_issuer_is_reached_over_tls(configure: Configure, settings: Settings) -> None:
    configure()
    settings.ENV = replace(settings.ENV, name="production")
    with pytest.raises(InvalidEnvironment, match="https"):
        directory_config.configured_directory()


# Who is linked


@pytest.mark.django_db
def test_only_who_manages_officers_links_them_and_nobody_themselves(officer, person, agency, other_agency) -> None:
    head = make_officer(person("+6281200000002").user, agency, "Kepala")
    actions.grant_role(by=BY, officer=head, role="manager")
    actions.link_directory(by=acting(head), officer=officer, email="petugas@directory.example")
    for by, of in ((acting(officer), head), (acting(head), head)):
        with pytest.raises(NotAllowed):
            actions.link_directory(by=by, officer=of, email="x@directory.example")
    stranger = make_officer(person("+6281200000003").user, other_agency, "Lain")
    with pytest.raises(NotAllowed):
        actions.link_directory(by=acting(head), officer=stranger, email="x@directory.example")
    entry = AuditEntry.objects.get(action="people.directory-linked")
    assert "directory.example" not in str(entry.detail)


@pytest.mark.django_db
def test_an_address_is_linked_once_and_can_be_taken_back(linked: Officer, person, agency) -> None:
    other = make_officer(person("+6281200000002").user, agency, "Lain")
    with pytest.raises(ActionRefused):
        actions.link_directory(by=BY, officer=other, email="PETUGAS@directory.example")
    with pytest.raises(ContactError):
        actions.link_directory(by=BY, officer=other, email="0812")
    actions.link_directory(by=BY, officer=linked, email="")
    assert not DirectoryLink.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("by", [True, False])
def test_an_officer_who_no_longer_works_is_not_found(linked: Officer, by: bool) -> None:
    find = {"by": BY if by else acting(linked), "issuer": "i", "subject": "s", "email": "petugas@directory.example"}
    if by:
        assert actions.match_directory_officer(**find) == linked.user
        actions.deactivate_officer(by=BY, officer=linked)
    with pytest.raises(NotAllowed):
        actions.match_directory_officer(**find)
