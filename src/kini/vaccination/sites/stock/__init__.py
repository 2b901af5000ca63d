"""Stock of vaccines: every movement is one entry of the ledger, in microlitres, and locks its site.

Vials are moved sealed; doses come out of one opened vial. What happened is always recorded, also where the books say
that it cannot have: the difference is booked as found, so that nothing disappears. `accounts` has the accounts.
"""

from kini.vaccination.sites.stock.accounts import vials_at
from kini.vaccination.sites.stock.dose_movements import (
    REASONS,
    LotRefused,
    discard_vial,
    give,
    give_back,
    given_from,
    is_given,
    open_vial,
    problem_of_lot,
    take_back,
    taken_back,
)
from kini.vaccination.sites.stock.losses import (
    count,
    end_quarantine,
    quarantine,
    recall,
    waste,
    write_off_expired,
)
from kini.vaccination.sites.stock.vial_movements import count_in, receive, record_lot, send

__all__ = [
    "REASONS",
    "LotRefused",
    "count",
    "count_in",
    "discard_vial",
    "end_quarantine",
    "give",
    "give_back",
    "given_from",
    "is_given",
    "open_vial",
    "problem_of_lot",
    "quarantine",
    "recall",
    "receive",
    "record_lot",
    "send",
    "take_back",
    "taken_back",
    "vials_at",
    "waste",
    "write_off_expired",
]
