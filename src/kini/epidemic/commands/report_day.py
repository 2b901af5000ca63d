"""`./kini epidemic report --on DAY`: indicators, level and zones of the city, with source and age of each figure."""

import argparse
import json
from datetime import date

from django.utils import translation

from kini.city.public import pack
from kini.core import command_line
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.surveillance import report
from kini.web.formats import today


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--on", type=date.fromisoformat, metavar="DAY", help="day of the report (today)")
    parser.add_argument("--disease", default="", help="name of its file in the pack (the first one)")
    parser.add_argument(
        "--known-on", type=date.fromisoformat, metavar="DAY", help="figures as they were known on this day (now)"
    )
    parser.add_argument("--language", default="", help="language of the report (the city's first one)")
    parser.add_argument("--json", action="store_true", help="print JSON with full precision")


def run(options: argparse.Namespace) -> int:
    names = list(diseases())
    disease = options.disease or next(iter(names), "")
    languages = pack.current().languages
    if disease not in names:
        raise command_line.CommandError(f'there is no disease "{disease}"; the pack has {", ".join(names) or "none"}.')
    if options.language and options.language not in languages:
        raise command_line.CommandError(f"--language must be one of {', '.join(languages)}.")
    found = report.day_report(disease, options.on or today(), options.known_on)
    if options.json:
        print(json.dumps(report.as_json(found), indent=1, ensure_ascii=False))
        return 0
    with translation.override(options.language or languages[0]):
        print("\n".join(report.text_of(found)))
    return 0
