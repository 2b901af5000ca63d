"""Tables to take away: no cell is a formula in a spreadsheet."""

import csv
from io import StringIO

import pytest

from kini.web import downloads

FORMULA = '=HYPERLINK("http://x.example";"a")'


@pytest.mark.parametrize("begin", ["", "\n", "\r", "\t", "＝", "+", "＋", "－", "＠", "@"])
def test_no_cell_begins_as_a_formula(begin: str):
    file = StringIO()
    downloads.write_csv(file, ["text"], [[begin + FORMULA], ["plain"], [-5]])
    rows = list(csv.reader(StringIO(file.getvalue())))
    assert rows == [["text"], [f"'{begin}{FORMULA}"], ["plain"], ["-5"]]
