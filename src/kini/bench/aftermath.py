"""What is left after things fell: whether every case is there once, everything was told once, every timeline reads."""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator

from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from kini.bench.mailserver import MailServer
from kini.cases import timeline
from kini.cases.models import Case
from kini.core.models import AuditEntry
from kini.messages.models import Delivery, Message

#: Queues whose jobs come from what people do; upkeep goes on for ever.
TOLD = ("events", "messages")
#: Seconds for which the next try of a job is waited for.
SOON = 60


def left() -> dict[str, int]:
    """Jobs that are not done yet, or never will be, by status."""
    statuses = ProcrastinateJob.objects.filter(queue_name__in=TOLD).values_list("status", flat=True)
    return dict(Counter(statuses))


def all_told() -> bool:
    """Whether no job waits or runs any more. Nobody waits for the morning here: see `bring_forward`."""
    bring_forward()
    return not {"todo", "doing"} & left().keys()


def bring_forward() -> None:
    """Let what waits for a later hour (the end of the quiet ones, a far next try) have its turn now."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE procrastinate_jobs SET scheduled_at = now()
            WHERE status = 'todo' AND queue_name = ANY(%s) AND scheduled_at > now() + make_interval(secs => %s)
            """,
            [list(TOLD), SOON],
        )


def patient(condition: Callable[[], bool], seconds: float) -> Callable[[], bool]:
    """That condition, or the end of the patience with it."""
    until = time.monotonic() + seconds
    return lambda: time.monotonic() > until or condition()


def findings(accepted: Collection[str], mail: MailServer) -> Iterator[str]:
    """Everything that is not as it must be, a sentence each.

    Args:
        accepted: references that programs were given, one for each submission.
        mail: where messages arrived.
    """
    yield from _cases(accepted)
    yield from _messages(accepted, mail)
    for reference, faults in timeline.verify_all():
        yield from (f"{reference}: {fault}" for fault in faults)


def _cases(accepted: Collection[str]) -> Iterator[str]:
    there = set(Case.objects.values_list("reference", flat=True))
    given = Counter(accepted)
    yield from (f"{reference} was given for {count} submissions" for reference, count in given.items() if count > 1)
    yield from (f"{reference} was accepted and is not there" for reference in sorted(given.keys() - there))
    yield from (f"{reference} is there and was told to nobody" for reference in sorted(there - given.keys()))
    audited = Counter(AuditEntry.objects.filter(action="cases.submitted").values_list("subject", flat=True))
    if audited != Counter(f"case:{reference}" for reference in there):
        yield "the audit trail has other submissions than there are cases"


def _messages(accepted: Collection[str], mail: MailServer) -> Iterator[str]:
    yield from (f"{count} jobs are {status}" for status, count in sorted(left().items()))
    stored = list(Delivery.objects.values_list("recipient", "message__text", "sent_at"))
    unsent = Counter(Delivery.objects.filter(sent_at=None).values_list("state", "attempts", "fault"))
    twice = Counter((recipient, text) for recipient, text, _at in stored)
    yield from (
        f"the same message was written {count} times: {text}" for (_, text), count in twice.items() if count > 1
    )
    yield from (
        f"{count} messages were not delivered: {state} after {attempts} tries ({fault or 'no fault'})"
        for (state, attempts, fault), count in unsent.items()
    )
    texts = " ".join(text for _recipient, text, _at in stored)
    arrived = " ".join(each.get_content() for each in mail.taken)
    for reference in sorted(accepted):
        if reference not in texts:
            yield f"no message was written about {reference}"
        elif reference not in arrived:
            yield f"no message about {reference} arrived"


def figures(mail: MailServer) -> str:
    """How much there is, in one line."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_timelineentry")
        entries = cursor.fetchone()[0]
    cases, messages = Case.objects.count(), Message.objects.count()
    return f"{cases} cases, {entries} entries, {messages} messages written, {len(mail.taken)} times handed over"
