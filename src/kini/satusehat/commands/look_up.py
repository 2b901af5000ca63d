"""`./kini satusehat look-up`: what SATUSEHAT says of organization, facilities and vaccines; kept with the day."""

import argparse
from collections.abc import Iterator

from kini.core import command_line
from kini.exchange.public import TemporaryFailure
from kini.satusehat.models import NationalNumber
from kini.satusehat.national_numbers import organization_name, product_number
from kini.satusehat.satusehat_client import Refused, SatusehatClient, clients
from kini.vaccination.public import campaign_files


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--facility", help="part of the name of facilities to find in the Ministry's index")


def run(options: argparse.Namespace) -> int:
    configured = clients()
    if not configured:
        raise command_line.CommandError("no organization is configured: KINI_SATUSEHAT names no file.")
    try:
        for client in configured:
            for line in _lines(client, options.facility or ""):
                print(line)
    except (TemporaryFailure, Refused) as failure:
        raise command_line.CommandError(str(failure)) from None
    return 0


def _lines(client: SatusehatClient, facility: str) -> Iterator[str]:
    yield f"organization {client.organization}: {organization_name(client) or 'not known there'}"
    for key, vaccine in campaign_files.vaccines().items():
        code = product_number(client, key, str(vaccine.name), vaccine.codes.kfa)
        row = NationalNumber.objects.filter(organization=client.organization, kind="product", key=key).first()
        name = row.name if row and row.name else "not found in KFA"
        yield f"vaccine {key}: {code or 'no code'}, {name}"
    for each in client.find_facilities(facility) if facility else ():
        yield f"facility {each.get('kode_satusehat', '')}: {each.get('nama', '')}"
