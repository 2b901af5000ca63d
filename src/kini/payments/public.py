"""Public names of this room beside its models, actions, queries, rules, events and jobs."""

from kini.payments import ledger as ledger
from kini.payments.direct_bills import issue_bill as issue_bill
from kini.payments.direct_bills import record_payout as record_payout
from kini.payments.direct_bills import request_bill_code as request_bill_code
from kini.payments.direct_bills import withdraw_bill as withdraw_bill
from kini.payments.payment_pages import PaymentFrame as PaymentFrame
from kini.payments.payment_pages import answer_code as answer_code
from kini.payments.payment_pages import answer_pay as answer_pay
from kini.payments.providers import configured_providers as configured_providers
from kini.payments.providers.base import PaymentCode as PaymentCode
from kini.payments.providers.base import ReceivedPayment as ReceivedPayment
from kini.payments.providers.base import SettlementLine as SettlementLine
from kini.payments.tariffs import bill_registers as bill_registers
from kini.payments.tariffs import read_bills as read_bills
from kini.payments.tariffs import sample_bills as sample_bills
