"""`./kini epidemic import`: import figures or cases from a table; every defect is named with the rule applied to it."""

import argparse
import time
from collections import defaultdict
from dataclasses import asdict
from datetime import date
from pathlib import Path

from kini.city import queries as city_queries
from kini.city.models import Area, Unit
from kini.core import command_line
from kini.core.actors import ActionRefused, system
from kini.core.config_files import ConfigErrors
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.imports.actions import Imported, import_figures
from kini.epidemic.imports.areas import AreaIndex
from kini.epidemic.imports.declared_levels import import_levels
from kini.epidemic.imports.defects import RULES, Defect, Defects, Kind, parse_rules
from kini.epidemic.imports.kinds import ABOUT, FileKind, propose_kind
from kini.epidemic.imports.lab_results import LABORATORY, import_results
from kini.epidemic.imports.line_list import facility_for_imports, import_cases
from kini.epidemic.imports.reader_state import Options
from kini.epidemic.imports.source_file import SourceFile, read_source
from kini.epidemic.imports.vocabulary import normalize, vocabulary

#: Kinds of which rows become records, not figures.
RECORDS = (FileKind.LINE_LIST, FileKind.LAB_RESULTS)
#: Defects of one kind that are printed.
SHOWN = 5


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="CSV or Excel file, perhaps packed by gzip (.gz)")
    kinds = "; ".join(f"{kind}: {about}" for kind, about in ABOUT.items())
    parser.add_argument("--as", dest="kind", choices=[*FileKind], metavar="KIND", help=kinds)
    parser.add_argument("--disease", help="id of the pack's disease (default: the only one that the file can mean)")
    parser.add_argument("--area", help="code or name of the area, or of a region outside, of a file without areas")
    parser.add_argument("--laboratory", help="id of the laboratory that sends results (default: the pack's only one)")
    parser.add_argument("--day", type=date.fromisoformat, help="day of the figures of a file without days")
    parser.add_argument(
        "--known-on", type=date.fromisoformat, metavar="DAY", help="day on which the file was published"
    )
    choices = [f"{kind} ({'/'.join(rules)})" for kind, rules in RULES.items() if len(rules) > 1]
    parser.add_argument(
        "--rule", action="append", default=[], metavar="KIND=RULE", help=f"another rule for {', '.join(choices)}"
    )
    parser.add_argument("--dry-run", action="store_true", help="check and report, and store nothing")
    parser.add_argument("--defects", type=Path, metavar="FILE", help="write all defects as CSV")
    parser.add_argument("--all", action="store_true", help=f"print all defects (default: {SHOWN} of each kind)")


def run(options: argparse.Namespace) -> int:
    started = time.monotonic()
    try:
        defects = Defects(options.file.name, parse_rules(options.rule))
        source = read_source(options.file, defects)
        kind = FileKind(options.kind) if options.kind else _proposed(source)
        done = _import(options, source, kind)
    except ValueError as error:
        raise command_line.CommandError(str(error)) from None
    except ConfigErrors as faults:
        raise command_line.CommandError("\n".join(map(str, faults.errors))) from None
    except ActionRefused as refusal:
        raise command_line.CommandError(str(refusal)) from None
    _print_defects(defects, everything=options.all)
    if options.defects:
        defects.write(options.defects)
        print(f"All defects: {options.defects}")
    _print_result(source, kind, done, dry_run=options.dry_run, seconds=time.monotonic() - started)
    return 0


def _proposed(source: SourceFile) -> FileKind:
    kind = propose_kind(source)
    if kind is None:
        raise command_line.CommandError(
            f"the columns do not tell the kind of the file; name it by --as {'|'.join(FileKind)}."
        )
    print(f"{source.table.file} is taken for {kind}: {ABOUT[kind]}.")
    return kind


def _import(options: argparse.Namespace, source: SourceFile, kind: FileKind) -> Imported:
    place = _place(options.area or _named_place(source), given=bool(options.area))
    place.day = options.day
    by, disease = system("epidemic import"), _disease(options.disease, source, kind)
    if kind is FileKind.LINE_LIST:
        facility = facility_for_imports()
        if facility is None:
            raise ValueError("the pack has no hospital that could look after the cases of a line list.")
        cases = import_cases(by=by, source=source, disease=disease, facility=facility, dry_run=options.dry_run)
        return Imported(measures={f"cases {name}": count for name, count in asdict(cases).items()})
    if kind is FileKind.LAB_RESULTS:
        laboratory = _laboratory(options.laboratory)
        results = import_results(by=by, source=source, disease=disease, laboratory=laboratory, dry_run=options.dry_run)
        return Imported(measures={f"results {name}": count for name, count in asdict(results).items()})
    if kind is FileKind.LEVELS:
        run = import_levels(by=by, source=source, disease=disease, options=place, dry_run=options.dry_run)
        return Imported([run])
    return import_figures(
        by=by,
        source=source,
        kind=kind,
        disease=disease,
        options=place,
        known_on=options.known_on,
        dry_run=options.dry_run,
    )


def _laboratory(key: str | None) -> Unit:
    """The facility named by --laboratory, or the only laboratory of the pack.

    Raises:
        ValueError: there is none, or more than one to choose from.
    """
    if key and (unit := city_queries.unit(key)) and unit.type:
        return unit
    known = city_queries.facilities(LABORATORY)
    if not key and len(known) == 1:
        return known[0]
    listed = ", ".join(each.pk for each in known) or "none"
    problem = f'there is no facility "{key}"' if key else "the file does not name its laboratory"
    raise ValueError(f"{problem}; name one by --laboratory. The pack's laboratories: {listed}.")


def _disease(name: str | None, source: SourceFile, kind: FileKind) -> str:
    """The disease that is told, or named by the file, or the first of the pack.

    Raises:
        ValueError: the pack has no such disease.
    """
    known = diseases()
    if name is not None and name not in known:
        raise ValueError(f'there is no disease "{name}"; the pack has {", ".join(known) or "none"}.')
    if name is None:
        text = normalize(f"{Path(source.table.file).stem} {' '.join(source.above)}")
        name = next((each for words, each in vocabulary().diseases.items() if f" {words} " in f" {text} "), None)
    if name is None and kind is FileKind.WEEKLY:
        raise ValueError(f"name the disease by --disease: {', '.join(known)}.")
    if name is None:
        name = next(iter(known), None)
    if name is None:
        raise ValueError("the pack has no diseases.")
    return name


def _named_place(source: SourceFile) -> str:
    """Name of the city or country in the name of the file, for files without a column of areas."""
    words = vocabulary()
    text = f" {normalize(Path(source.table.file).stem)} "
    if any(f" {country} " in text for country in words.country):
        return next(iter(words.country)).title()
    whole = Area.objects.get(depth=0)
    names = [normalize(whole.name), *(name for name, code in words.spellings.items() if code == whole.code)]
    return whole.code if any(f" {name} " in text for name in names) else ""


def _place(text: str, *, given: bool) -> Options:
    if not text:
        return Options()
    index = AreaIndex(vocabulary())
    area = index.match(text, {}).area or index.match("", {"": text}).area
    if area is None and given and normalize(text) not in vocabulary().country:
        print(f"{text} is no area of the city; its figures are stored as those of a region outside.")
    return Options(area, "" if area else text)


def _print_defects(defects: Defects, *, everything: bool) -> None:
    by_kind: dict[Kind, list[Defect]] = defaultdict(list)
    for each in defects.each:
        by_kind[each.kind].append(each)
    for kind, listed in by_kind.items():
        shown = listed if everything else listed[:SHOWN]
        print(f"\n{kind}: {len(listed):,}")
        for each in shown:
            print(f"  {defects.as_error(each)}")
        if len(listed) > len(shown):
            print(f"  ... and {len(listed) - len(shown):,} more (--all, or --defects FILE)")


def _print_result(source: SourceFile, kind: FileKind, done: Imported, *, dry_run: bool, seconds: float) -> None:
    print(f"\n{source.table.file} ({kind}): {len(source.rows):,} rows in {seconds:.1f} s.")
    for (defect, rule), count in sorted(source.defects.counts().items()):
        print(f"  {defect:<20} {rule:<10} {count:>8,}")
    for name, count in done.measures.items():
        print(f"  {name:<36} {count:>8,}{'' if kind in RECORDS else ' figures'}")
    for each in done.runs:
        counts = f"{each.added:,} added, {each.changed:,} changed, {each.unchanged:,} unchanged"
        number = (
            "not stored (--dry-run)" if dry_run else f"import {each.pk}; ./kini imports --undo {each.pk} takes it back"
        )
        print(f"  {each.table}: {counts}; {number}.")
