//! Quotes that were not meant as such: one that begins a cell, as that of an inch, takes in all rows up to the next.

use super::records::Cell;

/// Whether a cell in quotes over several lines of a record holds what are rows of the table, and then which one it is.
/// `columns` is how many cells the header has; `is_row` says whether the cells of a row could be read.
pub fn by_quotes(
    text: &str,
    cells: &[Cell],
    columns: usize,
    separator: u8,
    is_row: impl Fn(&[&str]) -> bool,
) -> Option<usize> {
    let separator = char::from(separator);
    (0..cells.len()).find(|at| {
        let cell = &cells[*at];
        let inner = cell.text(text);
        if !cell.is_quoted(text) || !inner.contains('\n') {
            return false;
        }
        // Behind a closing quote nothing stands.
        if !cell.is_well_quoted(text) {
            return true;
        }
        let mut lines = inner.split('\n').map(|line| parts(line.trim_end_matches('\r'), separator));
        let (Some(first), Some(last)) = (lines.next(), lines.next_back()) else { return false };
        let between: Vec<Vec<&str>> = lines.collect();
        let whole: Vec<std::borrow::Cow<str>> = cells.iter().map(|cell| cell.text(text)).collect();
        let whole: Vec<&str> = whole.iter().map(|cell| &**cell).collect();
        let begin = [&whole[..*at], &first].concat();
        let end = [&last[..], &whole[at + 1..]].concat();
        // In a row that has not as many cells as the header, one line is enough.
        if cells.len() != columns {
            return begin.len() == columns || between.iter().any(|line| line.len() == columns) || end.len() == columns;
        }
        let rows = || [&begin, &end].into_iter().chain(&between);
        columns > 1 && rows().all(|row| row.len() == columns) && rows().all(|row| is_row(row))
    })
}

/// The cells of a line. In running text a space follows the comma, in rows none.
fn parts(line: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut from, mut signs) = (0, line.char_indices().peekable());
    while let Some((at, sign)) = signs.next() {
        if sign == separator && signs.peek().is_none_or(|(_, next)| *next != ' ') {
            parts.push(&line[from..at]);
            from = at + sign.len_utf8();
        }
    }
    parts.push(&line[from..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::super::records::{Found, Records};
    use super::*;

    fn found(text: &str, columns: usize) -> Option<(usize, usize)> {
        let mut records = Records::new(text.as_bytes(), b',');
        let (mut cells, mut row) = (Vec::new(), 0);
        let is_number = |row: &[&str]| row.last().is_some_and(|cell| cell.parse::<u32>().is_ok());
        while let Found::Record(_) = records.next(&mut cells) {
            if let Some(at) = by_quotes(text, &cells, columns, b',', is_number) {
                return Some((row, at));
            }
            row += 1;
        }
        None
    }

    #[test]
    fn rows_within_quotes() {
        for (text, expected) in [
            ("P1,\"5 inch pipe,100\nP2,x,200\nP3,\"6 inch pipe,300\n", Some((0, 1))),
            ("P0,y,1\nP1,\"5 inch,100\nP2,x\",200\n", Some((1, 1))),
            ("P1,\"5 inch,100\nP2,x,200\nP3,x\",300\n", Some((0, 1))),
            ("P1,\"5 inch,100\nP2,x,200\nP3,\"\"6,300\nP4,x\",400\n", Some((0, 1))),
            ("P1,\"5 inch,100\nP2,x,200\"\n", Some((0, 1))),
            ("P1,\"one\ntwo\",100\n", None),
            ("P1,\"one, two\nthree, four\",100\n", None),
            ("P1,\"Street 5\nBerlin,Mitte\",100\n", None),
            ("P1,\"a,b\nc,d\",100\n", None),
            ("P1,\"say \"\"hi\"\"\nthere\",100\n", None),
            ("P1,\"\n\",100\n", None),
        ] {
            assert_eq!(found(text, 3), expected, "{text:?}");
        }
    }
}
