"""`./kini check faults`: kill processes during many submissions and verify that nothing is lost or duplicated."""

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psutil
from allauth.idp.oidc.models import Client
from django.db import connection

from kini.bench import consistency_checks
from kini.bench.clients import Application, ClientPool
from kini.bench.mailserver import MailServer
from kini.core.actors import system
from kini.core.process_supervisor import ProcessError
from kini.people import actions
from kini.people.public import contacts, profile_values
from kini.robot.scratch import ScratchCity
from kini.services.models import Service
from kini.services.public import examples, snapshot_of

BY = system("faults")
VICTIMS = ("worker", "web", "database")
#: Maximum number of services to submit to.
MOST_SERVICES = 5
#: Seconds to wait for jobs: those of a killed worker are detected only after missing heartbeats.
SECONDS_TO_TELL = 180.0
SCOPES = ("cases:read", "cases:write")


@dataclass(frozen=True, slots=True)
class CheckSize:
    """Size of the check: submissions, concurrent clients, kills per process."""

    submissions: int
    clients: int
    kills: int


@dataclass(frozen=True, slots=True)
class ApplyingClient:
    """API client of one resident, with complete applications by service."""

    token: str
    bodies: dict[str, dict[str, Any]]

    def application(self, service: str) -> Application:
        return Application(self.token, self.bodies[service])


@dataclass(frozen=True, slots=True)
class Kill:
    """Process to kill after a number of accepted submissions."""

    victim: str
    after: int


def create_clients(count: int) -> list[ApplyingClient]:
    """Create residents, each with an API client without practical rate limit."""
    registered = actions.register_client(
        by=BY,
        name="Check of faults",
        addresses=["http://127.0.0.1/"],
        scopes=SCOPES,
        keeps_secrets=False,
        per_minute=100_000,
    )
    return [_program(registered.client, number) for number in range(1, count + 1)]


def _program(client: Client, number: int) -> ApplyingClient:
    user = actions.open_account(by=BY, contact=contacts.Contact("email", f"resident-{number}@faults.example"))
    resident = actions.ensure_resident(by=BY, user=user)
    token = actions.issue_token(by=BY, client=client, user=user, scopes=SCOPES)
    known, bodies = profile_values.known_values(resident), {}
    for service in Service.objects.filter(active=True, current__isnull=False).select_related("current").order_by("pk"):
        assert service.current
        answers = examples.example_answers(snapshot_of(service.current), known, number)
        if answers is not None:
            bodies[service.pk] = {"service": service.pk, "answers": answers, "confirm": True}
    return ApplyingClient(token, bodies)


def distribute(clients: Sequence[ApplyingClient], pool: ClientPool, submissions: int) -> list[list[Application]]:
    """Distribute submissions over clients and services, after the first client has tried which services accept them.

    Raises:
        ProcessError: the pack has no service that accepts applications without files.
    """
    scout = clients[0]
    services = [service for service in scout.bodies if pool.try_once(scout.application(service))][:MOST_SERVICES]
    if not services:
        raise ProcessError("the pack has no service for which a program can apply without files.")
    shares: list[list[Application]] = [[] for _ in clients]
    for number in range(submissions):
        shares[number % len(clients)].append(
            clients[number % len(clients)].application(services[number % len(services)])
        )
    return shares


def plan_kills(submissions: int, times: int) -> list[Kill]:
    """Plan `times` kills of each victim, spread over the submissions."""
    victims = VICTIMS * times
    return [Kill(victim, submissions * place // (len(victims) + 1)) for place, victim in enumerate(victims, 1)]


def submit_and_kill(
    scratch: ScratchCity, pool: ClientPool, shares: Sequence[Sequence[Application]], kills: Sequence[Kill]
) -> None:
    """Submit everything while killing processes; return once all clients are done and all processes restarted.

    Raises:
        ProcessError: a process does not come back.
    """
    before, waiting = len(pool.accepted), list(kills)
    expected = Counter(each.victim for each in kills)

    def over() -> bool:
        if waiting and len(pool.accepted) - before >= waiting[0].after:
            kill_process(scratch, waiting.pop(0).victim)
        return pool.done() and Counter(scratch.supervisor.revived) >= expected

    pool.begin(shares)
    if reason := scratch.supervisor.wait(until=over):
        raise ProcessError(f"{reason}.")


def kill_process(scratch: ScratchCity, victim: str) -> None:
    """Kill a process and its children (SIGKILL)."""
    pids = scratch.supervisor.pids() | {"database": scratch.database.pid or 0}
    root = psutil.Process(pids[victim])
    for process in [*root.children(recursive=True), root]:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def run(scratch: ScratchCity, address: str, mail: MailServer, size: CheckSize) -> list[str]:
    """Run the whole check, print progress and counts, and return findings, a sentence each."""
    pool = ClientPool(address)
    shares = distribute(create_clients(size.clients), pool, size.submissions)
    connection.close()  # the database is about to be killed
    connection.close_pool()  # type: ignore[attr-defined]
    started = time.monotonic()
    submit_and_kill(scratch, pool, shares, plan_kills(size.submissions, size.kills))
    seconds = time.monotonic() - started
    problem = scratch.supervisor.wait(
        until=consistency_checks.with_timeout(consistency_checks.all_processed, SECONDS_TO_TELL)
    )
    print(
        f"  {size.submissions} submissions by {size.clients} clients in {seconds:.0f} s,"
        f" the slowest {pool.slowest:.1f} s"
    )
    print(f"  killed and started again: {_counted(Counter(scratch.supervisor.revived))}")
    print(f"  sent again: {_counted(pool.again) or 'nothing'}; {pool.replayed} answered from what was kept")
    print(f"  {consistency_checks.summary(mail)}, done {time.monotonic() - started - seconds:.0f} s after the last one")
    return [
        *pool.faults,
        *([problem] if problem else []),
        *consistency_checks.findings(list(pool.accepted.values()), mail),
    ]


def _counted(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counter.most_common())
