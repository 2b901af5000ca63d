"""Public names of this room beside its models, actions, queries, rules, events and jobs."""

from kini.payments import ledger as ledger
from kini.payments.providers import configured_providers as configured_providers
from kini.payments.providers.base import PaymentCode as PaymentCode
from kini.payments.providers.base import ReceivedPayment as ReceivedPayment
from kini.payments.providers.base import SettlementLine as SettlementLine
from kini.payments.tariffs import bill_registers as bill_registers
from kini.payments.tariffs import read_bills as read_bills
from kini.payments.tariffs import sample_bills as sample_bills
