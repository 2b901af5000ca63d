"""Made-up reading by colleagues of the counter officer over the last weeks, so that heads see a living report."""

import random
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from kini.cases.models import Case
from kini.city import pack
from kini.core import moments
from kini.core.actors import Actor
from kini.demo.people import BY, Cast
from kini.people import actions, queries
from kini.people.access_log import Read, What
from kini.people.contacts import Contact
from kini.people.permissions import Permission
from kini.people.roles import roles

SEED = 27_2022
COLLEAGUES = 3
DAYS = 28
#: Cases that a colleague opens on an ordinary day, and what the last one opens today.
ORDINARY, UNUSUAL = (3, 12), 75


def read(cast: Cast) -> None:
    """Let colleagues open cases on the working days of the last weeks; today one of them opens far too many."""
    chance = random.Random(SEED)  # noqa: S311 -- a demo, no secret
    cases = list(Case.objects.order_by("pk").values_list("resident_id", "reference"))
    reads = [Read(resident, reference) for resident, reference in cases]
    colleagues = [_colleague(cast, number) for number in range(1, COLLEAGUES + 1)]
    for back in range(DAYS, -1, -1):
        moment = moments.now() - timedelta(days=back)
        if back and not pack.current().calendar.is_working_day(moment.date()):
            continue
        for number, by in enumerate(colleagues, 1):
            most = UNUSUAL if not back and number == COLLEAGUES else chance.randint(*ORDINARY)
            _open(by, chance.sample(reads, min(most, len(reads))), moment)


def _open(by: Actor, reads: list[Read], moment: datetime) -> None:
    with moments.at(moment):
        actions.log_reads(by=by, what=What.CASE, reads=reads)


def _colleague(cast: Cast, number: int) -> Actor:
    """Somebody of the counter officer's agency who may see cases; nobody signs in as them."""
    counter = queries.officer_of(cast.counter)
    assert counter is not None
    role = next(name for name, each in roles().items() if Permission.SEE_CASES in each.may)
    user = actions.open_account(by=BY, contact=Contact("email", f"colleague-{number}@demo.example"))
    name = _("Colleague {number}").format(number=number)
    officer = actions.create_officer(by=BY, user=user, agency=counter.agency, name=name)
    actions.grant_role(by=BY, officer=officer, role=role)
    return queries.officer_actor(officer)
