"""Chains of transmission: links between cases, and where each case stands in the drawing."""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Q

from kini.core.actors import Actor
from kini.epidemic.case_records.models import CaseExposure, CaseRecord
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.tracing.models import Contact
from kini.records.public import visible

#: Cases of one drawing.
LONGEST_CHAIN = 150


@dataclass(frozen=True, slots=True)
class ChainCase:
    """A case of a chain.

    Attributes:
        label: its reference; "" for one that the officer may not open.
        day: of onset, else of the report.
        contacts: number of its contacts.
    """

    key: int
    label: str
    area: str
    day: date
    classification: str
    contacts: int


@dataclass(frozen=True, slots=True)
class PlacedCase:
    """A case in the drawing: generation from the first case, row, and its sources in the chain."""

    case: ChainCase
    generation: int
    row: int
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain of transmission, in the order of the drawing.

    Attributes:
        links: keys of source and infected case.
        cut: more cases follow than are drawn.
    """

    cases: list[PlacedCase]
    links: list[tuple[int, int]]
    cut: bool = False
    by_key: dict[int, PlacedCase] = field(default_factory=dict)


def chain_of(by: Actor, case: CaseRecord, limit: int = LONGEST_CHAIN) -> Chain:
    """Load the chain of a case: everybody linked with it by exposures, nearest first up to the limit."""
    keys, links, cut = _connected(case.pk, limit)
    readable = set(visible(by, CaseRecord).filter(pk__in=keys).values_list("pk", flat=True))
    records = CaseRecord.objects.filter(pk__in=keys).select_related("area")
    cases = [
        ChainCase(
            each.pk,
            each.reference if each.pk in readable else "",
            each.area.name,
            each.onset_on or each.reported_on,
            each.classification,
            each.contact_count,
        )
        for each in records.annotate(contact_count=Count("exposed_contacts"))
    ]
    return place(cases, links, cut=cut)


def _connected(start: int, limit: int) -> tuple[set[int], set[tuple[int, int]], bool]:
    known, waiting, links = {start}, {start}, set[tuple[int, int]]()
    while waiting:
        near = links_of(waiting)
        links |= near
        following = sorted({key for link in near for key in link} - known)
        waiting = set(following[: limit - len(known)])
        known |= waiting
        if len(waiting) < len(following):
            return known, {link for link in links if known.issuperset(link)}, True
    return known, links, False


def links_of(keys: Collection[int]) -> set[tuple[int, int]]:
    """Return the links (source, infected case) of these cases, by case records and by contacts who became cases."""
    exposures = CaseExposure.objects.filter(Q(case__in=keys) | Q(source_case__in=keys), source_case__isnull=False)
    contacts = Contact.objects.filter(Q(became_case__in=keys) | Q(exposures__case__in=keys), became_case__isnull=False)
    found = {*exposures.values_list("source_case", "case"), *contacts.values_list("exposures__case", "became_case")}
    return {(source, case) for source, case in found if source is not None and source != case}


def place(cases: Iterable[ChainCase], links: Iterable[tuple[int, int]], *, cut: bool = False) -> Chain:
    """Place cases: each below its earliest source, branches together, the earliest case first.

    A case with several sources has one generation more than the nearest first case. A circle of links (wrong entries)
    is drawn too: it begins with its earliest case.
    """
    by_key = {each.key: each for each in cases}
    order = sorted(by_key.values(), key=lambda each: (each.day, each.key))
    links = sorted({(a, b) for a, b in links if a in by_key and b in by_key})
    sources, followers = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
    for source, target in links:
        sources[target].append(source)
        followers[source].append(target)
    generation = _generations(order, sources, followers)
    parent = {
        key: min(
            (each for each in sources[key] if generation[each] < generation[key]),
            key=lambda each: (generation[each], by_key[each].day, each),
            default=None,
        )
        for key in by_key
    }
    children = defaultdict[int | None, list[int]](list)
    for each in order:
        children[parent[each.key]].append(each.key)
    placed: list[PlacedCase] = []
    stack = list(reversed(children[None]))
    while stack:
        key = stack.pop()
        placed.append(PlacedCase(by_key[key], generation[key], len(placed), tuple(sources[key])))
        stack += reversed(children[key])
    return Chain(placed, list(links), cut, {each.case.key: each for each in placed})


def _generations(
    order: list[ChainCase], sources: dict[int, list[int]], followers: dict[int, list[int]]
) -> dict[int, int]:
    generation: dict[int, int] = {}
    starts = [each.key for each in order if not sources[each.key]] + [each.key for each in order]
    for start in starts:
        if start in generation:
            continue
        generation[start] = 0
        waiting = deque([start])
        while waiting:
            key = waiting.popleft()
            for each in followers[key]:
                if each not in generation:
                    generation[each] = generation[key] + 1
                    waiting.append(each)
    return generation


#: Drawing: width of a generation or day, height of a row, margins, in pixels.
STEP, ROW, LEFT, TOP, DAY_WIDTH = 132, 26, 14, 26, 14


@dataclass(frozen=True, slots=True)
class Dot:
    """A case in an SVG: position, text beside it (at `text_x`), and the bars of its time line (x, width)."""

    x: float
    y: float
    text: str
    title: str
    classification: str
    text_x: float
    incubation: tuple[float, float] | None = None
    infectious: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG: size, dots, paths of links ("M ... C ..."), and labelled vertical lines."""

    width: float
    height: float
    dots: list[Dot]
    paths: list[str]
    marks: list[tuple[float, str]]


def draw_graph(chain: Chain, labels: dict[int, str]) -> Drawing:
    """Draw the chain as a graph: a column for each generation."""
    dots = {
        each.case.key: Dot(
            LEFT + each.generation * STEP,
            TOP + each.row * ROW,
            labels[each.case.key],
            f"{labels[each.case.key]}, {each.case.area}",
            each.case.classification,
            LEFT + each.generation * STEP + 10,
        )
        for each in chain.cases
    }
    last = max((each.generation for each in chain.cases), default=0)
    marks = [(float(LEFT + step * STEP), str(step)) for step in range(last + 1)]
    return Drawing(LEFT + (last + 1) * STEP + 20, TOP + len(dots) * ROW, [*dots.values()], _paths(chain, dots), marks)


def draw_time_line(chain: Chain, labels: dict[int, str], disease: str, say: object) -> Drawing:
    """Draw the chain as a time line: a row for each case, with the days of incubation and of infecting others.

    Args:
        say: formats a day for the axis.
    """
    file = disease_of(disease)
    if not chain.cases:
        return Drawing(0, 0, [], [], [])
    before, after = (file.infectious.before, file.infectious.after) if file.infectious else (0, 0)
    first = min(each.case.day for each in chain.cases) - timedelta(days=file.incubation.longest)
    last = max(each.case.day for each in chain.cases) + timedelta(days=after)

    def x(day: date) -> float:
        return float(LEFT + (day - first).days * DAY_WIDTH)

    dots = {}
    for each in chain.cases:
        day, y = each.case.day, float(TOP + each.row * ROW)
        begin, end = day - timedelta(days=file.incubation.longest), day - timedelta(days=file.incubation.shortest)
        infectious = (x(day - timedelta(days=before)), float((before + after) * DAY_WIDTH)) if file.infectious else None
        label = labels[each.case.key]
        dots[each.case.key] = Dot(
            x(day), y, label, f"{label}, {each.case.area}", each.case.classification,
            x(day + timedelta(days=after)) + 10, (x(begin), float((end - begin).days * DAY_WIDTH)), infectious,
        )  # fmt: skip
    total = (last - first).days
    every = max(7, -(-total // 12 // 7) * 7)
    marks = [(x(first + timedelta(days=n)), say(first + timedelta(days=n))) for n in range(0, total + 1, every)]  # type: ignore[operator]
    return Drawing(x(last) + 120, TOP + len(dots) * ROW, [*dots.values()], _paths(chain, dots), marks)


def _paths(chain: Chain, dots: dict[int, Dot]) -> list[str]:
    paths = []
    for source, target in chain.links:
        a, b = dots[source], dots[target]
        middle = (a.x + b.x) / 2
        paths.append(f"M{a.x:g} {a.y:g}C{middle:g} {a.y:g} {middle:g} {b.y:g} {b.x:g} {b.y:g}")
    return paths
