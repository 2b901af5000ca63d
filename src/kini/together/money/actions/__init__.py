"""Writes of pools, gifts and payouts."""

from kini.together.money.actions.gifts import give_at_counter as give_at_counter
from kini.together.money.actions.gifts import give_money as give_money
from kini.together.money.actions.gifts import lapse_gift as lapse_gift
from kini.together.money.actions.gifts import refund_gift as refund_gift
from kini.together.money.actions.gifts import request_code as request_code
from kini.together.money.actions.gifts import take_gift as take_gift
from kini.together.money.actions.gifts import withdraw_gift as withdraw_gift
from kini.together.money.actions.gifts import withdraw_gifts as withdraw_gifts
from kini.together.money.actions.payouts import decline_payout as decline_payout
from kini.together.money.actions.payouts import pay_out as pay_out
from kini.together.money.actions.payouts import propose_payout as propose_payout
from kini.together.money.actions.payouts import record_return as record_return
from kini.together.money.actions.pools import NewPool as NewPool
from kini.together.money.actions.pools import close_pool as close_pool
from kini.together.money.actions.pools import open_pool as open_pool
