"""Consistency checks after a crash test: every case exists once, every message was sent once, timelines verify."""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator

from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from kini.bench.mailserver import MailServer
from kini.cases.models import Case
from kini.cases.public import timeline
from kini.core import procrastinate_internals
from kini.core.models import AuditEntry
from kini.messages.models import Delivery, Message

#: Queues of jobs caused by users; maintenance jobs never end.
EVENT_QUEUES = ("events", "messages")
#: Seconds to wait for the next attempt of a job.
SOON = 60


def unfinished_jobs() -> dict[str, int]:
    """Number of unfinished or failed jobs by status."""
    statuses = ProcrastinateJob.objects.filter(queue_name__in=EVENT_QUEUES).values_list("status", flat=True)
    return dict(Counter(statuses))


def all_processed() -> bool:
    """Return True once no job is waiting or running; delayed jobs are run now."""
    run_delayed_now()
    return not {"todo", "doing"} & unfinished_jobs().keys()


def run_delayed_now() -> None:
    """Reschedule jobs that wait for the end of the quiet hours or a late retry to now."""
    procrastinate_internals.run_now(EVENT_QUEUES, SOON)


def with_timeout(condition: Callable[[], bool], seconds: float) -> Callable[[], bool]:
    """Return a condition that is also true once `seconds` have passed."""
    until = time.monotonic() + seconds
    return lambda: time.monotonic() > until or condition()


def findings(accepted: Collection[str], mail: MailServer) -> Iterator[str]:
    """Yield every inconsistency as a sentence.

    Args:
        accepted: reference returned for each submission.
        mail: server that received the messages.
    """
    yield from _cases(accepted)
    yield from _messages(accepted, mail)
    for reference, faults in timeline.verify_all():
        yield from (f"{reference}: {fault}" for fault in faults)


def _cases(accepted: Collection[str]) -> Iterator[str]:
    stored = set(Case.objects.values_list("reference", flat=True))
    counts = Counter(accepted)
    yield from (f"{reference} was given for {count} submissions" for reference, count in counts.items() if count > 1)
    yield from (f"{reference} was accepted and is not there" for reference in sorted(counts.keys() - stored))
    yield from (
        f"{reference} is there and was never confirmed to a client" for reference in sorted(stored - counts.keys())
    )
    audited = Counter(AuditEntry.objects.filter(action="cases.submitted").values_list("subject", flat=True))
    if audited != Counter(f"case:{reference}" for reference in stored):
        yield "the audit trail has other submissions than there are cases"


def _messages(accepted: Collection[str], mail: MailServer) -> Iterator[str]:
    yield from (f"{count} jobs are {status}" for status, count in sorted(unfinished_jobs().items()))
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


def summary(mail: MailServer) -> str:
    """Numbers of cases, entries and messages in one line."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_timelineentry")
        entries = cursor.fetchone()[0]
    cases, messages = Case.objects.count(), Message.objects.count()
    return f"{cases} cases, {entries} entries, {messages} messages written, {len(mail.taken)} times handed over"
