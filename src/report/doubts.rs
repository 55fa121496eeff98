//! What is odd about the data, in words: a sentence for each doubt.

use super::show::Show;
use crate::diagnostic::DataPlace;
use crate::plan::query::{Doubt, FarOut};
use crate::plural::either;

impl Show<'_> {
    /// What is odd about the data.
    pub fn doubt(&self, doubt: &Doubt) -> String {
        match (self.words.chinese, doubt) {
            (_, Doubt::Nowhere { data, all, people, .. }) => self.nowhere(data, all, people),
            (_, Doubt::Changes { data, column, people, .. }) => self.changes(data, column, people),
            (false, Doubt::SameContent { data, files: [one, other], rows }) => {
                let (rows, are) = (self.words.rows(*rows), either(*rows, "is", "are"));
                format!("{one} and {other} hold the same: their {rows} of {data} {are} counted twice")
            }
            (false, Doubt::LeftOut { data, place, rows }) => {
                let first = place.text.as_deref().unwrap_or_default();
                let (rows, look) = (self.words.rows(*rows), either(*rows, "looks", "look"));
                format!(
                    "{rows} left out by `ignore rows starting` in {data} {look} like data: {}, \"{first}\"; if it is none, write \
                     it there in full; if it is data, the file must call it otherwise",
                    told_place(place, "row", "column", ", ")
                )
            }
            (true, Doubt::LeftOut { data, place, rows }) => {
                let first = place.text.as_deref().unwrap_or_default();
                format!(
                    "{data} 中被 `ignore rows starting` 略去的 {} 看似数据：{}，“{first}”；若确非数据，请在其中写全",
                    self.words.rows(*rows),
                    told_place(place, "行", "列", "，")
                )
            }
            (false, Doubt::TotalRow { data, place }) => format!(
                "the last row of {data} adds up those above it and counts like them: {}; if it is a total, remove it from the file",
                told_place(place, "row", "column", ", ")
            ),
            (true, Doubt::TotalRow { data, place }) => format!(
                "{data} 的最后一行等于以上各行之和，仍按普通行计入：{}；若为合计，请从文件中删去",
                told_place(place, "行", "列", "，")
            ),
            (false, Doubt::BelowBlank { data, place }) => format!(
                "the rows of {data} go on below a blank one: {}; if another table begins there, put it into a file of its own",
                told_place(place, "row", "column", ", ")
            ),
            (true, Doubt::BelowBlank { data, place }) => format!(
                "{data} 的行在空行之后继续：{}；若该处为另一张表，请另存为一个文件",
                told_place(place, "行", "列", "，")
            ),
            (false, Doubt::EndsEarly { data, newest, end }) => {
                format!("the rows of {data} reach to {newest}; formulas read them to {end}")
            }
            (false, Doubt::FarOut { data, place, cell, how, more }) => {
                let what = match how {
                    FarOut::Above { times, others: [low, high] } => {
                        format!("{cell} is some {times} times what the other cells hold, {low} to {high}")
                    }
                    FarOut::Below { times, others: [low, high] } => {
                        format!("{cell} is about 1/{times} of what the other cells hold, {low} to {high}")
                    }
                    FarOut::Fraction { percent } => format!("the column is in fractions, so {cell} is {percent}%"),
                    FarOut::Percent => format!(
                        "the column is in percent, so {cell} is {cell}%; all of its cells lie between 0 and 1: are they fractions?"
                    ),
                };
                let more = match more {
                    0 => String::new(),
                    1 => " (and one cell more)".into(),
                    _ => format!(" (and {more} cells more)"),
                };
                format!("{data}, {}: {what}{more}", told_place(place, "row", "column", ", "))
            }
            (true, Doubt::FarOut { data, place, cell, how, more }) => {
                let what = match how {
                    FarOut::Above { times, others: [low, high] } => {
                        format!("{cell} 约为其他单元格（{low} 至 {high}）的 {times} 倍")
                    }
                    FarOut::Below { times, others: [low, high] } => {
                        format!("{cell} 约为其他单元格（{low} 至 {high}）的 1/{times}")
                    }
                    FarOut::Fraction { percent } => format!("该列以小数填写，{cell} 即 {percent}%"),
                    FarOut::Percent => {
                        format!("该列以百分数填写，{cell} 即 {cell}%；全列均在 0 与 1 之间，是否填成了小数？")
                    }
                };
                let more = if *more == 0 { String::new() } else { format!("（另有 {more} 个单元格）") };
                format!("{data}，{}：{what}{more}", told_place(place, "行", "列", "，"))
            }
            (true, Doubt::SameContent { data, files: [one, other], rows }) => {
                format!("{one} 与 {other} 内容相同：{data} 的 {} 被重复计算", self.words.rows(*rows))
            }
            (true, Doubt::EndsEarly { data, newest, end }) => {
                format!("{data} 的数据截至 {newest}，而公式读取到 {end}")
            }
        }
    }
}

/// `sales.csv, row 7, column amount`
pub(super) fn told_place(place: &DataPlace, row: &str, column: &str, comma: &str) -> String {
    let mut parts = vec![place.file.clone()];
    parts.extend(place.sheet.clone());
    parts.extend(place.row.map(|at| format!("{row} {at}")));
    parts.extend(place.key.clone());
    parts.extend(place.column.as_ref().map(|name| format!("{column} {name}")));
    parts.join(comma)
}
