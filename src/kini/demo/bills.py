"""Made-up bills of the pack, to be looked up in a first look."""

from kini.core.actors import system
from kini.payments import actions
from kini.payments.registers import read_rows, registers, samples


def load_samples() -> None:
    """Load bills/NAME.csv of the pack for every register that has one."""
    for name in registers():
        if samples(name).is_file():
            actions.load_bills(by=system("demo"), register=name, rows=read_rows(samples(name))[0], made_up=True)
