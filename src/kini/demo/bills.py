"""Sample bills of the pack for the demo."""

from kini.core.actors import system
from kini.payments import actions
from kini.payments.tariffs import bill_registers, read_bills, sample_bills


def load_sample_bills() -> None:
    """Load bills/NAME.csv of the pack for each register that has one."""
    for name in bill_registers():
        if sample_bills(name).is_file():
            actions.load_bills(by=system("demo"), register=name, rows=read_bills(sample_bills(name))[0], made_up=True)
