"""Workbooks of vaccination as the city publishes them: several sheets, a row of totals, line breaks, empty rows."""

import io
import zipfile
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path

from kini.epidemic.imports.defects import Kind
from kini.epidemic.imports.kinds import FileKind
from tests.epidemic.imports.conftest import Brought, figure

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def workbook(sheets: Mapping[str, list[list[object]]]) -> bytes:
    """The smallest .xlsx with these sheets."""

    def cell(value: object) -> str:
        if value is None:
            return "<c/>"
        if isinstance(value, int | float):
            return f"<c><v>{value}</v></c>"
        return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'

    listed = list(enumerate(sheets, 1))
    entries = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in listed)
    links = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n, _name in listed
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types"/>')
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{entries}</sheets></workbook>'
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'
        )
        for n, name in listed:
            rows = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in sheets[name])
            archive.writestr(
                f"xl/worksheets/sheet{n}.xml", f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
            )
    return stream.getvalue()


def test_the_sheet_of_the_smallest_areas_is_read(bring_file: Callable[..., Brought], tmp_path: Path) -> None:
    doses = ["SASARAN", "BELUM VAKSIN", "JUMLAH\nDOSIS 1", "JUMLAH\nDOSIS 2", "TOTAL VAKSIN\nDIBERIKAN"]
    districts: list[list[object]] = [["KECAMATAN", *doses], ["GAMBIR", 2200, 900, 1300, 700, 2000]]
    areas: list[list[object]] = [
        ["KODE KELURAHAN", "WILAYAH KOTA", "KECAMATAN", "KELURAHAN", *doses, "LANSIA\nDOSIS 1", "REMAJA\nDOSIS 1"],
        [None, None, None, "TOTAL", 2200, 900, 1300, 700, 2000, 90, 70],
        [3171011001, "JAKARTA PUSAT", "GAMBIR", "GAMBIR", 1000, 400, 600, 300, 900, 40, 30],
        [3171011002, "JAKARTA PUSAT", "GAMBIR", "CIDENG", 1200, 500, 700, 400, 1100, 50, 40],
        *([None] * 5 for _row in range(1000)),
    ]
    path = tmp_path / "Data Vaksinasi Berbasis Kelurahan (31 Oktober 2021).xlsx"
    path.write_bytes(workbook({"Data Kecamatan ": districts, "Data Kelurahan": areas}))
    brought = bring_file(path)
    assert brought.kind is FileKind.VACCINATION
    assert figure("doses-total", "31.71.01.1002", "2021-10-31") == 1100
    assert figure("elderly-dose-1-total", "31.71.01.1001", "2021-10-31") == 40
    assert figure("teenagers-dose-1-total", "31.71.01.1001", "2021-10-31") == 30
    assert figure("unvaccinated-total", "31.71.01.1001", "2021-10-31") == 400
    assert "it equals the sums of the rows" in brought.told(Kind.TOTAL_ROW)
    assert not brought.of(Kind.UNKNOWN_AREA)
    assert not brought.of(Kind.SUM)
