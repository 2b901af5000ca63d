"""`./kini bench services`: residents, officers and API clients in a city with many cases."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.urls import reverse

from kini.api.operations import JSON, PREFIX
from kini.bench import api_clients, baselines
from kini.bench.workloads import Goal, Requests, Workload
from kini.cases.public import CasePermission
from kini.cases.queries import QUEUE_PAGE_SIZE
from kini.people.models import Officer, User
from kini.people.public import Permission, SessionStore
from kini.people.queries import officer_actor
from kini.people.rules import may_somewhere
from kini.services.models import Service
from kini.services.public import catalogue, snapshots_by_version

#: Request headers of a browser.
BROWSER: tuple[tuple[str, Sequence[str]], ...] = (("Accept-Encoding", ("gzip",)), ("Accept", ("text/html",)))


def workloads(cases: int) -> list[Workload]:
    """Workloads of this benchmark for a city with that many cases."""
    rows = baselines.create_rows(cases)
    services = Service.objects.filter(active=True).order_by("pk").values_list("pk", flat=True)
    start_pages = [reverse("services:service", args=[pk]) for pk in services]
    searches = [f"{reverse('services:search')}?{urlencode({'q': words})}" for words in search_terms()]
    callers = api_clients.create_api_clients()
    tokens = [("Authorization", [each.authorization for each in callers])]
    sent = [*tokens, ("Content-Type", [JSON])]
    creating = [
        Workload(
            "create a case (API)",
            "kini",
            Requests([f"{PREFIX}/cases"], "POST", bodies, sent, keyed=True, status=201),
            Goal(250, 0.25),
            "one INSERT",
            expected_text='"reference"',
        )
        for bodies in [api_clients.application_bodies()]
        if bodies  # a small city may have no service that needs no file
    ]
    return [
        Workload(
            "one indexed SELECT",
            "bare",
            Requests([f"/select/{row}" for row in rows[:20_000]]),
            expected_text="yardstick",
        ),
        Workload("one INSERT", "bare", Requests(["/insert"], "POST", keyed=True, status=201)),
        *creating,
        Workload(
            "read one's case (API)",
            "kini",
            Requests([each.case for each in callers], headers=tokens),
            Goal(ratio=0.40),
            "one indexed SELECT",
            expected_text='"reference"',
        ),
        _page("service page", start_pages, Goal(ratio=0.40), baseline="one indexed SELECT"),
        _page("catalogue page", [reverse("services:catalogue")], Goal(ratio=0.40), baseline="one indexed SELECT"),
        _page("search", searches, Goal(per_second=300, p99_ms=150)),
        _page(
            f"officer's queue, {QUEUE_PAGE_SIZE} rows",
            [reverse("cases:desk")],
            Goal(per_second=150),
            cookies=officer_cookies(),
        ),
    ]


def search_terms() -> list[str]:
    """Search terms: names of services, synonyms, and both with a missing letter."""
    snapshot = snapshots_by_version(Service.objects.filter(active=True).values_list("current", flat=True))
    names = [text for _, each in sorted(snapshot.items()) for text in each.definition.name.root.values()]
    meant = [word for group in catalogue.current().synonyms for word in group]
    correct = [" ".join(text.split()[:3]) for text in [*names, *meant]]
    return [text for typed in correct for text in (typed, typed[:3] + typed[4:])]


def _page(name: str, paths: Sequence[str], goal: Goal, baseline: str = "", cookies: Sequence[str] = ()) -> Workload:
    headers = (*BROWSER, ("Cookie", cookies)) if cookies else BROWSER
    return Workload(name, "kini", Requests(paths, headers=headers), goal, baseline, expected_text="</html>")


def officer_cookies(permission: Permission = CasePermission.SEE_CASES) -> list[str]:
    """Session cookie of every active officer with a permission."""
    officers = Officer.objects.filter(active=True, user__isnull=False).select_related("user").order_by("pk")
    seeing = [each for each in officers if may_somewhere(officer_actor(each), permission)]
    return [f"{settings.SESSION_COOKIE_NAME}={create_session(each.user)}" for each in seeing if each.user]


def create_session(user: User, *, officer: bool = True) -> str:
    """Create a session in which the user is signed in; return its key."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.begin(officer=officer)
    store.save()
    return str(store.session_key)
