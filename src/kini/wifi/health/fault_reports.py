"""Reports of faults at a site."""

from kini.cases import answers
from kini.cases.actions import merge
from kini.cases.models import Case
from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor
from kini.wifi import config
from kini.wifi.guards import require_system
from kini.wifi.models import FaultReport, Site


@action
def link_fault_report(*, by: Actor, case: Case) -> FaultReport | None:
    """Link a case to the site whose number it names, and merge it into the open report of that site if there is one.

    Idempotent. An unknown site number is left to the officers.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    require_system(by)
    network = config.network()
    code = str(answers.of_case(case).get(network.fault.site, "")) if network and network.fault else ""
    site = Site.objects.select_for_update().filter(code__iexact=code.strip()).first() if code else None
    if site is None:
        return None
    report, new = FaultReport.objects.get_or_create(case=case, defaults={"site": site})
    if not new:
        return report
    audit.record(by=by, action="wifi.fault-noted", subject=f"case:{case.reference}", detail={"site": site.code})
    others = FaultReport.objects.filter(site=site, case__closed_at__isnull=True, case__service=case.service_id)
    first = others.exclude(case=case).select_related("case").order_by("case__opened_at").first()
    if first and case.closed_at is None:
        merge(by=by, case=case, other=first.case)
    return report
