"""`./kini operator`: list, add and remove operators."""

import argparse

from kini.city.public import pack
from kini.core import command_line
from kini.core.actors import ActionRefused, system
from kini.people import actions, queries
from kini.people.models import Operator
from kini.people.public import contacts

BY = system("operator")


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", help="list them, masked")
    for verb, about in (("add", "make somebody an operator"), ("remove", "remove an operator, at once")):
        verbs.add_parser(verb, help=about).add_argument("contact", metavar="EMAIL-OR-PHONE")


def run(options: argparse.Namespace) -> int:
    if options.verb == "list":
        for each in Operator.objects.select_related("user").order_by("pk"):
            print(f"{each.user_id}  {contacts.contact_of(each.user).masked}  since {each.added_at:%Y-%m-%d}")
        return 0
    try:
        contact = contacts.parse_contact(options.contact, pack.current().country)
        (_add if options.verb == "add" else _remove)(contact)
    except (contacts.ContactError, ActionRefused) as refusal:
        raise command_line.CommandError(str(refusal)) from None
    return 0


def _add(contact: contacts.Contact) -> None:
    operator = actions.add_operator(by=BY, contact=contact)
    print(
        f"{contact.masked} (account {operator.user_id}) is now an operator, and must sign in again with a second step."
    )


def _remove(contact: contacts.Contact) -> None:
    user = queries.user_by_contact(contact)
    if user is None:
        raise command_line.CommandError("no account signs in with that; see ./kini operator list.")
    actions.remove_operator(by=BY, user=user)
    print(f"{contact.masked} (account {user.pk}) is no longer an operator.")
