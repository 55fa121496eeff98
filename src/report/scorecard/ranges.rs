//! What entries and the score may come to, where the period is running: a line below each with the least, and one with the
//! most.

use super::{ADDS, LABEL, Notes, Page, SCORE, VALUE, empty_row};
use crate::model::PositionId;
use crate::model::types::unit::DisplayUnit;
use crate::number::Number;
use crate::report::estimate::{OfCard, OfEntry, Range};
use crate::report::layout::{Cell, Line, Style};
use crate::score::card::Card;
use crate::value::Value;

impl<'a> Page<'a, '_> {
    /// Of one of somebody's cards.
    pub(super) fn ranges_of(&self, card: &Card, all: &[Card]) -> Option<&'a OfCard> {
        let at = all.iter().position(|one| std::ptr::eq(one, card))?;
        self.ranges?.cards.get(at)
    }

    /// The lines below an entry, where value or score may be several.
    pub(super) fn entry_may_be(
        &self,
        entry: Option<&OfEntry>,
        unit: Option<&DisplayUnit>,
        depth: usize,
        notes: &Notes,
    ) -> Vec<Line> {
        let wide = |range: &Option<Range>| range.clone().filter(Range::is_wide);
        let Some(OfEntry { value, score }) = entry else { return Vec::new() };
        let (value, score) = (wide(value), wide(score));
        if value.is_none() && score.is_none() {
            return Vec::new();
        }
        let line = |word: &str, end: fn(&Range) -> &Number| {
            let mut row = empty_row();
            row[LABEL] = Cell::styled(word, Style::Faint).indented(depth * 2 + 2);
            if let (Some(range), Some(unit)) = (&value, unit) {
                let text = notes.value(&self.show, &Value::Number(end(range).clone()), unit);
                row[VALUE] = Cell::styled(text, Style::Faint);
            }
            if let Some(range) = &score {
                row[SCORE] = Cell::styled(notes.figures.scores.text(end(range)), Style::Faint);
            }
            Line::Row(row)
        };
        let words = self.show.words;
        vec![line(words.least, |range| &range.least), line(words.most, |range| &range.most)]
    }

    /// The lines below the score.
    pub(super) fn total_may_be(&self, ranges: Option<&OfCard>, position: PositionId) -> Vec<Line> {
        let range = ranges.and_then(|ranges| ranges.score.as_ref()).filter(|range| range.is_wide());
        let Some(Range { least, most }) = range else { return Vec::new() };
        let words = self.show.words;
        let line = |word: &str, end: &Number| {
            let mut row = empty_row();
            row[LABEL] = Cell::styled(word, Style::Faint).indented(2);
            row[ADDS] = Cell::styled(self.show.score_in(end, position), Style::Faint);
            Line::Row(row)
        };
        vec![line(words.least, least), line(words.most, most)]
    }
}
