//! Answers for people, in plain words.

mod rows;

use super::answer::{Answer, Reached, Side, Unknown, Why};
use super::everyone::OfPerson;
use super::mix::Part;
use super::outcome::{Goal, Outcome};
use crate::model::types::unit::DisplayUnit;
use crate::model::{KpiId, PositionId, VetoEffect};
use crate::number::Number;
use crate::plan::Plan;
use crate::report::Look;
use crate::report::layout::{Cell, Column, Line, Style, Table};
use crate::report::page::Page;
use crate::report::show::{MISSING, Show};
use crate::report::words::Words;
use crate::score::card::LoweredBy;
use crate::source::SourceSet;

/// What the answers are about.
pub struct About<'a> {
    pub show: Show<'a>,
    pub plan: &'a Plan,
    pub sources: &'a SourceSet,
    pub look: Look,
    /// The company and the period.
    pub title: String,
    /// The goal as it was written: `A`, `100`.
    pub wanted: &'a str,
    /// It is something that is paid.
    pub is_output: bool,
    /// The last day of the period.
    pub until: String,
    /// The days that are left until then, where that is said.
    pub within: Option<i64>,
    /// What is supposed.
    pub supposed: Vec<String>,
    /// What made the answers.
    pub made: String,
}

/// One person in full.
pub fn person(of: &OfPerson, about: &About<'_>) -> String {
    let mut page = Teller::of(about);
    if let Some(Goal::Output { of, .. }) = &of.goal {
        page.outputs.clone_from(of);
    }
    page.text.line(0, "", &who(&of.brief.name, &of.brief.person), Style::Strong);
    page.head();
    let (Some(position), Some(goal), Some(today)) = (of.position, &of.goal, &of.today) else {
        page.text.say(0, page.no_goal(of));
        return page.foot();
    };
    page.text.say(0, page.today(of, position, today));
    if of.reached {
        page.text.blank();
        let text = format!("{} is reached as it is: nothing has to change.", page.called(goal));
        page.text.line(0, "", &text, Style::Good);
    } else {
        page.text.blank();
        page.kpis(of, position);
        page.mix(of, position);
        page.in_rows(of, position);
    }
    page.one_more(of, position);
    page.foot()
}

/// Everyone with the nearest way.
pub fn table(all: &[OfPerson], about: &About<'_>) -> String {
    let mut page = Teller::of(about);
    page.head();
    page.text.blank();
    let columns = vec![
        Column::left("Person", 6),
        Column::left("Name", 8),
        Column::right("Score", 6),
        Column::left("Rating", 6),
        Column::left("The nearest way", 16),
        Column::right("Today", 6),
        Column::right("Needed", 6),
    ];
    let lines = all.iter().map(|of| Line::Row(page.row(of))).collect();
    let mut table = Table { columns, lines, stretch: None };
    if all.iter().all(|of| of.brief.name.is_empty() || of.brief.name == of.brief.person) {
        table.drop_column(1);
    }
    page.text.table(&table);
    page.text.blank();
    let count = |fits: &dyn Fn(&OfPerson) -> bool| all.iter().filter(|of| fits(of)).count();
    let reached = count(&|of| of.reached);
    let ways = count(&|of| !of.reached && of.nearest().is_some());
    page.text.say(
        0,
        format!(
            "{} of {} reach {} as it is; for {ways} one KPI alone would do, for {} none would",
            reached,
            all.len(),
            about.wanted,
            all.len() - reached - ways
        ),
    );
    page.foot()
}

struct Teller<'p, 'a> {
    about: &'p About<'a>,
    text: Page,
    /// What is to be reached, where it is an output: in each post.
    outputs: Vec<(PositionId, usize)>,
    told_of_halving: bool,
}

/// A table whose columns are as wide as they need.
fn table_of(columns: Vec<Column>, lines: Vec<Line>) -> Table {
    Table { columns, lines, stretch: None }
}

impl<'p, 'a> Teller<'p, 'a> {
    fn of(about: &'p About<'a>) -> Teller<'p, 'a> {
        Teller { about, text: Page::new(about.look), outputs: Vec::new(), told_of_halving: false }
    }

    fn head(&mut self) {
        self.text.line(0, "", &self.about.title, Style::Faint);
        let lead = format!("{}  ", Words::of(None).supposed);
        for told in &self.about.supposed {
            self.text.line(0, &lead, told, Style::Poor);
        }
    }

    fn foot(mut self) -> String {
        self.text.blank();
        self.text.lead(0, "Made by  ", &self.about.made);
        self.text.out
    }

    fn called(&self, goal: &Goal) -> String {
        match goal {
            Goal::Grade(_) => self.about.wanted.to_string(),
            Goal::Score(_) => format!("a score of {}", self.about.wanted),
            Goal::Output { .. } => self.about.wanted.to_string(),
        }
    }

    fn no_goal(&self, of: &OfPerson) -> String {
        match of.position {
            None => "Nothing is scored in this period, so there is no goal to reach.".into(),
            Some(_) if self.about.is_output => {
                format!("Nothing is paid for this post under that name: {}.", self.about.wanted)
            }
            Some(position) => {
                let rating = self.about.show.rating_of(position);
                let grades = rating.map(|rating| {
                    let names = rating.grades.iter().map(|grade| grade.name.as_str()).collect::<Vec<_>>();
                    format!(" The grades are {}.", names.join(", "))
                });
                format!("There is no grade {} for this post.{}", self.about.wanted, grades.unwrap_or_default())
            }
        }
    }

    /// `80.0 A`, behind the output that is to be reached.
    fn outcome(&self, position: PositionId, outcome: &Outcome) -> String {
        let score = self.score_and_grade(position, outcome);
        let Some((of, output)) = self.outputs.first() else { return score };
        let (show, planned) = (&self.about.show, &self.about.show.position(*of).outputs[*output]);
        let value = outcome.paid(&self.outputs).map_or(MISSING.into(), |value| show.number(&value, &planned.unit));
        format!("{value}, {score}")
    }

    fn score_and_grade(&self, position: PositionId, outcome: &Outcome) -> String {
        let show = &self.about.show;
        let score = match &outcome.score {
            Some(score) => show.score_in(score, position),
            None => return "no score".into(),
        };
        match outcome.grade {
            Some(grade) => format!("{score} {}", show.grade_word(position, grade)),
            None => score,
        }
    }

    fn today(&self, of: &OfPerson, position: PositionId, today: &Outcome) -> String {
        let post = self.about.show.position_label(position);
        if let (None, Some(result)) = (&today.score, &of.unscored) {
            let why = self.about.show.why_no_overall(result).unwrap_or_default();
            return format!("{post}: no score today: {why}");
        }
        let lowered = match (today.lowered_by, today.by_score) {
            (Some(by), Some(grade)) => {
                let why = match by {
                    LoweredBy::Distribution(_) => "the distribution",
                    LoweredBy::Veto(_) | LoweredBy::EarlierVeto { .. } => "a veto",
                    LoweredBy::Ruling => "a ruling",
                };
                format!(" ({} by the score, lowered by {why})", self.about.show.grade_word(position, grade))
            }
            _ => String::new(),
        };
        let paid = self.outputs.first().map(|(of, output)| show_label(&self.about.show, *of, *output));
        let paid = paid.map_or(String::new(), |label| format!("{label} "));
        format!("{post}: {paid}{} today{lowered}", self.outcome(position, today))
    }

    fn label(&self, kpi: KpiId) -> String {
        let kpi = &self.about.show.model.kpis[kpi.0];
        match self.about.show.label(&kpi.label) {
            "" => kpi.name.clone(),
            label => label.to_string(),
        }
    }

    fn unit(&self, answer: &Answer) -> DisplayUnit {
        self.about.show.model.kpis[answer.kpi.0].unit.clone()
    }

    /// A value of a KPI with all places of its smallest step.
    fn value(&self, answer: &Answer, number: &Number) -> String {
        self.about.show.number(number, &self.unit(answer))
    }

    fn kpis(&mut self, of: &OfPerson, position: PositionId) {
        let goal = self.about.wanted.to_string();
        let mut found: Vec<&Answer> = of.answers.iter().filter(|answer| answer.nearest().is_some()).collect();
        found.sort_by_key(|answer| answer.effort());
        if found.is_empty() {
            self.text.line(0, "", &format!("No KPI alone reaches {goal}."), Style::Strong);
        } else {
            let until = &self.about.until;
            let text = format!("What one KPI alone would have to be by {until} for {goal}, the nearest first:");
            self.text.line(0, "", &text, Style::Strong);
            self.text.blank();
            let mut lines = Vec::new();
            for answer in &found {
                let mut sides: Vec<&Reached> =
                    [&answer.up, &answer.down].into_iter().filter_map(Side::reached).collect();
                // Where there is no value, both ways are as near; one will do.
                sides.truncate(if answer.today.is_missing() { 1 } else { 2 });
                sides.sort_by_key(|reached| answer.today.as_number().map(|today| reached.value.sub(today).abs()));
                for (at, reached) in sides.into_iter().enumerate() {
                    let needed = Needed {
                        value: &reached.value,
                        mark: if reached.by_halving { "¹" } else { "" },
                        then: Some(&reached.outcome),
                        less: reached.less.as_ref(),
                    };
                    lines.push(self.needed(answer, needed, position, at == 0));
                }
            }
            self.text.table(&table_of(self.columns(true), lines));
            self.halved(found.iter().filter_map(|answer| answer.nearest()));
        }
        let none: Vec<&Answer> = of.answers.iter().filter(|answer| answer.nearest().is_none()).collect();
        if none.is_empty() {
            return;
        }
        self.text.blank();
        self.none(&none, found.is_empty(), position);
    }

    /// What the mark behind a value means, once.
    fn halved<'r>(&mut self, mut reached: impl Iterator<Item = &'r Reached>) {
        if !self.told_of_halving && reached.any(|reached| reached.by_halving) {
            self.told_of_halving = true;
            self.text.faint(0, "¹ to the smallest step, by halving: the score does not follow a straight line");
        }
    }

    /// What KPIs would have to be; with what comes out of each by itself, where it does.
    fn columns(&self, then: bool) -> Vec<Column> {
        let mut columns = vec![
            Column::left("KPI", 14),
            Column::right("Today", 6),
            Column::right("Needed", 6),
            Column::right("Change", 6),
        ];
        columns.extend(then.then(|| Column::left("Then", 6)));
        columns.push(Column::left("One step less", 12));
        columns
    }

    /// A line under these; `first` tells which KPI it is.
    fn needed(&self, answer: &Answer, needed: Needed<'_>, position: PositionId, first: bool) -> Line {
        let today = answer.today.as_number();
        let change = today.map_or(String::new(), |today| {
            let more = needed.value.sub(today);
            let shown = self.value(answer, &more);
            if more.is_positive() { format!("+{shown}") } else { shown }
        });
        let shown = today.map_or(MISSING.to_string(), |today| self.value(answer, today));
        let mut cells = vec![
            Cell::new(if first { self.label(answer.kpi) } else { "or".into() }),
            Cell::new(if first { shown } else { String::new() }),
            Cell::styled(format!("{}{}", self.value(answer, needed.value), needed.mark), Style::Strong),
            Cell::new(change),
        ];
        cells.extend(needed.then.map(|then| Cell::new(self.outcome(position, then))));
        let less = needed.less.map_or(String::new(), |(less, outcome)| {
            format!("{}: {}", self.value(answer, less), self.outcome(position, outcome))
        });
        cells.push(Cell::styled(less, Style::Faint));
        Line::Row(cells)
    }

    /// KPIs of which no value does, with the most that each can give.
    fn none(&mut self, none: &[&Answer], all: bool, position: PositionId) {
        if !all {
            self.text.line(0, "", "None of these alone, whatever it is:", Style::Strong);
            self.text.blank();
        }
        let columns = vec![
            Column::left("KPI", 14),
            Column::right("Today", 6),
            Column::left("The most", 6),
            Column::right("With", 6),
            Column::left("Why no more", 10),
        ];
        let reasons: Vec<Vec<String>> = none
            .iter()
            .map(|answer| {
                let shown = |number: &Number| self.value(answer, number);
                self.reasons((&answer.up, &answer.down), &shown, position)
            })
            .collect();
        // What stands in the way of all of them is said once.
        let shared: Vec<String> = reasons.first().cloned().unwrap_or_default();
        let shared: Vec<String> =
            shared.into_iter().filter(|one| none.len() > 1 && reasons.iter().all(|own| own.contains(one))).collect();
        let mut lines = Vec::new();
        for (answer, own) in none.iter().zip(&reasons) {
            let own = own.iter().filter(|one| !shared.contains(one)).cloned().collect::<Vec<_>>();
            let (most, with) = match self.most(&answer.up, &answer.down) {
                Some((value, outcome)) => (self.outcome(position, outcome), self.value(answer, value)),
                None => (MISSING.to_string(), String::new()),
            };
            lines.push(Line::Row(vec![
                Cell::new(self.label(answer.kpi)),
                Cell::new(answer.today.as_number().map_or(MISSING.into(), |today| self.value(answer, today))),
                Cell::new(most),
                Cell::new(with),
                Cell::styled(own.join("; "), Style::Poor),
            ]));
        }
        let mut table = table_of(columns, lines);
        if reasons.iter().flatten().all(|one| shared.contains(one)) {
            table.drop_column(4);
        }
        self.text.table(&table);
        for reason in shared {
            let mut letters = reason.chars();
            let first = letters.next().map_or(String::new(), |first| first.to_uppercase().to_string());
            self.text.line(0, "", &format!("{first}{}.", letters.as_str()), Style::Poor);
        }
    }

    /// The least change of several KPIs together.
    fn mix(&mut self, of: &OfPerson, position: PositionId) {
        if let Some(why) = of.no_mix {
            self.text.blank();
            self.text.faint(0, format!("Several together were not looked for: {}.", why.in_words()));
        }
        let Some(mix) = &of.mix else { return };
        let answers: Vec<(&Answer, &Part)> = mix
            .parts
            .iter()
            .filter_map(|part| Some((of.answers.iter().find(|one| one.node == part.lever.node)?, part)))
            .collect();
        let then = self.outcome(position, &mix.outcome);
        self.text.head(format!("The least change of several together, which gives {then}:"));
        self.text.blank();
        let row = |(answer, part): &(&Answer, &Part)| {
            let needed = Needed { value: &part.value, mark: "", then: None, less: Some(&part.less) };
            self.needed(answer, needed, position, true)
        };
        let lines = answers.iter().map(row).collect();
        self.text.table(&table_of(self.columns(false), lines));
    }

    /// The best in both directions.
    fn most<'s>(&self, up: &'s Side, down: &'s Side) -> Option<&'s (Number, Outcome)> {
        let sides = [up, down].into_iter().filter_map(|side| side.not()?.most.as_ref());
        sides.min_by(|(_, one), (_, other)| {
            let grade = |outcome: &Outcome| outcome.grade.unwrap_or(usize::MAX);
            grade(one).cmp(&grade(other)).then(other.score.cmp(&one.score))
        })
    }

    /// Why no value does, besides that there are not enough points in it; `shown` is how a value is shown.
    fn reasons(
        &self,
        (up, down): (&Side, &Side),
        shown: &dyn Fn(&Number) -> String,
        position: PositionId,
    ) -> Vec<String> {
        let sides = || [up, down].into_iter().filter_map(Side::not);
        let mut reasons = Vec::new();
        reasons.extend(sides().find_map(|not| match &not.why {
            Why::NotTold(unknown) => Some(self.unknown(unknown)),
            Why::NotUpTo(_) | Why::Most | Why::End => None,
        }));
        match self.most(up, down).and_then(|(_, outcome)| outcome.lowered_by) {
            Some(LoweredBy::Veto(veto)) => reasons.extend(self.veto(position, veto)),
            Some(LoweredBy::EarlierVeto { .. }) => reasons.push("a veto of an earlier post".into()),
            Some(LoweredBy::Distribution(_)) => reasons.push("the distribution lowers the grade".into()),
            Some(LoweredBy::Ruling) => {}
            None => {}
        }
        if self.most(up, down).is_none() && reasons.is_empty() {
            reasons.push("without a score, whatever it is".into());
        }
        reasons.extend(sides().find_map(|not| match &not.why {
            Why::NotUpTo(value) => Some(format!("not found up to {}", shown(value))),
            Why::Most | Why::End | Why::NotTold(_) => None,
        }));
        reasons
    }

    /// What stands in the way of telling how something moves.
    fn unknown(&self, unknown: &Unknown) -> String {
        unknown.in_words(&self.about.show, self.about.plan, self.about.sources)
    }

    fn veto(&self, position: PositionId, veto: usize) -> Option<String> {
        let show = &self.about.show;
        let veto = show.position(position).scorecard.as_ref()?.vetoes.get(veto)?;
        let effect = match &veto.effect {
            VetoEffect::RatingAtMost(grade) => format!("keeps it at {}", show.grade_word(position, *grade)),
            VetoEffect::ScoreAtMost(score) => format!("keeps it at {}", show.score_in(score, position)),
        };
        match show.label(&veto.reason) {
            "" => Some(format!("a veto {effect}")),
            reason => Some(format!("the veto `{reason}` {effect}")),
        }
    }

    fn row(&self, of: &OfPerson) -> Vec<Cell> {
        let show = &self.about.show;
        let (score, rating) = match (of.position, &of.today) {
            (Some(position), Some(today)) => (
                today.score.as_ref().map_or(MISSING.into(), |score| show.score_in(score, position)),
                today.grade.map_or(MISSING.into(), |grade| show.grade_word(position, grade).to_string()),
            ),
            _ => (MISSING.to_string(), MISSING.to_string()),
        };
        let name = if of.brief.name == of.brief.person { "" } else { &*of.brief.name };
        let [way, today, needed] = match (of.nearest(), &of.goal) {
            (_, None) => ["no such goal".to_string(), String::new(), String::new()],
            (_, Some(_)) if of.reached => ["reached".into(), String::new(), String::new()],
            (Some(answer), _) => {
                let today = answer.today.as_number().map_or(MISSING.into(), |today| self.value(answer, today));
                let needed = answer.nearest().map_or(String::new(), |reached| self.value(answer, &reached.value));
                [self.label(answer.kpi), today, needed]
            }
            (None, _) => ["no KPI alone".into(), String::new(), String::new()],
        };
        let style = match (of.reached, of.nearest()) {
            (true, _) => Style::Good,
            (false, None) => Style::Poor,
            _ => Style::Plain,
        };
        let cells = [&*of.brief.person, name, &score, &rating].map(Cell::new);
        let rest = [Cell::styled(way, style), Cell::new(today), Cell::styled(needed, Style::Strong)];
        cells.into_iter().chain(rest).collect()
    }
}

fn show_label(show: &Show<'_>, position: PositionId, output: usize) -> String {
    show.output_label(&show.position(position).outputs[output]).to_string()
}

/// What a line of a table of needs tells.
struct Needed<'n> {
    value: &'n Number,
    mark: &'static str,
    then: Option<&'n Outcome>,
    less: Option<&'n (Number, Outcome)>,
}

/// `Wang Fang (P1)`
fn who(name: &str, key: &str) -> String {
    if name.is_empty() || name == key { key.to_string() } else { format!("{name} ({key})") }
}
