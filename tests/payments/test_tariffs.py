"""Amounts owed, QR payloads, and bill tables."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kini.payments import emvco
from kini.payments.rules import Amount, Fine, Relief, amount_owed
from kini.payments.tariffs import check_bills, read_bills
from tests.cases.town import PACK

ONE = Fine(date(2024, 1, 5), 1, 24)
DUE = date(2026, 1, 31)


@pytest.mark.parametrize(
    ("on", "months"),
    [
        (date(2026, 1, 31), 0),
        (date(2026, 2, 1), 1),
        (date(2026, 2, 28), 1),
        (date(2026, 3, 1), 2),
        (date(2026, 3, 31), 2),
        (date(2026, 4, 1), 3),
        (date(2030, 1, 1), 24),
    ],
)
def test_each_month_begun_costs_its_percent_up_to_the_most(on, months):
    assert amount_owed(200_000, DUE, on, [ONE]) == Amount(200_000, fine=2_000 * months)


def test_a_month_is_fined_by_the_rule_of_its_beginning():
    later = Fine(date(2026, 3, 1), 3, 24)
    assert amount_owed(100_000, DUE, date(2026, 3, 15), [ONE, later]).fine == 1_000 + 3_000
    assert amount_owed(100_000, date(2020, 1, 1), date(2023, 1, 1), [ONE]).fine == 0, "no rule held then"


def test_relief_counts_on_its_days_alone_and_never_more_than_is_owed():
    relief = Relief(date(2026, 6, 1), date(2026, 6, 30), 100, "fine")
    in_june = amount_owed(100_000, DUE, date(2026, 6, 30), [ONE], [relief])
    assert (in_june.fine, in_june.relief, in_june.total) == (5_000, 5_000, 100_000)
    assert amount_owed(100_000, DUE, date(2026, 7, 1), [ONE], [relief]).relief == 0
    both = [Relief(date(2026, 6, 1), date(2026, 6, 30), 80, "principal") for _ in range(2)]
    assert amount_owed(100_000, DUE, date(2026, 6, 1), [], both).total == 0


days = st.dates(date(2024, 2, 1), date(2029, 12, 31))


@given(st.integers(1, 10**12), days, days, days)
def test_waiting_never_makes_a_bill_cheaper(principal, due, one, other):
    earlier, later = sorted((one, other))
    assert amount_owed(principal, due, earlier, [ONE]).total <= amount_owed(principal, due, later, [ONE]).total


ids = st.integers(0, 61).map(lambda n: f"{n:02d}").filter(lambda key: key not in emvco.NESTED)


@given(st.dictionaries(ids, st.text("ABC xyz0189", min_size=1, max_size=99), max_size=6), st.data())
def test_a_payload_is_read_as_written_and_a_changed_character_is_noticed(fields, data):
    payload = emvco.encode_payload(fields | {"62": {"01": "INV1"}})
    assert emvco.decode_payload(payload) == fields | {"62": {"01": "INV1"}}
    at = data.draw(st.integers(0, len(payload) - 1))
    other = data.draw(st.sampled_from("AZ09").filter(lambda c: c != payload[at]))
    with pytest.raises(emvco.InvalidPayload):
        emvco.decode_payload(payload[:at] + other + payload[at + 1 :])


def test_the_checksum_is_the_one_of_the_catalogue():
    # CRC-16/IBM-3740 over "123456789" is 0x29B1 (catalogue of parametrised CRC algorithms).
    assert emvco._checksum("123456789") == "29B1"


def test_the_example_of_the_specification_is_read():
    # EMVCo, QR code specification for payment systems, merchant-presented mode: the worked example.
    payload = (
        "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT"
        "6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME"
        "91320016A0112233449988770708123456786304A13A"
    )
    fields = emvco.decode_payload(payload)
    assert (fields[emvco.AMOUNT], fields[emvco.CURRENCY], fields["59"]) == ("23.72", "156", "BEST TRANSPORT")
    assert fields["29"] == {"00": "D15600000000", "05": "A93FO3230Q"}
    assert fields["62"] == {"03": "1234", "06": "***", "07": "A6008667", "09": "ME"}


def test_what_does_not_fit_a_field_is_refused():
    with pytest.raises(emvco.InvalidPayload, match="100 characters"):
        emvco.encode_payload({"59": "x" * 100})


def test_a_table_of_bills_names_every_bad_row(tmp_path: Path):
    file = tmp_path / "bills.csv"
    file.write_text(
        "object,period,principal,due_on,proof\n"
        "B 1,2026,5,2026-01-01,\n"
        "B 1234 X,2026,free,2026-01-01,\n"
        "B 1234 X,2026,5,31-12-2026,\n"
        "B 1234 X,,5,2026-01-01,\n"
        "B 1234 X,2026,5,2026-01-01,ab 1\n"
        "b-1234-x,2026,7,2026-01-01,\n",
        "utf-8",
    )
    rows, table = read_bills(file)
    assert [(row.object, row.principal, row.proof) for row in rows] == [("B1234X", 5, "AB1")]
    assert [(error.line, error.field, error.value) for error in table.errors] == [
        (2, "object", "B 1"),
        (3, "principal", "free"),
        (4, "due_on", "31-12-2026"),
        (5, "period", ""),
        (7, "object", "b-1234-x"),
    ]
    assert "2026-12-31" in str(table.errors[2])


def test_a_register_with_faults_is_named_with_its_line(tmp_path: Path):
    for name in ("city.toml", "calendar.toml"):
        (tmp_path / name).write_text((PACK / name).read_text("utf-8"), "utf-8")
    (tmp_path / "bills").mkdir()
    (tmp_path / "bills" / "tax.yaml").write_text(
        "name: {id: Pajak, en: Tax}\nagency: registry\nobject: {id: Nomor, en: Number}\nperiod: {id: Tahun}\n"
        "fines:\n  - {from: 2024-01-01, percent_a_month: 200, most_months: 1}\n",
        "utf-8",
    )
    (tmp_path / "bills" / "tax.csv").write_text("object,period\n", "utf-8")
    errors = [str(fault) for fault in check_bills(tmp_path)]
    assert any(each.startswith("bills/tax.yaml:6: fines.0.percent_a_month") for each in errors), errors
    assert any(each.startswith("bills/tax.csv:1") and "principal" in each for each in errors), errors
