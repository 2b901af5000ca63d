"""`./kini programs`: which programs may ask people for leave to act for them; register one, remove one."""

import argparse

from allauth.idp.oidc.models import Client

from kini.api.callers import PER_MINUTE, scopes
from kini.cli import console
from kini.core.actors import Refused, system
from kini.people import actions


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--add", metavar="NAME", help="register a program under this name")
    parser.add_argument("--remove", metavar="ID", help="end a program, with all its tokens")
    parser.add_argument("--back", nargs="+", default=[], metavar="ADDRESS", help="where people are sent back to")
    parser.add_argument("--scopes", nargs="+", default=[], metavar="SCOPE", help=f"of {', '.join(scopes.names())}")
    parser.add_argument("--server", action="store_true", help="it runs on a server and keeps a secret of its own")
    parser.add_argument("--per-minute", type=int, default=PER_MINUTE, help="requests for each person in a minute")


def run(options: argparse.Namespace) -> int:
    if options.add:
        return _add(options)
    if options.remove:
        return _remove(options.remove)
    for client in Client.objects.order_by("created_at"):
        print(f"{client.pk}  {client.name}  {' '.join(client.get_scopes())}  {' '.join(client.get_redirect_uris())}")
    return 0


def _add(options: argparse.Namespace) -> int:
    if not (options.back and options.scopes):
        raise console.Fault("say where people are sent back to (--back) and what it may ask for (--scopes).")
    try:
        made = actions.register_program(
            by=system("programs"),
            name=options.add,
            addresses=options.back,
            scopes=options.scopes,
            keeps_secrets=options.server,
            per_minute=options.per_minute,
        )
    except Refused as refusal:
        raise console.Fault(str(refusal)) from None
    print(f"client_id: {made.client.pk}")
    if made.secret:
        print(f"client_secret: {made.secret}  (shown only now)")
    return 0


def _remove(pk: str) -> int:
    client = Client.objects.filter(pk=pk).first()
    if client is None:
        raise console.Fault(f'there is no program "{pk}"; ./kini programs lists them.')
    actions.remove_program(by=system("programs"), client=client)
    print(f"{client.name} is removed, with all its tokens.")
    return 0
