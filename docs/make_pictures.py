#!/usr/bin/env python3
"""Makes the pictures of the README from what the program really prints.

    cargo build --release && python3 docs/make_pictures.py

A picture is a terminal as SVG: text with its colours, nothing else. Only the Python standard library is used.
"""

import html
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parent.parent
MERIT = ROOT / "target" / "release" / "merit"

CELL, LINE, PAD, SIZE = 8.4, 19, 16, 14
BACK, FORE = "#1e2128", "#d7dae0"
COLOURS = {
    30: "#5c6370", 31: "#e06c75", 32: "#98c379", 33: "#e5c07b",
    34: "#61afef", 35: "#c678dd", 36: "#56b6c2", 37: FORE,
}
ESCAPE = re.compile(r"\x1b\[([0-9;]*)m|\x1b\]8;[^\x1b\x07]*(?:\x1b\\|\x07)|\x1b\[[0-9;]*[A-Za-z]")


def width(char):
    """Places on the screen."""
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


class Style:
    def __init__(self):
        self.colour, self.bold, self.dim, self.underline = None, False, False, False

    def apply(self, codes):
        numbers = [int(code or 0) for code in codes.split(";")]
        while numbers:
            code = numbers.pop(0)
            if code == 0:
                self.__init__()
            elif code == 1:
                self.bold = True
            elif code == 2:
                self.dim = True
            elif code == 4:
                self.underline = True
            elif code == 22:
                self.bold = self.dim = False
            elif code == 24:
                self.underline = False
            elif code == 39:
                self.colour = None
            elif code == 38 and numbers[:1] == [5]:
                self.colour, numbers = COLOURS.get(30 + numbers[1] % 8), numbers[2:]
            elif code == 38 and numbers[:1] == [2]:
                self.colour, numbers = "#%02x%02x%02x" % tuple(numbers[1:4]), numbers[4:]
            elif 30 <= code <= 37 or 90 <= code <= 97:
                self.colour = COLOURS[30 + code % 10]

    def attributes(self):
        parts = []
        if self.colour:
            parts.append(f'fill="{self.colour}"')
        if self.bold:
            parts.append('font-weight="bold"')
        if self.dim:
            parts.append('opacity="0.6"')
        if self.underline:
            parts.append('text-decoration="underline"')
        return " ".join(parts)


def runs(line, style):
    """The line as (column, text, attributes); wide characters stand alone, so that columns stay true."""
    column, text, start, at = 0, "", 0, 0
    while at < len(line):
        escape = ESCAPE.match(line, at)
        if escape:
            if text:
                yield start, text, style.attributes()
            text, start = "", column
            if escape.group(1) is not None:
                style.apply(escape.group(1))
            at = escape.end()
            continue
        char = line[at]
        if width(char) != 1:
            if text:
                yield start, text, style.attributes()
            yield column, char, style.attributes()
            column += width(char)
            text, start = "", column
        else:
            text += char
            column += 1
        at += 1
    if text:
        yield start, text, style.attributes()


def picture(command, output):
    lines = [f"\x1b[2m$\x1b[0m \x1b[1m{command}\x1b[0m", *output.rstrip("\n").split("\n")]
    style, body, widest = Style(), [], 80
    for index, line in enumerate(lines):
        y = PAD + LINE * index + SIZE
        for start, text, attributes in runs(line, style):
            widest = max(widest, start + sum(map(width, text)))
            # Blanks are left out and the words placed: browsers collapse blanks, each in a way of its own.
            for word in re.finditer(r"\S+(?: \S+)*", text):
                column = start + sum(map(width, text[:word.start()]))
                length = sum(map(width, word.group())) * CELL
                body.append(
                    f'<text x="{PAD + column * CELL:.1f}" y="{y}" textLength="{length:.1f}" {attributes}>'
                    f"{html.escape(word.group())}</text>"
                )
    across, down = round(widest * CELL + 2 * PAD), len(lines) * LINE + 2 * PAD
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {across} {down}" width="{across}" height="{down}">',
        f'<rect width="100%" height="100%" rx="8" fill="{BACK}"/>',
        f'<g fill="{FORE}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" '
        f'font-size="{SIZE}">',
        *body,
        "</g>",
        "</svg>",
        "",
    ])


def run(arguments, folder):
    command = [str(MERIT), *arguments, "--color", "always"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=300)
    if done.returncode == 2:
        sys.exit(f"{' '.join(command)} did not run:\n{done.stderr}")
    said = done.stdout or done.stderr
    # The line on what made the report is another with every change of a spec.
    return re.sub(r"\n+[^\n]*Made by [^\n]*\n$", "\n", said)


# A spec with the mistake most people make first: the unit of the formula is not the one declared.
# A mistake that is easily made: premium per person, divided by the policies.
SOUND, BROKEN = "personal_new_premium / agent_headcount", "personal_new_premium / count(policies)"


def main():
    with tempfile.TemporaryDirectory() as folder:
        specs = pathlib.Path(folder, "specs", "insurance")
        shutil.copytree(ROOT / "specs" / "insurance", specs, ignore=shutil.ignore_patterns("data"))
        broken = 0
        for path in specs.rglob("*.merit"):
            text = path.read_text(encoding="utf-8")
            broken += text.count(SOUND)
            path.write_text(text.replace(SOUND, BROKEN), encoding="utf-8")
        assert broken == 1, f"`{SOUND}` stands {broken} times in the specs"
        error = picture("merit check specs/insurance", run(["check", "specs/insurance"], folder))
    (ROOT / "docs" / "error.svg").write_text(error, encoding="utf-8")

    arguments = ["eval", "specs/insurance", "--period", "2026-Q3"]
    person = sys.argv[1] if len(sys.argv) > 1 else None
    if person is None:
        # Without a name on the command line: the first person in the results.
        people = json.loads(subprocess.run(
            [str(MERIT), *arguments, "--format", "json"], cwd=ROOT, capture_output=True, check=True, timeout=300,
        ).stdout)["people"]
        person = people[0]["person"]
    arguments += ["--person", person]
    card = picture(f"merit {' '.join(arguments)}", run(arguments, ROOT))
    (ROOT / "docs" / "scorecard.svg").write_text(card, encoding="utf-8")

    # One number down to its rows.
    arguments = ["why", "specs/insurance", "--period", "2026-Q3", "--person", "S1056", "market_reputation"]
    why = picture("merit " + " ".join(arguments), run(arguments, ROOT))
    (ROOT / "docs" / "why.svg").write_text(why, encoding="utf-8")


if __name__ == "__main__":
    main()
