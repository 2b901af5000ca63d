"""Checks of a file's figures against each other. Each names its defects and applies the rule for them to the frame."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from kini.epidemic.imports.columns import STOCKS, Column
from kini.epidemic.imports.defects import Defects, Kind, Rule
from kini.epidemic.imports.figure_frame import Floats, Frame, Ints
from kini.epidemic.surveillance import measures

#: Share of rows in which an identity must hold to be taken for a rule of the file.
MOSTLY = 0.9
#: Falls up to which a series is a sum since the beginning: share of steps, or of what all its rises add up to.
FEW_FALLS, SMALL_FALLS = 0.25, 0.3


def check_frame(frame: Frame, defects: Defects) -> Frame:
    """Check and correct the figures of a file."""
    frame = merge_rows(frame, defects)
    frame = resolve_modes(frame)
    for check in (check_swapped, check_copies, check_sums, check_shares, check_sizes, check_gaps, check_falls):
        check(frame, defects)
    return frame


def _day(ordinal: int) -> str:
    return date.fromordinal(int(ordinal)).isoformat()


def merge_rows(frame: Frame, defects: Defects) -> Frame:
    """Join rows of one place and day that have different figures; refuse a row that repeats another one."""
    first: dict[tuple[int, int], int] = {}
    keep = np.ones(len(frame.lines), dtype=bool)
    for row, key in enumerate(zip(frame.place.tolist(), frame.days.tolist(), strict=True)):
        earlier = first.setdefault(key, row)
        if earlier == row:
            continue
        keep[row] = False
        both = ~np.isnan(frame.values[earlier]) & ~np.isnan(frame.values[row])
        if both.any():
            same = np.array_equal(frame.values[earlier][both], frame.values[row][both])
            place, line = frame.places[key[0]], frame.lines[earlier]
            message = f"{place} has this day in line {line} already, with {'the same' if same else 'other'} figures"
            defects.add(Kind.TWICE, frame.lines[row], "", _day(key[1]), message, "The first row is imported.")
        else:
            frame.values[earlier] = np.where(np.isnan(frame.values[earlier]), frame.values[row], frame.values[earlier])
    return replace(
        frame, lines=frame.lines[keep], place=frame.place[keep], days=frame.days[keep], values=frame.values[keep]
    )


def resolve_modes(frame: Frame) -> Frame:
    """Tell sums since the beginning from counts of a day, where the names of columns do not.

    A sum hardly ever falls; a file with one day for each area has sums.
    """
    if frame.weekly:
        columns = [
            replace(c, measure=f"{c.measure}{measures.WEEKLY}", mode="new") if c.mode != "total" else c
            for c in frame.columns
        ]
        return replace(frame, columns=columns)
    falls, steps, fallen, risen = np.zeros((4, len(frame.columns)))
    for _place, rows in frame.by_place():
        differences = np.diff(frame.values[rows], axis=0)
        falls += np.nansum(differences < 0, axis=0)
        steps += np.nansum(differences != 0, axis=0) - np.isnan(differences).sum(axis=0)
        fallen -= np.nansum(np.minimum(differences, 0), axis=0)
        risen += np.nansum(np.maximum(differences, 0), axis=0)
    is_sum = (falls <= FEW_FALLS * steps) | (fallen <= SMALL_FALLS * risen)
    columns = [
        c if c.mode else replace(c, mode="total" if summed else "new")
        for c, summed in zip(frame.columns, is_sum, strict=True)
    ]
    return replace(frame, columns=columns)


def check_swapped(frame: Frame, defects: Defects) -> None:
    """Find two columns of totals of which each is the sum of the other's daily figures, place by place."""
    pairs = [(new, total) for new in frame.columns if new.mode == "new" and (total := frame.find(new.measure, "total"))]
    swapped: dict[tuple[int, int], list[Ints]] = defaultdict(list)
    for place, rows in frame.by_place():
        fitting = {
            (a, b): _adds_up(frame, rows, new, other)
            for a, (new, _own) in enumerate(pairs)
            for b, (_new, other) in enumerate(pairs)
        }
        for a in range(len(pairs)):
            for b in range(a):
                if fitting[a, b] and fitting[b, a] and not (fitting[a, a] and fitting[b, b]):
                    swapped[a, b].append(rows)
        for a, (new, own) in enumerate(pairs):
            crossed = any(fitting[a, b] for b in range(len(pairs)) if b != a)
            if not fitting[a, a] and not crossed:
                _name_steps(frame, rows, new, own, str(place), defects)
    for (a, b), groups in swapped.items():
        rows = np.concatenate(groups)
        (new, one), (_new, other) = pairs[a], pairs[b]
        message = (
            f'swapped with "{other.title}" in {len(groups)} place{"s" * (len(groups) > 1)}: '
            f'the sum of "{new.title}" is that column, day by day'
        )
        rule = defects.add(
            Kind.SWAPPED, frame.lines[rows].min(), one.title, "", message, "The columns are exchanged.", len(rows)
        )
        i, j = frame.columns.index(one), frame.columns.index(other)
        if rule is Rule.CORRECT:
            frame.values[np.ix_(rows, [i, j])] = frame.values[np.ix_(rows, [j, i])]
        elif rule is Rule.REFUSE:
            frame.values[np.ix_(rows, [i, j])] = np.nan


def _adds_up(frame: Frame, rows: Ints, new: Column, total: Column) -> bool:
    """Tell if a total is the sum of daily figures in nearly all rows of a place."""
    steps, daily = np.diff(frame.of(total)[rows]), frame.of(new)[rows][1:]
    known = ~np.isnan(steps) & ~np.isnan(daily)
    moving = known & ((steps != 0) | (daily != 0))
    return bool(moving.sum() == 0 or (steps == daily)[moving].mean() >= MOSTLY)


def _name_steps(frame: Frame, rows: Ints, new: Column, total: Column, place: str, defects: Defects) -> None:
    """Name once for a place that a total is not the sum of its daily figures."""
    steps, daily = np.diff(frame.of(total)[rows]), frame.of(new)[rows][1:]
    wrong = np.flatnonzero(~np.isnan(steps) & ~np.isnan(daily) & (steps != daily))
    if len(wrong):
        row = rows[1:][wrong[0]]
        value = f"{frame.of(total)[row]:g}"
        message = f'{place}: it rises by {steps[wrong[0]]:g} where "{new.title}" is {daily[wrong[0]]:g}'
        defects.add(Kind.SUM, frame.lines[row], total.title, value, message, "", len(wrong))


def check_copies(frame: Frame, defects: Defects) -> None:
    """Find a dose that repeats the dose before it on all rows of a day, while the total tells its true value."""
    for prefix in _dose_groups(frame):
        first, second, third, total = (
            frame.find(f"{prefix}{name}") for name in ("dose-1", "dose-2", "dose-3", "doses")
        )
        if first is None or second is None or third is None or total is None:
            continue
        true = frame.of(total) - frame.of(first) - frame.of(second)
        for day in np.unique(frame.days):
            rows = np.flatnonzero((frame.days == day) & ~np.isnan(frame.of(third)) & ~np.isnan(true))
            copied = frame.of(third)[rows] == frame.of(second)[rows]
            wrong = frame.of(third)[rows] != true[rows]
            if len(rows) < 3 or copied.mean() < 1 or wrong.mean() < 0.5 or (true[rows] < 0).any():
                continue
            message = f'a copy of "{second.title}" on {_day(day)} in all {len(rows)} rows'
            treatment = f'"{total.title}" less the other doses is taken, {true[rows[0]]:g} in this row.'
            rule = defects.add(
                Kind.COPIED,
                frame.lines[rows[0]],
                third.title,
                f"{frame.of(third)[rows[0]]:g}",
                message,
                treatment,
                len(rows),
            )
            if rule is not Rule.KEEP:
                frame.of(third)[rows] = true[rows] if rule is Rule.CORRECT else np.nan


def _dose_groups(frame: Frame) -> list[str]:
    return [c.measure.removesuffix("doses") for c in frame.columns if c.measure.endswith("doses")]


@dataclass(frozen=True, slots=True)
class _Identity:
    """A column that is the sum of others."""

    whole: Column
    parts: tuple[Column, ...]


def check_sums(frame: Frame, defects: Defects) -> None:
    """Name rows whose parts do not add up to the whole, by identities that the file mostly keeps."""
    for identity in _identities(frame):
        parts = np.nansum([frame.of(part) for part in identity.parts], axis=0)
        some = ~np.all([np.isnan(frame.of(part)) for part in identity.parts], axis=0)
        known = some & ~np.isnan(frame.of(identity.whole))
        wrong = np.flatnonzero(known & (parts != frame.of(identity.whole)))
        if not known.any() or 1 - len(wrong) / known.sum() < MOSTLY:
            continue
        names = " + ".join(f'"{part.title}"' for part in identity.parts)
        for row in wrong:
            value = frame.of(identity.whole)[row]
            message = f"{names} is {parts[row]:,.0f}"
            rule = defects.add(Kind.SUM, frame.lines[row], identity.whole.title, f"{value:g}", message)
            if rule is Rule.REFUSE:
                for column in (identity.whole, *identity.parts):
                    frame.of(column)[row] = np.nan


def _identities(frame: Frame) -> Iterator[_Identity]:
    def of(*names: str, mode: str = "total") -> list[Column]:
        return [c for name in names if (c := frame.find(name, mode))]

    for prefix in _dose_groups(frame):
        yield from _whole(of(f"{prefix}doses"), of(*(f"{prefix}dose-{n}" for n in (1, 2, 3))))
        yield from _whole(of(f"{prefix}target"), of(f"{prefix}dose-1", f"{prefix}unvaccinated"), exactly=2)
    for name, parts in (
        ("confirmed", ("active", "recovered", "deaths")),
        ("confirmed", ("in-hospital", "isolated", "recovered", "deaths")),
        ("odp", ("odp-monitored", "odp-ended")),
        ("pdp", ("pdp-in-hospital", "pdp-recovered")),
        ("population", ("population-male", "population-female")),
    ):
        yield from _whole(of(name), of(*parts), exactly=len(parts))
    ages = [c for c in frame.columns if c.measure.startswith("population-") and c.measure[11:12].isdigit()]
    yield from _whole(of("population"), ages)


def _whole(whole: Sequence[Column], parts: Sequence[Column], exactly: int = 0) -> Iterator[_Identity]:
    if whole and len(parts) >= 2 and (not exactly or len(parts) == exactly):
        yield _Identity(whole[0], tuple(parts))


def check_shares(frame: Frame, defects: Defects) -> None:
    """Name parts larger than the whole: doses beyond the target, beds beyond the capacity, rates over 100."""
    for column in frame.columns:
        if column.is_rate:
            for row in np.flatnonzero(frame.of(column) > 100).tolist():
                _name_over(frame, row, column, "more than 100 %", defects)
    for part, whole in _part_and_whole(frame):
        values, most = frame.of(part), frame.of(whole)
        for row in np.flatnonzero(values > most).tolist():
            share = f"{values[row] / most[row]:.1%}" if most[row] else "more than none"
            _name_over(frame, row, part, f'{share} of "{whole.title}"', defects)


def _name_over(frame: Frame, row: int, column: Column, message: str, defects: Defects) -> None:
    value = f"{frame.of(column)[row]:g}"
    if defects.add(Kind.OVER, frame.lines[row], column.title, value, message) is Rule.REFUSE:
        frame.of(column)[row] = np.nan


def _part_and_whole(frame: Frame) -> Iterator[tuple[Column, Column]]:
    for column in frame.columns:
        prefix, _dash, _last = column.measure.rpartition("dose-")
        if "dose-" in column.measure and (whole := frame.find(f"{prefix}target")):
            yield column, whole
        if column.measure.startswith(measures.OCCUPIED) and (
            whole := frame.find(column.measure.replace(measures.OCCUPIED, measures.BEDS))
        ):
            yield column, whole
        if column.stored in ("deaths-total", "recovered-total") and (whole := frame.find("confirmed", "total")):
            yield column, whole
        if column.measure == "positive" and (whole := frame.find("tested", column.mode)):
            yield column, whole
        if column.measure.startswith("dose-") and (second := _later_dose(frame, column)):
            yield second, column


def _later_dose(frame: Frame, column: Column) -> Column | None:
    return frame.find(f"dose-{int(column.measure[5:]) + 1}", "total") if column.measure[5:].isdigit() else None


def check_sizes(frame: Frame, defects: Defects) -> None:
    """Name counts of people larger than the area's population."""
    for number, place in enumerate(frame.places):
        if place.area is None or not place.area.population:
            continue
        rows = np.flatnonzero(frame.place == number)
        for column in frame.columns:
            if column.measure in ("confirmed", "deaths", "recovered", "active", "population"):
                wrong = rows[frame.of(column)[rows] > 3 * place.area.population]
                if len(wrong):
                    message = f"more than three times the {place.area.population:,} people of {place.area.name}"
                    value = f"{frame.of(column)[wrong[0]]:g}"
                    rule = defects.add(Kind.SIZE, frame.lines[wrong[0]], column.title, value, message, "", len(wrong))
                    if rule is Rule.REFUSE:
                        frame.of(column)[wrong] = np.nan


def check_gaps(frame: Frame, defects: Defects) -> None:
    """Name days that a regular series skips, once for each day."""
    days = np.unique(frame.days)
    if len(days) < 3:
        return
    usual = _usual_step(days)
    missing: dict[int, list[str]] = defaultdict(list)
    lines: dict[int, int] = {}
    for place, rows in frame.by_place():
        own = frame.days[rows]
        if usual in (1, 7):
            expected = np.arange(own[0], own[-1] + 1, usual)
        else:
            expected = days[(days >= own[0]) & (days <= own[-1])]
        for day in np.setdiff1d(expected, own):
            missing[int(day)].append(str(place))
            lines.setdefault(int(day), int(frame.lines[rows][np.searchsorted(own, day)]))
    for day, places in sorted(missing.items()):
        listed = ", ".join(places[:3]) + (f" and {len(places) - 3} more" if len(places) > 3 else "")
        defects.add(
            Kind.GAP,
            lines[day],
            "",
            _day(day),
            f"no figures of this day for {listed}",
            "Nothing is put in its place.",
            1,
        )


def _usual_step(days: Ints) -> int:
    steps, counts = np.unique(np.diff(days), return_counts=True)
    return int(steps[counts.argmax()])


def check_falls(frame: Frame, defects: Defects) -> None:
    """Name each step at which a sum since the beginning falls."""
    for column in frame.columns:
        if column.mode != "total" or column.measure.startswith(STOCKS) or column.measure.endswith(STOCKS):
            continue
        values = frame.of(column)
        for place, rows in frame.by_place():
            own = rows[~np.isnan(values[rows])]
            for step in np.flatnonzero(np.diff(values[own]) < 0).tolist():
                last, row = own[step], own[step + 1]
                message = (
                    f"{place}: a sum since the beginning falls from {values[last]:,.0f} on {_day(frame.days[last])}"
                )
                treatment = "As published; daily figures pass over days that do not fit."
                rule = defects.add(Kind.FALL, frame.lines[row], column.title, f"{values[row]:g}", message, treatment)
                if rule is Rule.REFUSE:
                    values[row] = np.nan


def daily_from_totals(frame: Frame) -> Iterator[tuple[Column, Floats]]:
    """Yield daily figures of sums since the beginning that the file has no daily figures of.

    Where a sum falls, the fewest of its days are passed over so that the rest never falls, the earlier ones first.
    A day without the day before it has none.
    """
    for column in frame.columns:
        if column.mode != "total" or column.measure not in ("confirmed", "deaths", "recovered", "tested", "probable"):
            continue
        if frame.find(column.measure, "new"):
            continue
        values, daily = frame.of(column), np.full(len(frame.lines), np.nan)
        for _place, rows in frame.by_place():
            own = rows[~np.isnan(values[rows])]
            rising = _rising(values[own])
            consecutive = np.flatnonzero(np.diff(frame.days[own]) == 1)
            daily[own[consecutive + 1]] = np.diff(rising)[consecutive]
        if not np.isnan(daily).all():
            yield replace(column, mode="new"), daily


def _rising(values: Floats) -> Floats:
    """The series with the fewest values replaced so that it never falls; each by the last one before it that stands."""
    standing = _longest_rise(values)
    result = np.maximum.accumulate(np.where(standing, values, -np.inf))
    first = values[standing][0] if standing.any() else 0.0
    return np.where(np.isinf(result), first, result)


def _longest_rise(values: Floats) -> np.ndarray:
    """Mark a longest non-decreasing part of a series; of several the one with the later values."""
    tails: list[float] = []
    length = np.empty(len(values), dtype=int)
    for place, value in enumerate(values):
        at = bisect_right(tails, value)
        length[place] = at
        tails[at : at + 1] = [value]
    marked, wanted, limit = np.zeros(len(values), dtype=bool), len(tails) - 1, np.inf
    for place in range(len(values) - 1, -1, -1):
        if length[place] == wanted and values[place] <= limit:
            marked[place], limit, wanted = True, values[place], wanted - 1
    return marked
