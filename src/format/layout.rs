//! Declarations, blocks and clauses to lines.
//!
//! In: the outline of a file, its grammar's reading of each clause, and the gaps between tokens. Out: the whole text.
//! What holds: clauses stay in the author's order, every comment stays with the line it stood with, and blank lines are
//! kept, one at most.

use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use super::clause::{Clause, Clauses, LineKind};
use super::comments::{Gaps, tokens_in};
use super::doc::{self, Doc, WIDTH};
use super::table::{self, Columns};
use crate::syntax::ShapeCache;
use crate::syntax::grammar::Rule;
use crate::syntax::nodes::{self, Node};
use crate::syntax::outline::{Block, Item};
use crate::syntax::scan::Scan;

/// How many columns a block is indented by.
const STEP: usize = 2;

pub struct Layout<'s> {
    pub scan: &'s Scan,
    pub gaps: &'s Gaps,
    pub keep_brackets: bool,
}

/// One line or several, and the comment behind the last one.
#[derive(Debug, Default)]
struct Line {
    text: String,
    comment: Option<String>,
}

/// A declaration or clause that was read: its head, and its block.
struct Headed<'s, 'o> {
    node: Node<'s>,
    tokens: Range<usize>,
    block: Option<&'o Block>,
}

/// What the grammar cannot read is not laid out.
#[derive(Debug)]
pub struct Unreadable;

impl<'s> Layout<'s> {
    pub fn file(&self, items: &[Item]) -> Result<String, Unreadable> {
        let mut lines = Vec::new();
        self.parts(&self.read(items, Rule::declaration)?, 0, true, &mut lines)?;
        self.comments_alone(self.scan.tokens.len(), 0, 0, &mut lines);
        Ok(finish(lines))
    }

    fn read<'o>(&self, items: &'o [Item], rule: Rule) -> Result<Vec<Headed<'s, 'o>>, Unreadable> {
        let part = |item: &'o Item| {
            let node = nodes::read(self.scan, &mut ShapeCache::default(), rule, item.start, item.end)
                .map_err(|_| Unreadable)?;
            let tokens = tokens_in(self.scan, item.start, item.end);
            Ok(Headed { node, tokens, block: item.block.as_ref() })
        };
        items.iter().map(part).collect()
    }

    /// The parts of a scale or a matrix, whose lines are read as one.
    fn read_whole<'o>(&self, block: &'o Block, rule: Rule) -> Result<Vec<Headed<'s, 'o>>, Unreadable> {
        let (Some(first), Some(last)) = (block.items.first(), block.items.last()) else { return Ok(Vec::new()) };
        let nodes = nodes::read_all(self.scan, rule, first.start, last.end).map_err(|_| Unreadable)?;
        let part = |node: Node<'s>| {
            let span = node.span();
            let tokens = tokens_in(self.scan, span.start as usize, span.end as usize);
            Headed { node, tokens, block: None }
        };
        Ok(nodes.into_iter().map(part).collect())
    }

    /// Lines of a block, or of the file.
    fn parts(
        &self,
        parts: &[Headed<'s, '_>],
        indent: usize,
        file: bool,
        lines: &mut Vec<Line>,
    ) -> Result<(), Unreadable> {
        let begin = lines.len();
        let docs = self.docs(parts, indent);
        let mut before_is_long = false;
        for (part, doc) in parts.iter().zip(docs) {
            let body = self.part(part, doc, indent)?;
            let long = body.len() > 1 || body.iter().any(|line| line.text.contains('\n'));
            let gap = self.gaps.before(part.tokens.start);
            let alone = || gap.comments.iter().filter(|comment| comment.alone);
            let open = gap.blank || alone().any(|comment| comment.blank_before);
            if file && lines.len() > begin && (long || before_is_long) && !open {
                lines.push(Line::default());
            }
            self.comments_alone(part.tokens.start, indent, begin, lines);
            if gap.blank && lines.len() > begin {
                lines.push(Line::default());
            }
            lines.extend(body);
            before_is_long = long;
        }
        Ok(())
    }

    /// Comments on lines of their own before a token.
    fn comments_alone(&self, token: usize, indent: usize, begin: usize, lines: &mut Vec<Line>) {
        for comment in self.gaps.before(token).comments.iter().filter(|comment| comment.alone) {
            if comment.blank_before && lines.len() > begin {
                lines.push(Line::default());
            }
            lines.push(Line { text: format!("{}{}", " ".repeat(indent), comment.text), comment: None });
        }
    }

    /// The comment behind the last token before this one, on its line.
    fn comment_behind(&self, token: usize) -> Option<String> {
        self.gaps.before(token).comments.iter().find(|comment| !comment.alone).map(|comment| comment.text.clone())
    }

    /// The heads and clauses of a block, aligned.
    fn docs(&self, parts: &[Headed<'s, '_>], indent: usize) -> Vec<Doc> {
        let mut clauses: Vec<Clause> = parts.iter().map(|part| self.clauses(part).clause(&part.node)).collect();
        let weight = table::weight_width(clauses.iter());
        // A declaration over several lines stands apart from those around it.
        let needs_lines = |clause: &Clause| {
            matches!(clause.kind, LineKind::Constant | LineKind::Function | LineKind::Unit)
                && clause.width().is_none_or(|width| width > WIDTH)
        };
        let mut runs: Vec<Range<usize>> = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let goes_on = runs.last().is_some_and(|run| {
                clauses[run.start].kind == clauses[index].kind
                    && clauses[index].kind != LineKind::Plain
                    && !self.is_apart(part)
                    && !(needs_lines(&clauses[index]) || needs_lines(&clauses[run.start]))
                    && part.block.is_none() == parts[run.start].block.is_none()
                    && part.block.is_none()
            });
            match runs.last_mut().filter(|_| goes_on) {
                Some(run) => run.end = index + 1,
                None => runs.push(index..index + 1),
            }
        }
        let columns: Vec<Columns> =
            runs.iter().map(|run| table::columns(&clauses[run.clone()].iter().collect::<Vec<_>>(), weight)).collect();
        let mut docs = Vec::new();
        for (run, columns) in runs.into_iter().zip(&columns) {
            docs.extend(clauses.drain(..run.len()).map(|clause| table::aligned(clause, columns, indent)));
        }
        docs
    }

    /// A blank line stands between a part and the one before it.
    fn is_apart(&self, part: &Headed) -> bool {
        let gap = self.gaps.before(part.tokens.start);
        gap.blank || gap.comments.iter().any(|comment| comment.blank_before)
    }

    fn clauses(&self, part: &Headed) -> Clauses<'s> {
        let tokens = part.tokens.clone();
        Clauses { scan: self.scan, gaps: self.gaps, keep_brackets: self.keep_brackets, tokens }
    }

    /// A clause, or a head with its block.
    fn part(&self, part: &Headed<'s, '_>, doc: Doc, indent: usize) -> Result<Vec<Line>, Unreadable> {
        let Some(block) = part.block else {
            let comment = self.comment_behind(part.tokens.end);
            return Ok(vec![Line { text: doc::write(&doc, indent), comment }]);
        };
        let open = part.tokens.end;
        let close = tokens_in(self.scan, 0, block.end).end;
        let behind = self.comment_behind(close + 1);
        let bare = !self.gaps.any(open..close + 1);
        let inside = match inside(part.node.rule()) {
            None => return self.table(part, doc, block, indent),
            Some(rule @ (Rule::scale_block | Rule::matrix_block)) => self.read_whole(block, rule)?,
            Some(rule) => self.read(&block.items, rule)?,
        };
        if bare && inside.is_empty() {
            let text = format!("{} {{ }}", doc::write(&doc, indent));
            return Ok(vec![Line { text, comment: behind }]);
        }
        if let ([only], true, Rule::scale) = (inside.as_slice(), bare, part.node.rule()) {
            let curve = self.clauses(only).doc(&only.node);
            let width = doc.width().zip(curve.width()).map(|(head, curve)| indent + head + curve + 5);
            if width.is_some_and(|width| width <= WIDTH) {
                let text = format!("{} {{ {} }}", doc::write(&doc, indent), doc::write(&curve, 0));
                return Ok(vec![Line { text, comment: behind }]);
            }
        }
        let mut lines = vec![self.opened(doc, open, indent)];
        self.head_comments(open, indent + STEP, &mut lines);
        let begin = lines.len();
        self.parts(&inside, indent + STEP, false, &mut lines)?;
        let begin = if inside.is_empty() { lines.len() } else { begin };
        self.comments_alone(close, indent + STEP, begin, &mut lines);
        lines.push(Line { text: format!("{}}}", " ".repeat(indent)), comment: behind });
        Ok(lines)
    }

    /// The head with its brace; the first comment of the line stays on it.
    fn opened(&self, doc: Doc, open: usize, indent: usize) -> Line {
        let text = doc::write(&Doc::row([doc, Doc::Text(" {".into())]), indent);
        let first = self.gaps.before(open).comments.first().map(|comment| comment.text.clone());
        Line { text, comment: first.or_else(|| self.comment_behind(open + 1)) }
    }

    /// Further comments between the head and the block's first line.
    fn head_comments(&self, open: usize, indent: usize, lines: &mut Vec<Line>) {
        let before = &self.gaps.before(open).comments;
        let mut rest: Vec<String> = before.iter().skip(1).map(|comment| comment.text.clone()).collect();
        if !before.is_empty() {
            rest.extend(self.comment_behind(open + 1));
        }
        lines
            .extend(rest.into_iter().map(|text| Line { text: format!("{}{text}", " ".repeat(indent)), comment: None }));
    }

    /// The rows of a test's table.
    fn table(&self, part: &Headed<'s, '_>, doc: Doc, block: &Block, indent: usize) -> Result<Vec<Line>, Unreadable> {
        let open = part.tokens.end;
        let close = tokens_in(self.scan, 0, block.end).end;
        let cells: Vec<Vec<String>> = block.items.iter().map(|row| self.cells(row)).collect();
        let mut lines = vec![self.opened(doc, open, indent)];
        self.head_comments(open, indent + STEP, &mut lines);
        let begin = lines.len();
        for (row, text) in block.items.iter().zip(table::rows(&cells)) {
            self.comments_alone(row.first, indent + STEP, begin, &mut lines);
            if self.gaps.before(row.first).blank && lines.len() > begin {
                lines.push(Line::default());
            }
            let text = format!("{}{text}", " ".repeat(indent + STEP));
            lines.push(Line { text, comment: self.comment_behind(row.first + 1) });
        }
        self.comments_alone(close, indent + STEP, begin, &mut lines);
        lines.push(Line { text: format!("{}}}", " ".repeat(indent)), comment: self.comment_behind(close + 1) });
        Ok(lines)
    }

    /// The cells between the bars, as written.
    fn cells(&self, row: &Item) -> Vec<String> {
        let text = &self.scan.text[row.start..row.end];
        let bars = crate::syntax::bars(text);
        bars.windows(2).map(|pair| text[pair[0] + 1..pair[1]].trim().to_string()).collect()
    }
}

/// With which rule the clauses inside a head's block are read; none for the rows of a table.
fn inside(rule: Rule) -> Option<Rule> {
    Some(match rule {
        Rule::company => Rule::company_clause,
        Rule::data => Rule::data_clause,
        Rule::kpi => Rule::kpi_clause,
        Rule::index => Rule::index_clause,
        Rule::scale => Rule::scale_block,
        Rule::matrix => Rule::matrix_block,
        Rule::rating => Rule::rating_clause,
        Rule::position => Rule::position_clause,
        Rule::responsibilities => Rule::responsibility,
        Rule::duty_head => Rule::responsibility_clause,
        Rule::scorecard => Rule::scorecard_clause,
        Rule::entry => Rule::group_clause,
        Rule::house_rules => Rule::house_clause,
        Rule::test => Rule::test_clause,
        _ => return None,
    })
}

/// Lines as one text; comments behind neighbouring lines stand under each other.
fn finish(lines: Vec<Line>) -> String {
    /// Comments are not pushed further to the right than this for the sake of their neighbours.
    const FAR: usize = 80;
    let last_line = |line: &Line| line.text.rsplit('\n').next().unwrap_or_default().to_string();
    let indent = |line: &Line| line.text.len() - line.text.trim_start().len();
    let mut out = String::new();
    let mut rest = lines.as_slice();
    while let Some(first) = rest.first() {
        let together =
            |line: &&Line| line.comment.is_some() && !line.text.contains('\n') && indent(line) == indent(first);
        let count = rest.iter().take_while(together).count().max(1);
        let (run, behind) = rest.split_at(count);
        let column = run.iter().map(|line| last_line(line).width()).filter(|width| *width <= FAR).max().unwrap_or(0);
        for line in run {
            out.push_str(&line.text);
            if let Some(comment) = &line.comment {
                out.push_str(&" ".repeat(column.saturating_sub(last_line(line).width()) + 2));
                out.push_str(comment);
            }
            out.push('\n');
        }
        rest = behind;
    }
    out
}
