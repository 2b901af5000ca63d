"""Committed table of the response of every URL to every role, so that changes are seen in review.

Each file in permissions/ has the addresses of one room. A line says, for one address and method, the status that
everybody in PEOPLE (for the API: in PROGRAMS) gets; "sign-in" is a redirect to the sign-in, "=" the same as before it.
After an intended change, write them again and look at what differs:

    KINI_TABLES=write ./kini test tests/structure/test_permissions.py
"""

import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.test.client import ClientHandler
from pytest_django import DjangoDbBlocker

from kini.api import rate_limit
from kini.cases import actions
from kini.core.environment import ROOT
from kini.people import actions as people_actions
from kini.people.models import FamilyTie, Officer, Resident, RoleGrant, User
from kini.people.sessions import SessionStore
from kini.web import pages
from tests.cases import town as towns
from tests.environment import replace
from tests.pagechecks import check_headers
from tests.structure.test_addresses import CHOICES, ROUTES, SIGN_IN, listed

pytestmark = pytest.mark.xdist_group("permissions")  # one world for all tables

FOLDER = Path(__file__).parent / "permissions"
#: In the order of the columns. The officers of elsewhere may do everything there: in another agency, in another area.
PEOPLE = ("anonymous", "resident", "neighbour", "clerk", "chief", "other-agency", "other-area")
OFFICERS = ("clerk", "chief", "other-agency", "other-area")
PROGRAMS = ("anonymous", "resident", "neighbour", "chief", "other-agency", "other-area", "no-scope")
#: Those who have nothing to do with the case, draft and officers that the addresses name.
STRANGERS = ("anonymous", "neighbour", "other-agency", "other-area", "no-scope")
REFUSED = ("sign-in", "401", "403", "404", "405", "410", "415")
#: Forms that count by another proof than the token of a page: a signature, a program's own secret or token. The page
#: that asks whether a program is allowed may be opened by POST (OAuth 2.0); what is sent from it needs the token. The
#: language goes by what the browser says of the page that sent it (tests/web/test_pages.py).
BY_SIGNATURE = ("payments:notice", "messages:stop", "messages:notice", "reports:area-stop")
WITHOUT_FORM_TOKEN = ("api:", "reports:open311", "idp:oidc:", "people:allow-program", "web:language", *BY_SIGNATURE)
CATALOGUE = "categories: {trade: {icon: bag, name: {id: Usaha, en: Trade}}}\nquick: [stall-permit]\n"
SPACES = sorted({name.partition(":")[0] if ":" in name else "account" for name, _path in ROUTES})


#: With and without a check of the form's token. Shared by all browsers: building the middleware takes 1 ms each time.
HANDLERS = {strict: ClientHandler(enforce_csrf_checks=strict) for strict in (False, True)}


@dataclass(frozen=True)
class World:
    """The fictional town with one case, one draft and values for the parameters of URLs."""

    values: dict[str, str]
    sessions: dict[str, str]
    tokens: dict[str, str]


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[World]:
    """The town, shared by all tables; every request is rolled back."""
    folder = tmp_path_factory.mktemp("world")
    shutil.copytree(towns.PACK, folder / "pack")
    (folder / "pack" / "catalogue.yaml").write_text(CATALOGUE, "utf-8")  # so that every page can be opened
    env = replace(django_settings.ENV, outbox=False, demo=False)
    with (
        override_settings(CITY_PATH=folder / "pack", VAR_PATH=folder, ENV=env),
        django_db_blocker.unblock(),
        pytest.MonkeyPatch.context() as patch,
        transaction.atomic(),
    ):
        # Thousands of refusals are counted here by their status; what such a page shows is tested elsewhere.
        patch.setattr(pages, "error_page", lambda _request, status, _message="": HttpResponse(status=status))
        world = made()
        for name in OFFICERS:
            browser(world.sessions[name]).get("/desk/")  # begins the office day, once and not at each request
        yield world
        transaction.set_rollback(True)


def made() -> World:
    town = towns.build()
    permit = towns.offer("stall-permit", towns.PERMIT)
    by = town.named("resident")
    draft = towns.filled(by, permit, town.resident)
    document = actions.attach_file(by=by, draft=draft, slot="letter", upload=towns.photo())
    actions.save_answers(by=by, draft=draft, page="doc-letter", values={"letter": {"files": [str(document.pk)]}})
    case = actions.submit(by=by, draft=draft, confirm=True)
    begun = towns.filled(by, permit, town.resident)
    chief = towns.employed("+6281200000003", "Kepala Dinas", town.registry, "boss", "cashier")
    abroad = towns.employed("+6281200000004", "Kepala Lain", town.roads, "boss", "cashier")
    hill = towns.employed("+6281200000005", "Kepala Bukit", town.registry, "boss", "cashier", area=town.areas["hill"])
    details = people_actions.Details(name="Anak Contoh")
    people_actions.add_family_member(by=by, resident=town.resident, relation="child", details=details)
    reply = actions.create_reply(
        by=towns.acting(chief), agency=town.registry, service=None, title="Thanks", text="Thank you."
    )
    who: dict[str, Resident | Officer] = {
        "resident": town.resident,
        "neighbour": town.neighbour,
        "clerk": town.clerk,
        "chief": chief,
        "other-agency": abroad,
        "other-area": hill,
    }
    values = {
        "reference": case.reference,
        "draft": str(begun.pk),
        "document": str(document.pk),
        "key": "goods",
        "move": "accept",
        "number": "0",
        "resident": str(town.resident.pk),
        "officer": str(town.clerk.pk),
        "grant": str(RoleGrant.objects.get(officer=town.clerk).pk),
        "reply": str(reply.pk),
        "tie_id": str(FamilyTie.objects.get().pk),
        "slug:service": "stall-permit",
        "service": "stall-permit",
        "str:code": "1.1",
        "name": "trade",
    }
    return World(values, {name: session(each) for name, each in who.items()}, tokens(who))


def session(who: Resident | Officer) -> str:
    """Session cookie of a signed-in browser."""
    user = who.user
    assert isinstance(user, User)
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = django_settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.begin(officer=isinstance(who, Officer))
    store.save()
    return str(store.session_key)


def tokens(who: dict[str, Resident | Officer]) -> dict[str, str]:
    """Tokens of an OAuth client with all scopes, and with none."""
    scopes = ("cases:read", "cases:write", "desk:read", "desk:write")
    client = people_actions.register_client(
        by=towns.BY, name="App", addresses=["https://a.example/"], scopes=scopes, keeps_secrets=False, per_minute=1000
    ).client
    give = people_actions.issue_token
    issued = {
        name: give(by=towns.BY, client=client, user=each.user, scopes=scopes) for name, each in who.items() if each.user
    }
    assert who["resident"].user
    issued["no-scope"] = give(by=towns.BY, client=client, user=who["resident"].user, scopes=["openid"])
    return issued


def address(path: str, values: dict[str, str]) -> str:
    """Fill the URL's parameters with the world's values, or with values that do not exist."""
    chosen = CHOICES.sub(r"\1", path).strip("^$").replace("^", "")

    def fill(match: re.Match[str]) -> str:
        converter, _, name = match[1].rpartition(":")
        none = {"int": "1", "uuid": str(uuid.UUID(int=1)), "uuidstr": str(uuid.UUID(int=1))}.get(converter, "none")
        return values.get(match[1]) or values.get(name) or none

    return "/" + re.sub(r"<([\w:]+)>", fill, chosen)


def browser(session: str = "", *, strict: bool = False) -> Client:
    client = Client(raise_request_exception=False)
    client.handler = HANDLERS[strict]
    if session:
        client.cookies[django_settings.SESSION_COOKIE_NAME] = session
    return client


def word(response: HttpResponse) -> str:
    sent = response.status_code == 302 and response["Location"].startswith(SIGN_IN)
    return "sign-in" if sent else str(response.status_code)


def undone(ask: Callable[[], HttpResponse]) -> HttpResponse:
    """Send a request, roll its changes back, and return the status."""
    rate_limit.clear_buckets()
    with transaction.atomic():
        response = ask()
        for close in response._resource_closers:  # response.close() would end the database's connection as well
            close()
        transaction.set_rollback(True)
    return response


type Ask = Callable[[str], HttpResponse]


def of_page(world: World, method: str, url: str) -> Ask:
    return lambda who: browser(world.sessions.get(who, "")).generic(method, url, FORM, FORM_TYPE)


def of_api(world: World, method: str, url: str) -> Ask:
    def ask(who: str) -> HttpResponse:
        headers = {"Authorization": f"Bearer {world.tokens[who]}"} if who in world.tokens else {}
        body = b"" if method in ("GET", "DELETE") else BODIES.get(method, BODIES.get(url.rpartition("/")[2], b"{}"))
        sent = headers | {"Idempotency-Key": "a"}
        return browser().generic(method, url, body, "application/json", headers=sent)

    return ask


def of_all(ask: Ask, people: tuple[str, ...]) -> dict[str, HttpResponse]:
    """Statuses of all roles. A method that neither a stranger nor the chief may use is left out."""
    first = {who: undone(partial(ask, who)) for who in ("anonymous", "chief")}
    if {response.status_code for response in first.values()} == {405}:
        return first
    return {who: first.get(who) or undone(partial(ask, who)) for who in people}


#: What a program must send before anybody asks whether it may.
BODIES = {"PATCH": b'{"answers": {}}', "submission": b'{"confirm": true}'}
FORM, FORM_TYPE = b"", "application/x-www-form-urlencoded"
type Row = tuple[str, str, str, dict[str, str]]


def rows(world: World, space: str) -> Iterator[Row]:
    """(name, path, method, status by role) of every URL of a room."""
    for name, path in ROUTES:
        if (name.partition(":")[0] if ":" in name else "account") != space:
            continue
        url = address(path, world.values)
        program = url.startswith("/api/v1/")
        for method in ("GET", "POST", "PATCH", "DELETE") if program else ("GET", "POST"):
            send = (of_api if program else of_page)(world, method, url)
            answers = of_all(send, PROGRAMS if program else PEOPLE)
            for response in answers.values():
                check_headers(response, url)
            yield name, path, method, {who: word(response) for who, response in answers.items()}


def line(row: Row) -> str:
    name, path, method, statuses = row
    if set(statuses.values()) == {"405"}:
        return f"{name} /{path} {method}: 405"
    return f"{name} /{path} {method}: " + " ".join(f"{who}={status}" for who, status in statuses.items())


@pytest.mark.django_db
@pytest.mark.parametrize("space", SPACES)
def test_everybody_gets_what_the_table_says(world: World, space: str) -> None:
    measured = list(rows(world, space))
    refuse_strangers(measured)
    written = "".join(f"{line(row)}\n" for row in measured)
    table = FOLDER / f"{space}.txt"
    if os.environ.get("KINI_TABLES") == "write":
        FOLDER.mkdir(exist_ok=True)
        table.write_text(written, "utf-8")
    there = table.read_text("utf-8") if table.exists() else ""
    assert written.splitlines() == there.splitlines(), "see the top of this file"


def refuse_strangers(table: list[Row]) -> None:
    """Invariants of the table."""
    public = listed("public.txt")
    faults = []
    for row in table:
        name, path, _method, statuses = row
        theirs = [
            who for who in STRANGERS if who in statuses and re.search(r"<(str:|uuid(str)?:)?(reference|draft)>", path)
        ]
        theirs += [who for who in ("resident", "neighbour") if who in statuses and "/desk/" in f"/{path}"]
        theirs += ["no-scope"] if "no-scope" in statuses and name not in public else []
        malformed = "422" if path.startswith("api/") else ""  # bodies are read before anybody is asked for leave
        refused = {*REFUSED, malformed}
        faults += [line(row) for who in theirs if name not in public and statuses[who] not in refused]
        faults += [line(row) for status in statuses.values() if status.startswith("5")]
    assert faults == []


def test_no_table_is_left_of_a_room_that_is_gone() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == SPACES


@pytest.mark.django_db
@pytest.mark.parametrize("space", SPACES)
def test_a_form_without_the_token_of_a_page_is_refused(world: World, space: str) -> None:
    """Every URL, requested by a browser of a signed-in person with most rights."""
    names = []
    for name, path in ROUTES:
        if (name.partition(":")[0] if ":" in name else "account") != space or name.startswith(WITHOUT_FORM_TOKEN):
            continue
        url = address(path, world.values)
        for who in ("anonymous", "resident", "chief"):
            client = browser(world.sessions.get(who, ""), strict=True)
            status = undone(lambda client=client, url=url: client.generic("POST", url, FORM, FORM_TYPE)).status_code
            if status not in (403, 405):
                names.append(f"{name} answered {who} with {status}")
    assert names == []


def test_every_form_that_sends_has_the_token() -> None:
    bare = []
    for path in (ROOT / "src").rglob("templates/**/*.html"):
        for form in re.findall(r"<form\b[^>]*>.*?</form>", path.read_text("utf-8"), re.DOTALL):
            if (
                re.search(r"method=[\"']?post", form.partition(">")[0], re.IGNORECASE)
                and "{% csrf_token %}" not in form
                and not re.search(r'{% (url|address) "web:language" %}', form)  # says why in web/pages.py
                and '{% url "cases:start" ' not in form  # says why in web/csrf.py
            ):
                bare.append(f"{path.name}: {form[:120]}")
    assert bare == []
