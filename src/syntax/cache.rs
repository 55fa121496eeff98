//! Clauses of one shape, such as `40% renewals score share_11`, are read by the grammar once.
//!
//! The grammar tells names, texts and plain numbers apart by little: two clauses that differ only in which name or
//! number stands where have the same parts at the same tokens. So what the grammar found in the first is kept by its
//! shape, and laid over the tokens of the next. What holds: the outcome is what the grammar itself would find.

use std::rc::Rc;
use std::sync::LazyLock;

use hashbrown::{HashMap, HashSet};
use pest::unicode::XID_CONTINUE;

use super::grammar::{Piece, Rule};
use super::scan::{Scan, Token, TokenKind};

/// Longer clauses are seldom alike.
const MAX_TOKENS: usize = 80;
/// So that no project, however odd, fills the memory with shapes.
const MAX_SHAPES: usize = 20_000;

/// Every word that the grammar could name. The names of its rules are among them, which does no harm: they are
/// compared letter by letter where that was not needed.
static WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("../../grammar/merit.pest").split(|c| !XID_CONTINUE(c)).filter(|word| !word.is_empty()).collect()
});

/// What the grammar found in clauses read before, by shape.
#[derive(Default)]
pub struct ShapeCache {
    known: HashMap<Box<[u8]>, Box<[PlacedRule]>>,
    /// The shape at hand; kept for its room.
    key: Vec<u8>,
}

/// A piece whose place is told by tokens: twice the number of a token, and 1 for its end.
#[derive(Clone, Copy)]
struct PlacedRule {
    rule: Rule,
    start: u32,
    end: u32,
    behind: u32,
}

impl ShapeCache {
    /// What a rule finds in the text from `start` to `end`; `parse` asks the grammar.
    pub fn read<E>(
        &mut self,
        scan: &Scan,
        rule: Rule,
        (start, end): (usize, usize),
        parse: impl FnOnce() -> Result<Rc<[Piece]>, E>,
    ) -> Result<Rc<[Piece]>, E> {
        let first = scan.tokens.partition_point(|token| token.start < start);
        let count = scan.tokens[first..].iter().take(MAX_TOKENS + 1).take_while(|token| token.end <= end).count();
        let tokens = &scan.tokens[first..first + count];
        if !self.shape(scan, rule, (start, end), tokens) {
            return parse();
        }
        if let Some(parts) = self.known.get(self.key.as_slice()) {
            return Ok(parts.iter().map(|part| part.over(tokens, start)).collect());
        }
        let pieces = parse()?;
        if self.known.len() < MAX_SHAPES
            && let Some(parts) = pieces.iter().map(|piece| PlacedRule::of(piece, tokens, start)).collect()
        {
            self.known.insert(self.key.clone().into(), parts);
        }
        Ok(pieces)
    }

    /// Writes the shape into the key; whether the tokens are of a kind that has one.
    fn shape(&mut self, scan: &Scan, rule: Rule, (start, end): (usize, usize), tokens: &[Token]) -> bool {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return false };
        if tokens.len() > MAX_TOKENS || first.start != start || last.end != end || scan.is_broken(start, end) {
            return false;
        }
        self.key.clear();
        self.key.extend((rule as u16).to_le_bytes());
        let mut before: Option<&Token> = None;
        for token in tokens {
            let gap = before.map_or("", |before| &scan.text[before.end..token.start]);
            let joined = gap.is_empty() && before.is_some_and(|before| !is_sign(before.kind) && !is_sign(token.kind));
            // Two words without a space between them would be one to the grammar.
            if joined || token.kind == TokenKind::Row {
                return false;
            }
            self.key.push(match gap {
                "" => 0,
                gap if gap.contains(['\n', '\r']) => 1,
                _ => 2,
            });
            self.token(token.kind, scan.word(token));
            before = Some(token);
        }
        true
    }

    fn token(&mut self, kind: TokenKind, text: &str) {
        let class = match kind {
            TokenKind::Text if text.starts_with("\"\"\"") => b'L',
            TokenKind::Text => b'T',
            TokenKind::Word if WORDS.contains(text) => 0,
            TokenKind::Word if may_be_a_language(text) => b'l',
            TokenKind::Word => b'w',
            // Whether four digits are a year, and whether `0` or a fraction stands there.
            TokenKind::Number if text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_')) => {
                let whole = text.bytes().take_while(u8::is_ascii_digit).count().min(5) as u8;
                let zero = u8::from(text.starts_with('0')) << 3;
                let fraction = u8::from(text.contains('.')) << 4;
                let grouped = u8::from(text.contains('_')) << 5;
                0x80 | whole | zero | fraction | grouped
            }
            _ => 0,
        };
        self.key.push(class);
        if class == 0 {
            self.key.extend((text.len() as u32).to_le_bytes());
            self.key.extend(text.as_bytes());
        }
    }
}

/// Signs and brackets stand by themselves.
fn is_sign(kind: TokenKind) -> bool {
    !matches!(kind, TokenKind::Word | TokenKind::Number | TokenKind::Text)
}

/// Whether a word looks like the name of a language: `en`, `zh_CN`.
fn may_be_a_language(word: &str) -> bool {
    let (language, country) = word.split_once('_').unwrap_or((word, "x"));
    matches!(language.len(), 2 | 3) && language.bytes().all(|byte| byte.is_ascii_lowercase()) && {
        !country.is_empty() && country.bytes().all(|byte| byte.is_ascii_alphanumeric())
    }
}

impl PlacedRule {
    /// `None` where a piece ends inside a token.
    fn of(piece: &Piece, tokens: &[Token], base: usize) -> Option<PlacedRule> {
        let edge = |at: u32| {
            let at = base + at as usize;
            let token = tokens.partition_point(|token| token.end < at);
            let found = tokens.get(token)?;
            let side = if found.end == at { 1 } else { 0 };
            (side == 1 || found.start == at).then_some(2 * token as u32 + side)
        };
        Some(PlacedRule { rule: piece.rule, start: edge(piece.start)?, end: edge(piece.end)?, behind: piece.behind })
    }

    fn over(self, tokens: &[Token], base: usize) -> Piece {
        let place = |edge: u32| {
            let token = &tokens[edge as usize / 2];
            (if edge % 2 == 1 { token.end } else { token.start } - base) as u32
        };
        Piece { rule: self.rule, start: place(self.start), end: place(self.end), behind: self.behind }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::grammar;
    use super::super::{outline, scan};
    use super::*;
    use crate::source::FileId;

    const CLAUSES: &[Rule] = &[
        Rule::declaration,
        Rule::company_clause,
        Rule::data_clause,
        Rule::kpi_clause,
        Rule::index_clause,
        Rule::rating_clause,
        Rule::position_clause,
        Rule::responsibility,
        Rule::responsibility_clause,
        Rule::scorecard_clause,
        Rule::house_clause,
        Rule::test_clause,
        Rule::expression,
    ];

    fn specs(folder: &Path, found: &mut Vec<String>) {
        let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                specs(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "merit") {
                found.extend(std::fs::read_to_string(&path).ok());
            }
        }
    }

    /// The heads and clauses of items, those inside of blocks too.
    fn clauses(items: &[outline::Item], found: &mut Vec<(usize, usize)>) {
        for item in items {
            found.push((item.start, item.end));
            if let Some(block) = &item.block {
                clauses(&block.items, found);
            }
        }
    }

    /// Every clause of all specs, under every rule that reads clauses, and with its words and numbers exchanged
    /// for others: what the shape says is what the grammar says.
    #[test]
    fn a_shape_says_what_the_grammar_says() {
        let mut texts = Vec::new();
        for folder in ["specs", "tests/corpus", "docs"] {
            specs(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..").join(folder), &mut texts);
        }
        let words = ["score", "zh", "no", "note", "policies", "en_GB", "year", "months", "of", "team", "部门", "abc"];
        let numbers = ["2026", "0", "7", "1_000", "0.5", "12345", "2026-Q1"];
        let mut shapes = ShapeCache::default();
        let (mut compared, mut alike) = (0, 0);
        for (turn, text) in texts.iter().enumerate() {
            for change in 0..3 {
                // The grammar is asked about words in places where no author would put them.
                let original = scan::scan(FileId(0), text);
                let mut changed = String::new();
                let mut at = 0;
                for (index, token) in original.tokens.iter().enumerate() {
                    let pick = index * 7 + turn * 3 + change;
                    let other = match token.kind {
                        TokenKind::Word if change > 0 && pick.is_multiple_of(5) => words[pick % words.len()],
                        TokenKind::Number if change > 0 => numbers[pick % numbers.len()],
                        _ => original.word(token),
                    };
                    changed.push_str(&original.text[at..token.start]);
                    changed.push_str(other);
                    at = token.end;
                }
                changed.push_str(&original.text[at..]);
                let scan = scan::scan(FileId(0), &changed);
                let mut places = Vec::new();
                clauses(&outline::outline(&scan).items, &mut places);
                for (place, (start, end)) in places.into_iter().enumerate() {
                    // All rules for what authors wrote; of the changed clauses a sample.
                    let step = if change == 0 { 1 } else { 4 };
                    for rule in CLAUSES.iter().skip(place % step).step_by(step) {
                        let parse = || grammar::parse(&scan.text[start..end], *rule, start);
                        let asked = std::cell::Cell::new(false);
                        let found = shapes.read(&scan, *rule, (start, end), || {
                            asked.set(true);
                            parse()
                        });
                        if !asked.get() {
                            alike += 1;
                            let Ok(parsed) = parse() else { panic!("{rule:?} refuses {}", &scan.text[start..end]) };
                            assert_eq!(found.unwrap(), parsed, "{rule:?}: {}", &scan.text[start..end]);
                        }
                        compared += 1;
                    }
                }
            }
        }
        assert!(alike > compared / 50 && shapes.known.len() > 500, "{alike} of {compared}, {}", shapes.known.len());
    }
}
