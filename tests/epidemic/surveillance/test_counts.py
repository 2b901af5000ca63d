"""Counts of case records as known on a day, and the outside figures in their place."""

from datetime import date, timedelta

import numpy as np
import pytest

from kini.epidemic.models import CaseExposure, CountedState, HospitalStay
from kini.epidemic.surveillance import case_changes, queries
from kini.epidemic.surveillance.areas import areas_of
from tests.epidemic.surveillance.conftest import CENTRE, CITY, DISEASE, count_on, days_from, figures

MONDAY = date(2026, 11, 23)
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
MENTENG, GAMBIR = "31.71.06.1001", "31.71.01.1001"


def counted(measure="confirmed", areas=(CITY,), **options):
    first, last = options.pop("first", MONDAY), options.pop("last", WEDNESDAY)
    return queries.counts(DISEASE, measure, list(areas), first, last, **options).values.tolist()


def test_a_correction_leaves_the_counts_of_earlier_days(record):
    case = record(MENTENG, MONDAY, classification="suspected", onset_on=MONDAY)
    assert count_on(MONDAY) == 1
    case.classification = "confirmed"
    case.save()
    assert count_on(TUESDAY) == 2
    assert counted() == [[1, 0, 0]]
    assert counted(known_on=MONDAY) == [[0, 0, 0]]
    assert counted("suspected", known_on=MONDAY) == [[1, 0, 0]]
    assert counted("suspected") == [[0, 0, 0]]
    assert count_on(TUESDAY) == 0, "nothing changed"


def test_only_the_last_state_of_a_day_is_kept(record):
    case = record(MENTENG, MONDAY, classification="suspected")
    count_on(MONDAY)
    case.classification = "discarded"
    case.save()
    count_on(MONDAY)
    assert [state.classification for state in CountedState.objects.all()] == ["discarded"]
    assert counted("suspected", known_on=MONDAY) == [[0, 0, 0]]


def test_a_record_that_goes_leaves_the_counts_from_then_on(record):
    case = record(MENTENG, MONDAY)
    count_on(MONDAY)
    case.delete()
    count_on(TUESDAY)
    assert counted(known_on=MONDAY) == [[1, 0, 0]]
    assert counted() == [[0, 0, 0]]


def test_days_groups_and_areas(record):
    dead = record(MENTENG, MONDAY, onset_on=MONDAY - timedelta(days=2), specimen_on=MONDAY, died_on=WEDNESDAY, age=67)
    HospitalStay.objects.create(case=dead, ward="icu", admitted_on=TUESDAY)
    contact = record(GAMBIR, TUESDAY, onset_on=TUESDAY, sex="male", age=3, infected_elsewhere=True)
    CaseExposure.objects.create(case=contact, exposure="contact", source_case=dead)
    record(CENTRE, TUESDAY, age=None, sex="")
    count_on(WEDNESDAY)
    assert counted() == [[1, 2, 0]]
    assert counted(areas=[MENTENG, GAMBIR, CENTRE]) == [[1, 0, 0], [0, 1, 0], [0, 1, 0]]
    assert counted(by="onset") == [[0, 1, 0]]
    assert counted(by="onset", first=MONDAY - timedelta(days=2)) == [[1, 0, 0, 1, 0]]
    assert counted(by="specimen") == [[1, 0, 0]]
    assert counted("deaths") == [[0, 0, 1]]
    assert counted("admitted") == [[0, 1, 0]]
    assert counted("infected-elsewhere") == [[0, 1, 0]] == counted("known-contacts")
    assert counted(group=("age_group", 65)) == [[1, 0, 0]]
    assert counted(group=("sex", "male")) == [[0, 1, 0]]
    assert queries.counts(DISEASE, "confirmed", "kelurahan", MONDAY, TUESDAY).values.sum() == 2
    with pytest.raises(LookupError, match="no level"):
        areas_of("continent")


def test_records_from_outside_were_known_on_the_day_of_their_report(record):
    case = record(MENTENG, MONDAY, source="import")
    count_on(WEDNESDAY)
    assert counted(known_on=MONDAY) == [[1, 0, 0]]
    case.reported_on = TUESDAY
    case.save()
    count_on(WEDNESDAY + timedelta(days=5))
    assert counted(known_on=MONDAY) == [[0, 0, 0]]
    assert counted(known_on=TUESDAY) == [[0, 1, 0]]
    case.delete()
    count_on(WEDNESDAY + timedelta(days=6))
    assert np.isnan(counted(known_on=TUESDAY)).all(), "an import that was undone leaves nothing"


def test_a_crash_before_the_files_are_written_is_made_up_for(record):
    record(MENTENG, MONDAY)
    case_changes.count_records(MONDAY)  # and the worker dies
    assert np.isnan(counted()).all()
    assert case_changes.write_files() == ["2026-11"]
    assert counted() == [[1, 0, 0]]
    assert case_changes.write_files() == []


def test_outside_figures_stand_where_there_are_no_records(record):
    figures(CITY, "confirmed", days_from(MONDAY, [10, 20, 30]))
    series = queries.counts(DISEASE, "confirmed", [CITY], MONDAY, WEDNESDAY)
    assert (series.values.tolist(), series.source) == ([[10, 20, 30]], "publisher")
    for _ in range(29):
        record(MENTENG, TUESDAY, onset_on=MONDAY)
    count_on(WEDNESDAY)
    assert queries.counts(DISEASE, "confirmed", [CITY], MONDAY, WEDNESDAY).source == "publisher"
    record(MENTENG, TUESDAY)
    count_on(WEDNESDAY)
    assert counted() == [[0, 30, 0]], "half of them are known here"


def test_figures_of_an_earlier_wave_do_not_hide_the_records_of_this_one(record):
    figures(CITY, "confirmed", days_from(date(2021, 7, 1), [700] * 31))
    figures(CITY, "deaths", days_from(date(2021, 7, 1), [9] * 31))
    record(MENTENG, TUESDAY)
    count_on(WEDNESDAY)
    series = queries.counts(DISEASE, "confirmed", [CITY], date(2021, 7, 31), WEDNESDAY)
    assert (series.values[0, 0], series.sources[0]) == (700, "publisher")
    assert np.isnan(series.values[0, 1]), "nothing is known of the time between"
    assert (series.values[0, -3:].tolist(), series.source) == ([0, 1, 0], "")
    admitted = queries.counts(DISEASE, "admitted", [CITY], date(2021, 7, 31), WEDNESDAY).values[0]
    assert np.isnan(admitted[0]), "case records that know no case know no admission"
    assert admitted[-1] == 0
    then = queries.indicators(DISEASE, [CITY], date(2021, 7, 12))
    assert (then.figures["cases-week"][0, -1], then.source("mortality")) == (7 * 700, "publisher")
    assert np.isnan(then.figures["admissions"]).all()


def test_totals_become_days_and_falls_are_kept(jakarta):
    figures(MENTENG, "confirmed-total", days_from(MONDAY - timedelta(days=1), [100, 104, 103, 110]))
    assert counted(areas=[MENTENG]) == [[4, -1, 7]]
    assert np.isnan(counted(areas=[CITY])).all(), "the other 266 kelurahan are not known"


def test_an_area_is_the_sum_of_all_its_parts(jakarta):
    for code in areas_of("kelurahan").codes:
        figures(code, "dose-1-total", {MONDAY: 2})
    from kini.epidemic.surveillance.outside_figures import newest_figures

    (found,) = newest_figures(DISEASE, "dose-1-total", areas_of([CITY, CENTRE]), MONDAY, MONDAY)
    assert found.values.tolist() == [[534], [88]]
