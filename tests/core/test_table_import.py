"""Tables of others: every format gives the same rows, and every error names line, column, value and remedy."""

import io
import json
import tracemalloc
import zipfile
from datetime import date
from pathlib import Path
from typing import Annotated
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from kini.core.table_import import CellError, ColumnMapping, Table, Unreadable, file_formats


class Stall(BaseModel):
    code: Annotated[str, Field(pattern="^[a-z0-9-]+$")]
    name: str
    seats: Annotated[int, Field(gt=0)] | None = None
    opened: date | None = None
    key: Annotated[str, Field(min_length=8)] = Field(default="", repr=False)


HEADER = ["code", "name", "seats", "opened"]
ROWS = [["a1", "Café", 12, date(2026, 3, 1)], ["b2", 'Two "B", or not', None, None]]
STALLS = [Stall(code="a1", name="Café", seats=12, opened=date(2026, 3, 1)), Stall(code="b2", name='Two "B", or not')]


def workbook(rows: list[list[object]]) -> bytes:
    """The smallest .xlsx with these cells; days carry the style of a date."""

    def cell(value: object) -> str:
        if value is None:
            return "<c/>"
        if isinstance(value, date):
            return f'<c s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
        if isinstance(value, int | float):
            return f"<c><v>{value}</v></c>"
        return f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'

    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/"
    data = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}relationships"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" '
        f'Type="{office}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
        "</styleSheet>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{data}</sheetData></worksheet>',
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return stream.getvalue()


def text(delimiter: str, encoding: str) -> bytes:
    def cell(value: object) -> str:
        return '"' + ("" if value is None else str(value)).replace('"', '""') + '"'

    return "\n".join(delimiter.join(map(cell, row)) for row in [HEADER, *ROWS]).encode(encoding)


FEATURES = {
    "type": "FeatureCollection",
    "features": [{"properties": dict(zip(HEADER, row, strict=True)), "geometry": None} for row in ROWS],
}
CONTENTS = {
    "utf-8.csv": text(",", "utf-8"),
    "mark.csv": text(",", "utf-8-sig"),
    "semicolon.csv": text(";", "cp1252"),
    "tab.txt": text("\t", "utf-16"),
    "book.xlsx": workbook([HEADER, *ROWS]),
    "points.geojson": json.dumps(FEATURES, default=str).encode(),
}


def read(path: Path, **options) -> tuple[list[Stall], list[str]]:
    table = Table(path.name, path, **options)
    return [row.value for row in table.rows(Stall)], [str(error) for error in table.errors]


@pytest.mark.parametrize("name", CONTENTS)
def test_every_format_encoding_and_delimiter_gives_the_same_rows(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(CONTENTS[name])
    assert read(path) == (STALLS, [])


def test_json_is_read_at_a_path():
    content = json.dumps({"data": {"items": [{"code": "a1", "name": "A", "seats": 3}, 7]}}).encode()
    table = Table("stalls", content, format="json", path="data.items")
    assert [(row.line, row.value.seats) for row in table.rows(Stall)] == [(1, 3)]
    assert [(error.line, error.field) for error in table.errors] == [(2, "code"), (2, "name")]


def test_an_error_names_line_column_value_and_remedy_and_stops_no_other_row(tmp_path):
    path = tmp_path / "stalls.csv"
    path.write_text(
        'code,name,seats,opened,key\na1,"On two\nlines",3,,\nB 2,,many,31/12/2026,\nc3,C,1,,secret\nd4,D,1,,,more\n'
        "e5,E,5,,\n",
        "utf-8",
    )
    stalls, errors = read(path)
    assert [stall.code for stall in stalls] == ["a1", "e5"]
    assert [error.rsplit(": ", 1)[0] for error in errors] == [
        "stalls.csv:4: code",
        "stalls.csv:4: name",
        "stalls.csv:4: seats",
        "stalls.csv:4: opened",
        "stalls.csv:5: key",  # a secret is not shown
        "stalls.csv:6",
    ]
    assert errors[1] == "stalls.csv:4: name: it is empty. Fill it in."


def test_columns_and_values_are_mapped_and_errors_name_theirs():
    mapping = ColumnMapping(
        columns={"code": "No", "name": "Sort", "seats": "Places"},
        values={"name": {"G": "Garden"}},
        other={"name": "Other"},
        constants={"seats": "9"},
    )
    table = Table("stalls", b"No,Sort,Places\n1,G,\n2,X,3\n3,X,-1\n", mapping)
    assert [(row.value.code, row.value.name, row.value.seats) for row in table.rows(Stall)] == [
        ("1", "Garden", 9),
        ("2", "Other", 3),
    ]
    [error] = table.errors
    assert (error.line, error.field, error.value) == (4, "Places", "-1")
    assert table.count == 3


def test_a_table_of_our_own_format_has_no_other_columns_and_no_short_rows():
    table = Table("stalls", b"code,name\na1\n", strict=True)
    assert list(table.rows(Stall)) == []
    assert "1 cells where there are 2 columns" in str(table.errors[0])
    for content, words in (
        (b"code\n", "name: this column is missing"),
        (b"code,name,x\n", "x: this column is"),
    ):
        with pytest.raises(Unreadable, match=words):
            list(Table("stalls", content, strict=True).rows(Stall))


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        (b"", {}, ":1: there is no line with the names"),
        (b"code,code,name\n", {}, ":1: code: this column appears twice"),
        (b"code,name\n\xff,1\n", {"encoding": "utf-8"}, ":2: is not utf-8"),
        (b"code,name\n\n\x81,1\n", {}, ":3: is not UTF-8, Windows-1252"),
        (b'code,name\n"a', {}, ":2: broken CSV"),
        (b"PK\x03\x04", {"format": "excel"}, "is not an Excel workbook"),
        (b'{"features": [{}\n, {]}', {"format": "geojson"}, ":2: is not JSON"),
        (b'{"features": 3}', {"format": "geojson"}, "the list of rows is missing. features"),
        (b"[" * 200_000, {"format": "json"}, "is not JSON"),
    ],
)
def test_a_file_that_is_no_table_is_one_error_with_its_line(content, options, words):
    with pytest.raises(Unreadable, match=words) as raised:
        list(Table("stalls", content, **options).rows(Stall))
    assert len(raised.value.errors) == 1


def test_a_file_that_is_not_there_is_one_error(tmp_path):
    with pytest.raises(Unreadable, match="cannot be read"):
        read(tmp_path / "none.csv")


def test_a_parser_of_its_own_raises_cell_errors():
    def parse(row):
        if row.text("seats") == "0":
            raise CellError("seats", "there are none", "Write one or more.")
        return row.text("code"), int(row.text("seats"))

    table = Table("stalls", b"code,seats,Seats\na,1,1\nb,0,0\n", aliases={"Seats": "ignored"})
    assert [row.value for row in table.read(parse, required=["code", "seats"])] == [("a", 1)]
    assert [str(error) for error in table.errors] == ['stalls:3: seats "0": there are none. Write one or more.']


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=8), st.sampled_from(",;\t|"))
def test_what_is_written_as_csv_is_read_as_it_was(pairs, delimiter):
    quoted = (delimiter.join('"' + cell.replace('"', '""') + '"' for cell in pair) for pair in pairs)
    table = Table("any", "\n".join([f"one{delimiter}two", *quoted]).encode())
    read = [row.value for row in table.read(lambda row: (row.text("one"), row.text("two")))]
    assert read == [(one.strip(), two.strip()) for one, two in pairs]
    assert table.errors == []


@pytest.mark.parametrize("name", ["large.csv", "large.geojson"])
def test_memory_does_not_grow_with_the_file(tmp_path, name):
    path = tmp_path / name
    with path.open("w", encoding="utf-8") as file:
        file.write("code,name,seats\n" if name.endswith("csv") else '{"features": [')
        for number in range(40_000):
            row = {"code": f"c{number}", "name": "n" * 100, "seats": 3}
            csv = ",".join(map(str, row.values())) + "\n"
            file.write(csv if name.endswith("csv") else f'{"," if number else ""}{{"properties": {json.dumps(row)}}}')
        file.write("" if name.endswith("csv") else "]}")
    tracemalloc.start()
    assert sum(1 for _row in Table(name, path).rows(Stall)) == 40_000
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < path.stat().st_size
    assert peak < 6_000_000


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize("block", [1, 7, 1 << 18])
@given(
    st.lists(values, max_size=4), st.dictionaries(st.text(max_size=3), values, max_size=3), st.sampled_from([None, 2])
)
def test_json_that_is_read_in_pieces_is_what_was_written(block, items, beside, indent):
    document = json.dumps({**beside, "data": {"beside": beside, "rows": items}}, indent=indent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(file_formats, "BLOCK", block)
        read = [item for _number, item in file_formats.read_json("any", document.encode(), path="data.rows")]
    assert read == [item if isinstance(item, dict) else {} for item in items]
