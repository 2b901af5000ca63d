"""Draws of audits: of the closed reports whose reporter said nothing, a random share is looked at again."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from kini.cases.models import Case
from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import Actor, require_system
from kini.core.crypto import permanent_hash
from kini.core.published_draws import drawn_tickets, new_seed
from kini.reports.models import Audit, AuditDraw, AuditLot, ClosingAnswer
from kini.web.formats import today

#: After so long without an answer a reporter counts as silent.
SILENT = timedelta(days=14)
ONE_IN = 20
TICKET_PURPOSE = "reports.audit-ticket"


@action
def draw_audits(*, by: Actor) -> int:
    """Make the draw whose seed was fixed on an earlier day, and fix the seed of the next one; return the new audits.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    day, made = today(), 0
    draw = AuditDraw.objects.select_for_update().filter(day__lte=day, seed="").order_by("day").first()
    if draw is not None:
        made = _draw(draw)
        audit.record(by=by, action="reports.audits-drawn", subject=f"audit-draw:{draw.day}", detail={"audits": made})
    seed, commitment = new_seed()
    AuditDraw.objects.get_or_create(
        day=day + timedelta(days=1), defaults={"commitment": commitment, "secret": seed, "one_in": ONE_IN}
    )
    return made


def _draw(draw: AuditDraw) -> int:
    earlier = AuditDraw.objects.exclude(seed="").order_by("-until").first()
    until = current_time.now() - SILENT
    since = earlier.until if earlier and earlier.until else until - timedelta(days=1)
    by_agency: dict[str, dict[str, Case]] = defaultdict(dict)
    for case in _silent(since, until):
        ticket = permanent_hash(f"{case.reference} {case.closed_at}", TICKET_PURPOSE).hex()[:32]
        by_agency[case.agency_id][ticket] = case
    draw.seed, draw.secret, draw.until = draw.secret, "", until
    draw.save(update_fields=["seed", "secret", "until"])
    lots, audits = [], []
    for agency, cases in by_agency.items():
        drawn = drawn_tickets(draw.seed, cases, draw.one_in)
        lots += [AuditLot(draw=draw, agency_id=agency, ticket=each, drawn=each in drawn) for each in sorted(cases)]
        audits += [
            Audit(case=case, closed_at=case.closed_at, cause=Audit.RANDOM)
            for case in (cases[each] for each in drawn)
            if case.closed_at
        ]
    AuditLot.objects.bulk_create(lots)
    return len(Audit.objects.bulk_create(audits))


def _silent(since: datetime, until: datetime) -> list[Case]:
    """Reports closed as solved within that time, whose reporter said nothing and which nobody audits."""
    closing = {"case": OuterRef("pk"), "closed_at": OuterRef("closed_at")}
    cases = Case.objects.filter(kind="report", outcome="solved", closed_at__gte=since, closed_at__lt=until)
    cases = cases.exclude(Exists(ClosingAnswer.objects.filter(**closing))).exclude(
        Exists(Audit.objects.filter(**closing))
    )
    return list(cases.filter(anonymised_at=None).only("reference", "closed_at", "agency_id").order_by("pk"))
