"""`./kini verify`: verify a certificate given as text, on standard input, or as a file (text, SMART card, picture)."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from kini.city.public import pack
from kini.core import command_line, current_time
from kini.documents.public import signing_keys
from kini.vaccination.certificates import queries, shc
from kini.vaccination.certificates.business_rules import RuleSet, UnreadableRules, read_rules
from kini.vaccination.certificates.refusals import LONGEST_CONTENT
from kini.vaccination.certificates.trust import Trust, UnreadableList, read_list
from kini.vaccination.certificates.verdict_sentences import sentence
from kini.vaccination.certificates.verification import Verdict, verify

INVALID = 1
#: Characters that are read of a file.
LONGEST_TEXT = 4 * LONGEST_CONTENT
PICTURES = {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "codes",
        nargs="*",
        metavar="CODE",
        help='text of a code ("HC1:...", "shc:/..."), or a file with it or its picture; none: standard input. '
        "Several: the codes of one SMART Health Card",
    )
    parser.add_argument("--at", help="moment for which it is checked, ISO 8601 (default: now)")
    parser.add_argument(
        "--trust", action="append", type=Path, default=[], metavar="FILE", help="also trust the keys of this file"
    )
    parser.add_argument(
        "--rules", action="append", type=Path, default=[], metavar="FILE", help="also check these business rules"
    )
    parser.add_argument("--country", help="whose rules of acceptance apply (default: the city's country)")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(options: argparse.Namespace) -> int:
    """Print the result; exit code 0: valid, 1: not valid."""
    at = _moment(options.at)
    trust, rules = _trust(options.trust), _rules(options.rules)
    country = options.country or pack.current().country
    certificates = list(_certificates(options.codes))
    verdicts = [verify(codes, trust, at, rules, country) for codes in certificates]
    for verdict in verdicts:
        print(json.dumps(_as_json(verdict), ensure_ascii=False) if options.json else _as_text(verdict))
    return 0 if verdicts and all(each.is_valid for each in verdicts) else INVALID


def _as_text(verdict: Verdict) -> str:
    lines = [sentence(verdict)]
    if verdict.name:
        lines += [f"  Name: {verdict.name}", f"  Date of birth: {verdict.birth_date or '-'}"]
    if verdict.detail:
        lines.append(f"  ({verdict.detail})")
    return "\n".join(lines)


def _as_json(verdict: Verdict) -> dict[str, object]:
    return {
        "valid": verdict.is_valid,
        "reason": verdict.reason,
        "sentence": sentence(verdict),
        "detail": verdict.detail,
        "form": verdict.form,
        "name": verdict.name,
        "birth_date": verdict.birth_date,
    }


def _moment(text: str | None) -> datetime:
    if text is None:
        return current_time.now()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise command_line.CommandError(f'--at: "{text}" is no moment like 2021-08-01T12:00:00Z.') from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _trust(files: Sequence[Path]) -> Trust:
    try:
        trust = queries.trusted()
        for path in files:
            trust = trust.merged(read_list(path.read_bytes()))
    except signing_keys.KeyUnavailable as error:
        raise command_line.CommandError(str(error)) from None
    except (UnreadableList, OSError) as error:
        raise command_line.CommandError(f"--trust: {error}") from None
    return trust


def _rules(files: Sequence[Path]) -> RuleSet:
    rules = queries.rules()
    try:
        for path in files:
            rules = rules.merged(read_rules(json.loads(path.read_bytes())))
    except (UnreadableRules, OSError, ValueError) as error:
        raise command_line.CommandError(f"--rules: {error}") from None
    return rules


def _certificates(given: Sequence[str]) -> Iterator[Sequence[str]]:
    """Codes of each certificate: those of a card in several codes together."""
    texts = [text for each in given for text in _texts(each)] if given else _of_text(sys.stdin.read(LONGEST_TEXT))
    chunks = [text for text in texts if len(texts) > 1 and shc.is_card(text) and text.count("/") > 1]
    if chunks:
        yield chunks
    yield from ([text] for text in texts if text not in chunks)


def _texts(given: str) -> list[str]:
    """Texts of an argument: itself, or what the file of this name has."""
    path = Path(given)
    if len(given) > 1_000 or given.startswith("HC1:") or shc.is_card(given) or not path.is_file():
        return [given]
    if path.suffix.lower() in PICTURES:
        return _read_picture(path)
    with path.open(encoding="utf-8", errors="replace") as file:
        return _of_text(file.read(LONGEST_TEXT))


def _of_text(text: str) -> list[str]:
    """Codes of a text: a file of SMART Health Cards has several, else there is one in each line."""
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if isinstance(content, dict) and isinstance(content.get("verifiableCredential"), list):
        return [str(each) for each in content["verifiableCredential"]]
    return [line for line in text.split("\n") if line.strip()] or [text]


def _read_picture(path: Path) -> list[str]:
    try:
        import zxingcpp
        from PIL import Image
    except ImportError:
        raise command_line.CommandError(
            "Pictures are read by the packages zxing-cpp and pillow; install them, or give the text of the code."
        ) from None
    try:
        with Image.open(path) as picture:
            found = zxingcpp.read_barcodes(picture.convert("L"))
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise command_line.CommandError(f"{path} is no picture that can be read ({error}).") from None
    return [each.text for each in found] or [""]
