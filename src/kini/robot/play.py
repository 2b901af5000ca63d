"""Test of every service of a scratch city, several at a time, with one line of output each."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from kini.robot.accounts import RobotAccounts, create_accounts
from kini.robot.browser import CheckFailed
from kini.robot.information_play import InformationPlay
from kini.robot.service_play import ServicePlay, ServiceResult
from kini.services.models import Service
from kini.services.public import kinds

AT_ONCE = 6  # concurrent services; more than cores, since the threads wait for the server


def play(address: str, only: list[str]) -> bool:
    """Test all services (or those in `only`) and print a line each and a summary.

    Returns:
        Whether all services with an installed kind passed.
    """
    started = time.monotonic()
    services = list(Service.objects.filter(active=True).select_related("agency", "current").order_by("category", "id"))
    selected = [service for service in services if not only or service.id in only]
    testable = [service for service in selected if service.kind in kinds]
    accounts = create_accounts(address, testable)
    print(f"{'service':<34} {'kind':<13} {'questions':>9} {'states':>6} {'edges':>6} {'refused':>7}")
    results = list(run_all(accounts, testable))
    for result in results:
        if result.fault:
            print(f"\n{result.service}: {result.fault}")
    for service in selected:
        if service.kind not in kinds:
            check_unavailable_service(accounts, service)
    complete = sum(not result.fault for result in results)
    print(f"\n{accounts.requests()} requests in {time.monotonic() - started:.0f} s")
    print(f"{complete} of {len(selected)} services complete", flush=True)
    return complete == len(testable)


def run_all(accounts: RobotAccounts, services: list[Service]) -> Iterator[ServiceResult]:
    def run_one(service: Service) -> ServiceResult:
        try:
            play = ServicePlay if kinds.get(service.kind).has_cases else InformationPlay
            return play(accounts, service).run()
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for result in pool.map(run_one, services):
            print(result, flush=True)
            yield result


def check_unavailable_service(accounts: RobotAccounts, service: Service) -> None:
    """Check that a service without installed kind cannot be started."""
    page = accounts.resident.browser.get(f"/services/{service.id}/")
    if page.has_form(f"/services/{service.id}/start/"):
        raise CheckFailed(f"{page.url} offers to begin, though no room has the kind {service.kind}")
