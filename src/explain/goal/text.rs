//! Answers for people, in plain words.

use super::everyone::OfPerson;
use super::mix::Part;
use super::outcome::{Goal, Outcome};
use super::reach::{Answer, Reached, Side, Why};
use crate::model::types::unit::DisplayUnit;
use crate::model::{KpiId, PositionId, VetoEffect};
use crate::number::Number;
use crate::report::Look;
use crate::report::layout::{Cell, Column, Line, Style, Table, write_text};
use crate::report::show::{MISSING, Show};
use crate::report::words::Words;
use crate::score::card::LoweredBy;
use crate::value::Value;

/// What the answers are about.
pub struct About<'a> {
    pub show: Show<'a>,
    pub look: Look,
    /// The company and the period.
    pub title: String,
    /// The goal as it was written: `A`, `100`.
    pub wanted: &'a str,
    /// The last day of the period.
    pub until: String,
    /// What is supposed.
    pub supposed: Vec<String>,
    /// What made the answers.
    pub made: String,
}

/// One person in full.
pub fn person(of: &OfPerson, about: &About<'_>) -> String {
    let mut page = Page { about, out: String::new() };
    page.text(&who(&of.brief.name, &of.brief.person), Style::Strong);
    page.head();
    let (Some(position), Some(goal), Some(today)) = (of.position, &of.goal, &of.today) else {
        page.text(&page.no_goal(of), Style::Plain);
        page.foot();
        return page.out;
    };
    page.text(&page.today(of, position, today), Style::Plain);
    page.out.push('\n');
    if of.reached {
        page.text(&format!("{} is reached as it is: nothing has to change.", page.called(goal)), Style::Good);
        page.foot();
        return page.out;
    }
    page.kpis(of, position);
    page.mix(of, position);
    page.foot();
    page.out
}

/// Everyone with the nearest way.
pub fn table(all: &[OfPerson], about: &About<'_>) -> String {
    let mut page = Page { about, out: String::new() };
    page.head();
    page.out.push('\n');
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
    let (width, painter) = (page.width(), about.look.painter());
    table.write(&mut page.out, width, painter);
    page.out.push('\n');
    let count = |fits: &dyn Fn(&OfPerson) -> bool| all.iter().filter(|of| fits(of)).count();
    let reached = count(&|of| of.reached);
    let ways = count(&|of| !of.reached && of.nearest().is_some());
    let text = format!(
        "{} of {} reach {} as it is; for {ways} one KPI alone would do, for {} none would",
        reached,
        all.len(),
        about.wanted,
        all.len() - reached - ways
    );
    page.text(&text, Style::Plain);
    page.foot();
    page.out
}

struct Page<'p, 'a> {
    about: &'p About<'a>,
    out: String,
}

impl Page<'_, '_> {
    fn width(&self) -> usize {
        self.about.look.width.max(60)
    }

    fn text(&mut self, text: &str, style: Style) {
        let (width, painter) = (self.width(), self.about.look.painter());
        write_text(&mut self.out, &Cell::styled(text, style), "", width, painter);
    }

    fn head(&mut self) {
        let title = self.about.title.clone();
        self.text(&title, Style::Faint);
        let (width, painter) = (self.width(), self.about.look.painter());
        let lead = format!("{}  ", Words::of(None).supposed);
        for told in &self.about.supposed {
            write_text(&mut self.out, &Cell::styled(told, Style::Poor), &lead, width, painter);
        }
    }

    fn foot(&mut self) {
        let (width, painter) = (self.width(), self.about.look.painter());
        self.out.push('\n');
        write_text(&mut self.out, &Cell::new(&*self.about.made), "Made by  ", width, painter);
    }

    fn called(&self, goal: &Goal) -> String {
        match goal {
            Goal::Grade(_) => self.about.wanted.to_string(),
            Goal::Score(_) => format!("a score of {}", self.about.wanted),
        }
    }

    fn no_goal(&self, of: &OfPerson) -> String {
        match of.position {
            None => "Nothing is scored in this period, so there is no goal to reach.".into(),
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

    /// `92.50 points and B today, by the score alone A`
    fn outcome(&self, position: PositionId, outcome: &Outcome) -> String {
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
                };
                format!(" ({} by the score, lowered by {why})", self.about.show.grade_word(position, grade))
            }
            _ => String::new(),
        };
        format!("{post}: {} today{lowered}", self.outcome(position, today))
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
            self.text(&format!("No KPI alone reaches {goal}."), Style::Strong);
        } else {
            self.text(
                &format!("What one KPI alone would have to be by {} for {goal}, the nearest first:", self.about.until),
                Style::Strong,
            );
            self.out.push('\n');
            let columns = vec![
                Column::left("KPI", 14),
                Column::right("Today", 6),
                Column::right("Needed", 6),
                Column::right("Change", 6),
                Column::left("Then", 6),
                Column::left("One step less", 12),
            ];
            let mut lines = Vec::new();
            for answer in &found {
                let sides = [&answer.up, &answer.down].into_iter().filter_map(|side| match side {
                    Side::Reached(reached) => Some(&**reached),
                    Side::Not(_) => None,
                });
                let mut sides: Vec<&Reached> = sides.collect();
                // Where there is no value, both ways are as near; one will do.
                sides.truncate(if answer.today.is_missing() { 1 } else { 2 });
                sides.sort_by_key(|reached| answer.today.as_number().map(|today| reached.value.sub(today).abs()));
                for (at, reached) in sides.into_iter().enumerate() {
                    lines.push(Line::Row(self.reached(answer, reached, position, at == 0)));
                }
            }
            let (width, painter) = (self.width(), self.about.look.painter());
            Table { columns, lines, stretch: None }.write(&mut self.out, width, painter);
            if found.iter().any(|answer| answer.nearest().is_some_and(|reached| reached.by_halving)) {
                self.text(
                    "¹ to the smallest step, by halving: the score does not follow a straight line",
                    Style::Faint,
                );
            }
        }
        let none: Vec<&Answer> = of.answers.iter().filter(|answer| answer.nearest().is_none()).collect();
        if none.is_empty() {
            return;
        }
        self.out.push('\n');
        self.none(&none, found.is_empty(), position);
    }

    /// KPIs of which no value does, with the most that each can give.
    fn none(&mut self, none: &[&Answer], all: bool, position: PositionId) {
        if !all {
            self.text("None of these alone, whatever it is:", Style::Strong);
            self.out.push('\n');
        }
        let columns = vec![
            Column::left("KPI", 14),
            Column::right("Today", 6),
            Column::left("The most", 6),
            Column::right("With", 6),
            Column::left("Why no more", 10),
        ];
        let reasons: Vec<Vec<String>> = none.iter().map(|answer| self.reasons(answer, position)).collect();
        // What stands in the way of all of them is said once.
        let shared: Vec<String> = reasons.first().cloned().unwrap_or_default();
        let shared: Vec<String> =
            shared.into_iter().filter(|one| none.len() > 1 && reasons.iter().all(|own| own.contains(one))).collect();
        let mut lines = Vec::new();
        for (answer, own) in none.iter().zip(&reasons) {
            let own = own.iter().filter(|one| !shared.contains(one)).cloned().collect::<Vec<_>>();
            let (most, with) = match self.most(answer) {
                Some((value, outcome)) => (self.outcome(position, &outcome), self.value(answer, &value)),
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
        let mut table = Table { columns, lines, stretch: None };
        if reasons.iter().flatten().all(|one| shared.contains(one)) {
            table.drop_column(4);
        }
        let (width, painter) = (self.width(), self.about.look.painter());
        table.write(&mut self.out, width, painter);
        for reason in shared {
            let mut letters = reason.chars();
            let first = letters.next().map_or(String::new(), |first| first.to_uppercase().to_string());
            self.text(&format!("{first}{}.", letters.as_str()), Style::Poor);
        }
    }

    /// The least change of several KPIs together.
    fn mix(&mut self, of: &OfPerson, position: PositionId) {
        let Some(mix) = &of.mix else { return };
        let answers: Vec<(&Answer, &Part)> = mix
            .parts
            .iter()
            .filter_map(|part| Some((of.answers.iter().find(|one| one.node == part.lever.node)?, part)))
            .collect();
        self.out.push('\n');
        let then = self.outcome(position, &mix.outcome);
        self.text(&format!("The least change of several together, which gives {then}:"), Style::Strong);
        self.out.push('\n');
        let columns = vec![
            Column::left("KPI", 14),
            Column::right("Today", 6),
            Column::right("Needed", 6),
            Column::right("Change", 6),
            Column::left("One step less", 12),
        ];
        let row = |(answer, part): &(&Answer, &Part)| {
            let more = part.value.sub(&part.today);
            let shown = self.value(answer, &more);
            let (less, outcome) = &part.less;
            Line::Row(vec![
                Cell::new(self.label(answer.kpi)),
                Cell::new(self.value(answer, &part.today)),
                Cell::styled(self.value(answer, &part.value), Style::Strong),
                Cell::new(if more.is_positive() { format!("+{shown}") } else { shown }),
                Cell::styled(
                    format!("{}: {}", self.value(answer, less), self.outcome(position, outcome)),
                    Style::Faint,
                ),
            ])
        };
        let lines = answers.iter().map(row).collect();
        let (width, painter) = (self.width(), self.about.look.painter());
        Table { columns, lines, stretch: None }.write(&mut self.out, width, painter);
    }

    /// The best in both directions.
    fn most(&self, answer: &Answer) -> Option<(Number, Outcome)> {
        let sides = [&answer.up, &answer.down].into_iter().filter_map(|side| match side {
            Side::Not(not) => not.most.clone(),
            Side::Reached(_) => None,
        });
        sides.min_by(|(_, one), (_, other)| {
            let grade = |outcome: &Outcome| outcome.grade.unwrap_or(usize::MAX);
            grade(one).cmp(&grade(other)).then(other.score.cmp(&one.score))
        })
    }

    /// Why no value of a KPI does, besides that there are not enough points in it.
    fn reasons(&self, answer: &Answer, position: PositionId) -> Vec<String> {
        let sides = || {
            [&answer.up, &answer.down].into_iter().filter_map(|side| match side {
                Side::Not(not) => Some(not),
                Side::Reached(_) => None,
            })
        };
        let mut reasons = Vec::new();
        if sides().any(|not| matches!(not.why, Why::NotTold)) {
            reasons.push("how the score moves with it cannot be told of the formulas".to_string());
        }
        match self.most(answer).and_then(|(_, outcome)| outcome.lowered_by) {
            Some(LoweredBy::Veto(veto)) => reasons.extend(self.veto(position, veto)),
            Some(LoweredBy::EarlierVeto { .. }) => reasons.push("a veto of an earlier post".into()),
            Some(LoweredBy::Distribution(_)) => reasons.push("the distribution lowers the grade".into()),
            None => {}
        }
        if self.most(answer).is_none() && reasons.is_empty() {
            reasons.push("without a score, whatever it is".into());
        }
        reasons.extend(sides().find_map(|not| match &not.why {
            Why::NotUpTo(value) => Some(format!("not found up to {}", self.value(answer, value))),
            Why::Most | Why::End | Why::NotTold => None,
        }));
        reasons
    }

    fn reached(&self, answer: &Answer, reached: &Reached, position: PositionId, first: bool) -> Vec<Cell> {
        let show = &self.about.show;
        let unit = self.unit(answer);
        let today = match &answer.today {
            Value::Number(number) => show.number(number, &unit),
            _ => MISSING.into(),
        };
        let change = answer.today.as_number().map_or(String::new(), |today| {
            let more = reached.value.sub(today);
            let shown = show.number(&more, &unit);
            if more.is_positive() { format!("+{shown}") } else { shown }
        });
        let mark = if reached.by_halving { "¹" } else { "" };
        vec![
            Cell::new(if first { self.label(answer.kpi) } else { "or".into() }),
            Cell::new(if first { today } else { String::new() }),
            Cell::styled(format!("{}{mark}", self.value(answer, &reached.value)), Style::Strong),
            Cell::new(change),
            Cell::new(self.outcome(position, &reached.outcome)),
            Cell::styled(
                reached.less.as_ref().map_or(String::new(), |(less, outcome)| {
                    format!("{}: {}", self.value(answer, less), self.outcome(position, outcome))
                }),
                Style::Faint,
            ),
        ]
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

/// `Wang Fang (P1)`
fn who(name: &str, key: &str) -> String {
    if name.is_empty() || name == key { key.to_string() } else { format!("{name} ({key})") }
}
