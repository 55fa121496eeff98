"""Writes `rows.parquet` and `dictionary.parquet`, which say more of themselves than can be: python bombs.py"""

import pathlib
import struct

HERE = pathlib.Path(__file__).parent
MANY = 2**31 - 1
BYTES, TEXT, PLAIN, RLE, BY_DICTIONARY = 6, 0, 0, 3, 8


def varint(number):
    low, rest = number & 127, number >> 7
    return bytes([low | 128]) + varint(rest) if rest else bytes([low])


def signed(number):
    return varint((number << 1) ^ (number >> 63))


def text(of):
    return varint(len(of)) + of


class Struct:
    """Thrift's compact form: fields in the order of their numbers."""

    def __init__(self):
        self.bytes, self.last = b"", 0

    def add(self, field, kind, content):
        self.bytes += bytes([(field - self.last) << 4 | kind]) + content
        self.last = field
        return self

    def number(self, field, number, long=False):
        return self.add(field, 6 if long else 5, signed(number))

    def text(self, field, of):
        return self.add(field, 8, text(of))

    def struct(self, field, of):
        return self.add(field, 12, of.done())

    def list(self, field, kind, of):
        return self.add(field, 9, bytes([len(of) << 4 | kind]) + b"".join(of))

    def done(self):
        return self.bytes + b"\0"


def page(kind, field, header, body):
    head = Struct().number(1, kind).number(2, len(body)).number(3, len(body)).struct(field, header)
    return head.done() + body


def equal(count, number):
    """So many equal numbers of one bit."""
    return varint(count << 1) + bytes([number])


def write(name, rows, in_dictionary):
    """One column with the text P1 in so many rows."""
    one = struct.pack("<I", 2) + b"P1"
    dictionary = page(2, 7, Struct().number(1, in_dictionary).number(2, PLAIN), one)
    levels = equal(rows, 1)
    body = struct.pack("<I", len(levels)) + levels + b"\1" + equal(rows, 0)
    header = Struct().number(1, rows).number(2, BY_DICTIONARY).number(3, RLE).number(4, RLE)
    pages = dictionary + page(0, 5, header, body)
    column = Struct().number(1, BYTES).list(2, 5, [signed(BY_DICTIONARY), signed(RLE)]).list(3, 8, [text(b"x")])
    column.number(4, 0).number(5, rows, True).number(6, len(pages), True).number(7, len(pages), True)
    column.number(9, 4 + len(dictionary), True).number(11, 4, True)
    chunk = Struct().number(2, 4, True).struct(3, column)
    group = Struct().list(1, 12, [chunk.done()]).number(2, len(pages), True).number(3, rows, True)
    schema = [
        Struct().text(4, b"table").number(5, 1),
        Struct().number(1, BYTES).number(3, 1).text(4, b"x").number(6, TEXT),
    ]
    meta = Struct().number(1, 1).list(2, 12, [one.done() for one in schema]).number(3, rows, True)
    meta = meta.list(4, 12, [group.done()]).done()
    (HERE / name).write_bytes(b"PAR1" + pages + meta + struct.pack("<I", len(meta)) + b"PAR1")


write("rows.parquet", MANY, 1)
write("dictionary.parquet", 5, MANY)
