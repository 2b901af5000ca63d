"""Sample bills of the pack for the demo."""

from kini.core.actors import system
from kini.payments import actions
from kini.payments.registers import read_rows, registers, samples


def load_samples() -> None:
    """Load bills/NAME.csv of the pack for each register that has one."""
    for name in registers():
        if samples(name).is_file():
            actions.load_bills(by=system("demo"), register=name, rows=read_rows(samples(name))[0], made_up=True)
