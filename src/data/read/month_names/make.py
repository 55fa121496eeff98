#!/usr/bin/env python3
"""Writes `table.rs`: the names of months in the languages that offices use, from CLDR.

    npm pack cldr-dates-full@48.2.0 && tar xzf cldr-dates-full-48.2.0.tgz
    npm pack cldr-localenames-full@48.2.0 && tar xzf cldr-localenames-full-48.2.0.tgz   (both lie in `package` then)
    python3 make.py package > table.rs
"""

import json
import re
import sys
from pathlib import Path

PACKAGE = Path(sys.argv[1])
LANGUAGES = (
    "en de fr es it pt nl pl cs sk hu ro bg el tr ru uk be sr sr-Latn hr bs sl mk lt lv et fi sv da nb nn is ca eu gl ga cy "
    "ms id vi th tl zh zh-Hant ja ko ar he fa hi bn kk uz ka hy az sq sw af mt lb"
).split()
# What spreadsheet programs write and CLDR does not have: Excel's German `MMM`.
MORE = {"de": {3: ["Mrz"]}}


def calendar(locale):
    path = PACKAGE / "main" / locale / "ca-gregorian.json"
    return json.loads(path.read_text("utf-8"))["main"][locale]["dates"]["calendars"]["gregorian"]


def names_of(locale):
    """By month, its names in all the forms of the language and its regions."""
    found = {month: [] for month in range(1, 13)}
    wide = [(int(month), name.lower()) for form in calendar(locale)["months"].values() for month, name in form["wide"].items()]
    regions = sorted(path.name for path in (PACKAGE / "main").iterdir() if re.fullmatch(locale + "(-([A-Z]{2}|[0-9]{3}))?", path.name))
    around = set()
    for region in regions:
        gregorian = calendar(region)
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for month, name in gregorian["months"][form][width].items():
                    # `jui.` is June in some French, and the beginning of July in all.
                    begins = name.lower().rstrip(".")
                    if width != "wide" and any(other != int(month) and full.startswith(begins) for other, full in wide):
                        continue
                    if name not in found[int(month)]:
                        found[int(month)].append(name)
        formats = gregorian["dateTimeFormats"]["availableFormats"]
        for pattern in (formats[skeleton] for skeleton in ("yMMM", "yMMMM") if skeleton in formats):
            # What stands beside year and month: `de`, `г.`, `năm`.
            words = re.findall(r"'([^']*)'|([^\W\dA-Za-z_]+)", pattern)
            around.update(word for pair in words for part in pair for word in re.findall(r"[^\W\d_]+", part))
    for month, names in MORE.get(locale, {}).items():
        found[month].extend(names)
    return found, sorted(around)


def rust(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


version = json.loads((PACKAGE / "package.json").read_text("utf-8"))["version"]
english = json.loads((PACKAGE / "main/en/languages.json").read_text("utf-8"))["main"]["en"]["localeDisplayNames"]["languages"]
print(f"""//! Names of months, written by `make.py` from the package `cldr-dates-full` {version}: data of the Unicode Common Locale
//! Data Repository, under the Unicode License v3 (https://www.unicode.org/license.txt). Not to be changed by hand.

use super::Language;

#[rustfmt::skip]
pub static LANGUAGES: &[Language] = &[""")
for locale in LANGUAGES:
    if not (PACKAGE / "main" / locale).exists():
        continue
    months, around = names_of(locale)
    name = english.get(locale, english[locale.split("-")[0]])
    listed = ",\n        ".join("&[" + ", ".join(rust(name) for name in months[month]) + "]" for month in range(1, 13))
    print(f"    Language {{ code: {rust(locale)}, name: {rust(name)}, around_year: &[{', '.join(map(rust, around))}], months: [")
    print(f"        {listed},\n    ] }},")
print("];")
