"""`./kini satusehat number practitioner USER NUMBER`: a number that cannot be looked up, entered by the operator."""

import argparse

from kini.core import command_line
from kini.core.actors import ActionRefused, system
from kini.satusehat import actions
from kini.satusehat.models import NationalNumber
from kini.satusehat.satusehat_client import clients


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=NationalNumber.KINDS)
    parser.add_argument("key", help="id of the account, the site, or the vaccine")
    parser.add_argument("number", help="at SATUSEHAT: practitioner, location, or product of the KFA")


def run(options: argparse.Namespace) -> int:
    configured = clients()
    if not configured:
        raise command_line.CommandError("no organization is configured: KINI_SATUSEHAT names no file.")
    for client in configured:
        try:
            actions.enter_number(
                by=system("satusehat number"),
                organization=client.organization,
                kind=options.kind,
                key=options.key,
                number=options.number,
            )
        except ActionRefused as refusal:
            raise command_line.CommandError(str(refusal)) from None
    return 0
