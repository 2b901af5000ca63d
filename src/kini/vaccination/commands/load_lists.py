"""`./kini verify trust`: load, list and remove the keys, revocations and rules by which certificates are verified."""

import argparse
from pathlib import Path

from kini.core import command_line
from kini.core.actors import ActionRefused, system
from kini.documents.public import signing_keys
from kini.vaccination.certificates import actions, queries
from kini.vaccination.certificates.models import VerifierList


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="DID document, JWKS, VCI directory, PEM, revocation list, or business rules; none: list what is loaded",
    )
    parser.add_argument("--name", help="name of the list (default: the file's name); a loaded one is replaced")
    parser.add_argument("--issuer", default="", help="address of the issuer of SMART Health Cards, for its JWKS")
    parser.add_argument("--remove", metavar="NAME", help="remove a loaded list")


def run(options: argparse.Namespace) -> int:
    by = system("verify trust")
    if options.name and len(options.files) != 1:
        raise command_line.CommandError("--name needs exactly one file.")
    try:
        if options.remove:
            actions.remove_list(by=by, name=options.remove)
        for path in options.files:
            stored = actions.load_list(
                by=by, name=options.name or path.name, data=path.read_bytes(), issuer=options.issuer
            )
            print(f"{stored.name}: loaded as {stored.kind}.")
    except (ActionRefused, OSError) as error:
        raise command_line.CommandError(str(error)) from None
    _show()
    return 0


def _show() -> None:
    for each in VerifierList.objects.order_by("name"):
        print(f"  {each.name}  {each.kind}  {each.loaded_at:%Y-%m-%d %H:%M}  {each.issuer}".rstrip())
    try:
        trust, rules = queries.trusted(), queries.rules()
    except signing_keys.KeyUnavailable as error:
        raise command_line.CommandError(str(error)) from None
    countries = sorted({key.country for key in trust.keys if key.country})
    print(
        f"{len(trust.keys)} keys ({', '.join(countries) or 'no country named'}), {len(trust.hashes)} revoked hashes, "
        f"{len(trust.cards)} revoked cards, {len(rules.rules)} rules."
    )
