"""`./kini programs`: list, register and remove OAuth clients."""

import argparse
from pathlib import Path
from typing import Any

from allauth.idp.oidc.models import Client

from kini.api.auth import PER_MINUTE, scopes
from kini.core import command_line
from kini.core.actors import ActionRefused, system
from kini.people import actions
from kini.people.client_assertion import ClientKeyError, parse_public_keys


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--add", metavar="NAME", help="register a program with this name")
    parser.add_argument("--remove", metavar="ID", help="remove a program with all its tokens")
    parser.add_argument("--back", nargs="+", default=[], metavar="ADDRESS", help="redirect URIs")
    parser.add_argument("--scopes", nargs="+", default=[], metavar="SCOPE", help=f"of {', '.join(scopes.names())}")
    parser.add_argument("--server", action="store_true", help="it runs on a server and keeps a secret")
    parser.add_argument("--keys", metavar="FILE", type=Path, help="its public keys (PEM, JWK Set), instead of a secret")
    parser.add_argument("--replace-keys", metavar="ID", help="let that program authenticate with --keys only")
    parser.add_argument("--per-minute", type=int, default=PER_MINUTE, help="requests per person and minute")


def run(options: argparse.Namespace) -> int:
    if options.add:
        return _add(options)
    if options.remove:
        return _remove(options.remove)
    if options.replace_keys:
        return _replace_keys(options)
    for client in Client.objects.order_by("created_at"):
        print(f"{client.pk}  {client.name}  {' '.join(client.get_scopes())}  {' '.join(client.get_redirect_uris())}")
    return 0


def _add(options: argparse.Namespace) -> int:
    if not (options.back and options.scopes):
        raise command_line.CommandError("give its redirect URIs (--back) and scopes (--scopes).")
    try:
        registration = actions.register_client(
            by=system("programs"),
            name=options.add,
            addresses=options.back,
            scopes=options.scopes,
            keeps_secrets=options.server or options.keys is not None,
            per_minute=options.per_minute,
            keys=_keys(options.keys),
        )
    except ActionRefused as refusal:
        raise command_line.CommandError(str(refusal)) from None
    print(f"client_id: {registration.client.pk}")
    if registration.secret:
        print(f"client_secret: {registration.secret}  (shown only once)")
    return 0


def _keys(file: Path | None) -> list[dict[str, Any]]:
    try:
        return parse_public_keys(file.read_text()) if file else []
    except (OSError, UnicodeDecodeError) as fault:
        raise command_line.CommandError(f"{file} cannot be read: {fault}") from None
    except ClientKeyError as fault:
        raise command_line.CommandError(f"{file} cannot be used: {fault}.") from None


def _replace_keys(options: argparse.Namespace) -> int:
    if options.keys is None:
        raise command_line.CommandError("give the file with its public keys (--keys FILE).")
    client = _client(options.replace_keys)
    try:
        actions.replace_client_keys(by=system("programs"), client=client, keys=_keys(options.keys))
    except ActionRefused as refusal:
        raise command_line.CommandError(str(refusal)) from None
    print(f"{client.name} now authenticates with its new keys only.")
    return 0


def _remove(pk: str) -> int:
    client = _client(pk)
    actions.remove_client(by=system("programs"), client=client)
    print(f"{client.name} was removed with all its tokens.")
    return 0


def _client(pk: str) -> Client:
    client = Client.objects.filter(pk=pk).first()
    if client is None:
        raise command_line.CommandError(f'there is no program "{pk}"; ./kini programs lists them.')
    return client
