"""Public names of this room beside its models."""

from kini.exchange import inbox as inbox
from kini.exchange import outbox as outbox
from kini.exchange.destinations import Destination as Destination
from kini.exchange.destinations import OutgoingMessage as OutgoingMessage
from kini.exchange.destinations import PermanentFailure as PermanentFailure
from kini.exchange.destinations import Receipt as Receipt
from kini.exchange.destinations import TemporaryFailure as TemporaryFailure
from kini.exchange.destinations import destinations as destinations
