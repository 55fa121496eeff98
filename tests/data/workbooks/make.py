"""Writes the `.xls` files of this folder: pip install xlwt; python make.py"""

import datetime
import pathlib

import xlwt

HERE = pathlib.Path(__file__).parent
HEADERS = ["Policy No", "Premium", "Issued", "city", "share", "paid", "month"]
DAY = xlwt.easyxf(num_format_str="yyyy/m/d")
MONTH = xlwt.easyxf(num_format_str='yyyy"年"m"月"')
PERCENT = xlwt.easyxf(num_format_str="0.0%")
MONEY = xlwt.easyxf(num_format_str="¥#,##0.00")


def book(name, since_1904, fill):
    made = xlwt.Workbook(encoding="utf-8")
    made.dates_1904 = since_1904
    # A sheet that fits as well, but is not shown.
    old = made.add_sheet("last year")
    for column, header in enumerate(HEADERS):
        old.write(0, column, header)
    old.visibility = 1
    notes = made.add_sheet("Notes")
    notes.write(0, 0, "Exported on 1 October")
    fill(made.add_sheet("保单"))
    made.set_active_sheet(2)
    made.save(str(HERE / name))


def sound(sheet):
    sheet.write_merge(0, 0, 0, 6, "Policies issued in 2026")
    sheet.write(1, 0, "as of 1 October")
    for column, header in enumerate(HEADERS):
        sheet.write(3, column, header)
    # As whole numbers, hundredths and in full: each is kept in another way.
    amounts = [100, 1234.56, 0.1, 0.1 + 0.2, 1e7 / 3, -0.005, 123456789012.34]
    for at, amount in enumerate(amounts):
        row = 4 + at
        sheet.write(row, 0, 1000 + at)
        sheet.write(row, 1, amount, MONEY)
        sheet.write(row, 2, datetime.date(2026, 7, 1) + datetime.timedelta(days=at), DAY)
        sheet.write(row, 4, "85%")
        sheet.write(row, 5, at % 2 == 0)
        sheet.write(row, 6, datetime.date(2026, 7, 1), MONTH)
    sheet.write_merge(4, 6, 3, 3, "上海")
    sheet.write(7, 3, "Beijing")
    # A row without anything, one that is only coloured, then the last.
    for column in range(7):
        sheet.write(12, column, None, DAY)
    sheet.write(13, 0, "A-9")
    sheet.write(13, 1, "1,000.5")
    sheet.write(13, 2, "2026-08-02")
    sheet.write(13, 6, "2026年8月")


def bad(sheet):
    sheet.write(0, 0, "Policies")
    for column, header in enumerate(HEADERS):
        sheet.write(1, column + 1, header)
    for at in range(2, 12):
        sheet.write(at, 1, f"P{at}")
        sheet.write(at, 2, at)
        sheet.write(at, 3, datetime.date(2026, 7, 1), DAY)
    replaced = {
        (3, 2): ("twelve", None),
        (4, 2): (datetime.date(2026, 7, 1), DAY),
        (5, 3): (46204, None),
        (6, 3): ("03/04/2026", None),
        (7, 5): (0.85, PERCENT),
        (8, 7): (2026.1, None),
        (9, 2): (None, None),
        (10, 6): ("perhaps", None),
    }
    sheet._cell_overwrite_ok = True
    for (row, column), (value, style) in replaced.items():
        sheet.write(row, column, value, style or xlwt.Style.default_style)
    sheet.row(2).set_cell_error(2, "#DIV/0!")
    sheet.row(11).set_cell_error(4, "#REF!")


book("policies.xls", False, sound)
book("policies_1904.xls", True, sound)
book("bad.xls", False, bad)
