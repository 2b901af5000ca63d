"""Public names of this room beside its models and queries."""

from kini.ledger import verification as verification
from kini.ledger.posting import AlreadyReversed as AlreadyReversed
from kini.ledger.posting import InsufficientBalance as InsufficientBalance
from kini.ledger.posting import KeyReused as KeyReused
from kini.ledger.posting import record_entry as record_entry
from kini.ledger.posting import reverse_entry as reverse_entry
from kini.ledger.queries import balance as balance
from kini.ledger.queries import balances as balances
from kini.ledger.queries import entries_of as entries_of
