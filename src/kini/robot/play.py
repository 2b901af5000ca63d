"""Test of every service of a scratch city, several at a time, with one line of output each."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from kini.robot.accounts import RobotAccounts, create_accounts
from kini.robot.browser import CheckFailed
from kini.robot.information_play import InformationPlay
from kini.robot.report import ServiceResult
from kini.robot.service_play import ServicePlay
from kini.services.kinds import kinds
from kini.services.models import Service

AT_ONCE = 6  # concurrent services; more than cores, since the threads wait for the server


def play(address: str, only: list[str]) -> bool:
    """Test all services (or those in `only`) and print a line each and a summary.

    Returns:
        Whether all services with an installed kind passed.
    """
    started = time.monotonic()
    services = list(Service.objects.filter(active=True).select_related("agency", "current").order_by("category", "id"))
    chosen = [service for service in services if not only or service.id in only]
    playable = [service for service in chosen if service.kind in kinds]
    cast = create_accounts(address, playable)
    print(f"{'service':<34} {'kind':<13} {'questions':>9} {'states':>6} {'edges':>6} {'refused':>7}")
    rows = list(rows_of(cast, playable))
    for row in rows:
        if row.fault:
            print(f"\n{row.service}: {row.fault}")
    for service in chosen:
        if service.kind not in kinds:
            closed_start_page(cast, service)
    complete = sum(not row.fault for row in rows)
    print(f"\n{cast.requests()} requests in {time.monotonic() - started:.0f} s")
    print(f"{complete} of {len(chosen)} services complete", flush=True)
    return complete == len(playable)


def rows_of(cast: RobotAccounts, services: list[Service]) -> Iterator[ServiceResult]:
    def one(service: Service) -> ServiceResult:
        try:
            play = ServicePlay if kinds.get(service.kind).has_cases else InformationPlay
            return play(cast, service).run()
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for row in pool.map(one, services):
            print(row, flush=True)
            yield row


def closed_start_page(cast: RobotAccounts, service: Service) -> None:
    """Check that a service without installed kind cannot be started."""
    page = cast.resident.browser.get(f"/services/{service.id}/")
    if page.has_form(f"/services/{service.id}/start/"):
        raise CheckFailed(f"{page.url} offers to begin, though no room has the kind {service.kind}")
