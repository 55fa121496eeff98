//! Mends of formulas: what is to be written in the place of a part, with the brackets that it needs there.

use crate::diagnostic::Mend;
use crate::language::BinaryOp;
use crate::model::checker::Checker;
use crate::model::expr::{Base, Expr, Kind};
use crate::source::Span;
use crate::syntax::tree;

impl Checker<'_> {
    /// Gives a part of a formula a value for where it is missing.
    pub(in crate::model) fn with_default(&self, part: &Expr, fallback: &str) -> Mend {
        let text = format!("{} default {fallback}", self.operand(part));
        let text = if self.stands_alone(part.span) { text } else { format!("({text})") };
        Mend::replace(part.span, text)
    }

    /// Lets a test hold, or not hold, where what it reads is missing. `condition` holds the missing part.
    pub(super) fn with_test(&self, condition: &Expr, missing: &Expr) -> [Mend; 2] {
        let test = innermost_test(condition, missing);
        let (text, name) = (self.sources.text(test.span), self.sources.text(missing.span));
        let whole = std::ptr::eq(test, condition);
        [format!("{name} is not missing and {text}"), format!("{name} is missing or {text}")].map(|text| {
            let text = if whole { text } else { format!("({text})") };
            Mend::replace(test.span, text)
        })
    }

    /// Leaves the rows out in which something is missing.
    pub(super) fn with_where(&self, written: &tree::Aggregate, missing: &Expr) -> Mend {
        let name = self.operand(missing);
        match &written.condition {
            Some(condition) => {
                let text = self.sources.text(condition.span);
                let loose = matches!(&*condition.kind, tree::ExprKind::Binary { op: BinaryOp::Or, .. });
                let text = if loose && !is_bracketed(text) { format!("({text})") } else { text.to_string() };
                let mend = Mend::replace(condition.span, format!("{name} is not missing and {text}"));
                mend.shown_as(format!("where {name} is not missing and …"))
            }
            None => {
                let names = [Some(&written.data), written.by.as_ref(), written.dated_by.as_ref()];
                let last = names.into_iter().flatten().map(|name| name.span).max_by_key(|span| span.end);
                Mend::behind(last.unwrap_or(written.data.span), format!("where {name} is not missing"))
            }
        }
    }

    /// A line of its own, the first of the block that opens behind `head`. None where no block opens there.
    pub(in crate::model) fn line_in(&self, head: Span, line: impl Into<String>) -> Option<Mend> {
        let (line, text) = (line.into(), &self.sources.get(head.file).text);
        let mut quoted = false;
        let open = text[head.end as usize..].char_indices().find(|(_, letter)| {
            quoted ^= *letter == '"';
            !quoted && matches!(letter, '{' | '\n')
        });
        let (at, _) = open.filter(|(_, letter)| *letter == '{')?;
        let at = head.end as usize + at + 1;
        let begins = text[..head.start as usize].rfind('\n').map_or(0, |end| end + 1);
        let indent: String = text[begins..].chars().take_while(|letter| matches!(letter, ' ' | '\t')).collect();
        let rest = text[at..].trim_start_matches([' ', '\t']);
        let behind = if rest.starts_with(['\n', '\r', '#']) { String::new() } else { format!("\n{indent}") };
        let place = Span::new(head.file, at, at);
        Some(Mend::replace(place, format!("\n{indent}  {line}{behind}")).shown_as(line))
    }

    /// A word behind something on its line, outside texts in quotes.
    pub(in crate::model) fn word_behind(&self, span: Span, word: &str) -> Option<Span> {
        let text = &self.sources.get(span.file).text;
        let line = text[span.end as usize..].lines().next()?;
        let letter = |letter: char| letter.is_alphanumeric() || letter == '_';
        let found = line.match_indices(word).find(|(at, _)| {
            let (before, behind) = (&line[..*at], &line[at + word.len()..]);
            !before.contains('#')
                && before.matches('"').count() % 2 == 0
                && !before.ends_with(letter)
                && !behind.starts_with(letter)
        });
        found.map(|(at, _)| {
            let at = span.end as usize + at;
            Span::new(span.file, at, at + word.len())
        })
    }

    /// Where the number behind a word ends.
    pub(in crate::model) fn number_behind(&self, word: Span) -> u32 {
        let rest = &self.sources.get(word.file).text[word.end as usize..];
        let number = rest
            .trim_start_matches(' ')
            .trim_start_matches(|letter: char| letter.is_ascii_digit() || "._".contains(letter));
        word.end + (rest.len() - number.len()) as u32
    }

    /// Puts a text at the end of an entry of a scorecard, before what tells when it applies: `behind` is its last part
    /// that is known. Before the brace of a group.
    pub(in crate::model) fn at_the_end_of_entry(&self, behind: Span, text: &str) -> Mend {
        let file = &self.sources.get(behind.file).text;
        let rest = file[behind.end as usize..].lines().next().unwrap_or_default();
        let mut quoted = false;
        let ends = rest.char_indices().find(|(at, letter)| {
            quoted ^= *letter == '"';
            !quoted
                && (matches!(letter, '{' | '#')
                    || rest[*at..].starts_with("applies ")
                    || rest[*at..].starts_with("up to "))
        });
        let rest = &rest[..ends.map_or(rest.len(), |(at, _)| at)];
        let at = behind.end as usize + rest.trim_end().len();
        Mend::behind(Span::new(behind.file, at, at), text)
    }

    /// Takes away what stands there with the space before it; a line that holds nothing else goes with it.
    pub(in crate::model) fn without(&self, span: Span) -> Mend {
        let text = &self.sources.get(span.file).text;
        let (start, end) = (span.start as usize, span.end as usize);
        let before = text[..start].trim_end_matches([' ', '\t']).len();
        let behind = end + text[end..].len() - text[end..].trim_start_matches([' ', '\t', '\r']).len();
        let alone = text[..before].ends_with('\n') && text[behind..].starts_with('\n');
        let end = if alone { behind } else { end };
        Mend::remove(Span::new(span.file, if alone { before - 1 } else { before }, end))
    }

    /// The text of a formula as it can stand before an operator.
    fn operand(&self, expr: &Expr) -> String {
        let text = self.sources.text(expr.span).to_string();
        let loose = matches!(expr.kind, Kind::Binary(..) | Kind::Negate(_) | Kind::If { .. } | Kind::Not(_));
        if loose && !is_bracketed(&text) { format!("({text})") } else { text }
    }

    /// Whether nothing beside a part could be taken for a part of what stands there: it is alone in brackets, between
    /// commas, or on its line.
    fn stands_alone(&self, span: Span) -> bool {
        let file = &self.sources.get(span.file).text;
        let (before, behind) = (&file[..span.start as usize], &file[span.end as usize..]);
        let line_ends = behind.trim_start_matches([' ', '\t']).starts_with(['\n', '\r']);
        let behind = behind.trim_start();
        let opens = before.trim_end().ends_with(['(', ',', '=']);
        let closes = behind.is_empty() || line_ends || behind.starts_with([')', ',', '}']) || behind.starts_with("of ");
        opens && closes
    }
}

/// The smallest part of a condition that is a condition itself and holds what may be missing.
fn innermost_test<'e>(condition: &'e Expr, missing: &Expr) -> &'e Expr {
    let parts: Vec<&Expr> = match &condition.kind {
        Kind::Not(one) => vec![one],
        Kind::Binary(BinaryOp::And | BinaryOp::Or, left, right) => vec![left, right],
        _ => Vec::new(),
    };
    match parts.into_iter().find(|part| holds(part, missing)) {
        Some(part) => innermost_test(part, missing),
        None => condition,
    }
}

/// A part of a formula with the window and the scope in which it is read.
pub(super) fn as_read<'e>(formula: &'e Expr, part: &'e Expr) -> &'e Expr {
    if std::ptr::eq(formula, part) {
        return part;
    }
    let Some(inner) = formula.parts().into_iter().find(|inner| holds(inner, part)) else { return part };
    let inner = as_read(inner, part);
    let read = matches!(&formula.kind, Kind::Within(value, _) | Kind::Over(value, _) if std::ptr::eq(value, inner));
    if read { formula } else { inner }
}

fn holds(expr: &Expr, part: &Expr) -> bool {
    std::ptr::eq(expr, part) || expr.parts().into_iter().any(|inner| holds(inner, part))
}

/// Whether the first bracket closes with the last one.
fn is_bracketed(text: &str) -> bool {
    let mut depth = 0i32;
    let closes = text.char_indices().find(|(_, letter)| {
        depth += match letter {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    });
    text.starts_with('(') && closes.is_some_and(|(at, _)| at + 1 == text.len())
}

/// Whether `default 0` fits.
pub(in crate::model) fn is_number(expr: &Expr) -> bool {
    matches!(expr.ty.base, Base::Number(_))
}

#[cfg(test)]
mod tests {
    use super::is_bracketed;

    #[test]
    fn brackets_round_the_whole_are_told_from_those_of_parts() {
        assert!(is_bracketed("(a + b)") && is_bracketed("((a) / (b))"));
        assert!(!is_bracketed("(a) / (b)") && !is_bracketed("a + (b)") && !is_bracketed("a"));
    }
}
