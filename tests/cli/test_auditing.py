"""Known vulnerabilities are reported with a remedy, and a skipped check is reported too."""

import json

import pytest

from kini.cli import auditing, testing
from kini.core.environment import ROOT

REPORT = {
    "dependencies": [
        {"name": "fine", "version": "1.0", "vulns": []},
        {"name": "weak", "version": "2.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1", "3.0"]}]},
        {"name": "weaker", "version": "0.1", "vulns": [{"id": "GHSA-2", "fix_versions": []}]},
        {"name": "not-looked-at", "skip_reason": "unknown"},
    ],
    "fixes": [],
}


def test_each_weakness_is_told_with_its_remedy():
    assert [str(each) for each in auditing.read(json.dumps(REPORT), "")] == [
        "weak 2.0: PYSEC-1, mended in 2.1, 3.0",
        "weaker 0.1: GHSA-2, not mended yet",
    ]


@pytest.mark.parametrize("said", ["", "Traceback", "[]"[:1], "{}"])
def test_no_report_means_that_nobody_was_asked(said):
    with pytest.raises(auditing.NotAsked, match="cannot be reached"):
        auditing.read(said, "WARNING: slow\nERROR: osv.dev cannot be reached\n")


@pytest.mark.parametrize(
    ("found", "good", "words"),
    [
        ([], True, "packages: good"),
        ([auditing.Weakness("weak", "2.0", "PYSEC-1", ())], False, "packages: FAILED\nweak 2.0: PYSEC-1"),
        (auditing.NotAsked("no network"), True, "packages: NOT CHECKED for known weaknesses (no network)"),
    ],
)
def test_a_run_of_the_tests_says_how_it_went(found, good, words, capsys):
    def audit():
        if isinstance(found, Exception):
            raise found
        return found

    assert testing.no_known_weakness(audit) is good
    assert words in capsys.readouterr().out


def test_every_lock_file_is_looked_at():
    assert all((ROOT / name).is_file() and str(ROOT / name) in auditing.command() for name in auditing.LOCKS)
    assert sorted(path.name for path in ROOT.glob("*.lock")) == sorted(auditing.LOCKS)
