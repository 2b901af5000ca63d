"""`./kini open311`: list, add and revoke the programs that file reports by Open311."""

import argparse

from kini.core import command_line
from kini.core.actors import ActionRefused, system
from kini.reports import actions
from kini.reports.models import Open311Client

BY = system("open311")


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", help="list them, with the number of reports that each filed")
    verbs.add_parser("add", help="add a program; its key is shown once").add_argument("name", metavar="NAME")
    verbs.add_parser("revoke", help="refuse its key from now on").add_argument("id", metavar="ID", type=int)


def run(options: argparse.Namespace) -> int:
    if options.verb == "list":
        for each in Open311Client.objects.order_by("pk"):
            state = f"revoked {each.revoked_at:%Y-%m-%d}" if each.revoked_at else "active"
            print(f"{each.pk}  {each.name}  {state}  {each.requests.count()} reports")
    elif options.verb == "add":
        try:
            client, key = actions.add_open311_client(by=BY, name=options.name)
        except ActionRefused as refusal:
            raise command_line.CommandError(str(refusal)) from None
        print(f"{client.pk}  {client.name}\napi_key: {key}  (shown only once)")
    else:
        client_to_revoke = Open311Client.objects.filter(pk=options.id).first()
        if client_to_revoke is None:
            raise command_line.CommandError("there is no such program; see ./kini open311 list.")
        actions.revoke_open311_client(by=BY, client=client_to_revoke)
        print(f"{client_to_revoke.name}: its key is refused from now on.")
    return 0
