//! Results as JSON, for programs, of one period or of several.
//!
//! The schemas are `docs/results.schema.json`, `docs/periods.schema.json` and, for what is no result, `docs/estimate.schema.json`. Exact numbers are texts, a decimal (`"0.984"`) or a fraction in lowest
//! terms (`"1/3"`), in base units: a ratio as a part of 1, money in the currency itself. `shown` is the same as
//! a table shows it, rounded. Fields are never left out; what does not exist is `null`. Equal results give
//! the same bytes. A field may be added under the same version; nothing else changes without a new one.

mod document;
mod estimate;

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{Formatter, PrettyFormatter};

use self::document::{
    Adjustment, AmountJson, ByRule, CardByRuleJson, CardJson, ChangeJson, EntryJson, Exact, File, Head, KpiByRule,
    OfPeriod, OfPosts, Output, Period, PersonJson, PostJson, Prorated, Rating, Reason, Repair, RuledJson, RulingJson,
    ScorecardJson, Step, SumJson, SupposedFiles, SupposedJson, SupposedValueJson, Tail, TakenJson, Team, Top,
    ValueJson, Veto, WithoutPosition,
};
use super::places::OfCard;
use super::show::{Show, days_served};
use super::supposed::{Change, SumChange, SupposedValue, What, changes};
use super::{Report, leaves, why_missing};
use crate::documents::Document as Kind;
use crate::model::types::unit::DisplayUnit;
use crate::model::{self, Entry, RuledOn, VetoEffect};
use crate::number::Number;
use crate::plan::query::FileReport;
use crate::score::card::{
    self, Card, EntryResult, EntryResultKind, LoweredBy, PersonResult, PostResult, RatingResult, RulingResult,
    ScorecardResult, StepKind,
};
use crate::value::{Missing, Value};

/// Writes the document, with a line break at its end.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let period = Some(period(report));
    let kind = if report.estimate.is_some() { Kind::Estimate } else { Kind::Results };
    let head = Head {
        top: Top::of(kind, Some(report)),
        company: &report.model.company.name,
        period,
        supposed: supposed(report),
        estimate: estimate::estimate(report),
    };
    out.write_all(b"{")?;
    fields(&head, 0, out)?;
    write!(out, ",\n  \"people\": ")?;
    people(report, 1, out)?;
    out.write_all(b",")?;
    let without_position = Some(without_position(report));
    let files = report.results.files.iter().map(file).collect();
    fields(&Tail { without_position, files, doubts: doubts(report) }, 0, out)?;
    out.write_all(b"\n}\n")
}

/// Writes the document of several periods, with a line break at its end.
pub fn write_periods(reports: &[Report<'_>], out: &mut dyn Write) -> io::Result<()> {
    let company = reports.first().map_or("", |report| &report.model.company.name);
    out.write_all(b"{")?;
    fields(
        &Head { top: Top::of(Kind::Periods, reports.first()), company, period: None, supposed: None, estimate: None },
        0,
        out,
    )?;
    write!(out, ",\n  \"periods\": [")?;
    for (at, report) in reports.iter().enumerate() {
        write!(out, "{}\n    {{", if at > 0 { "," } else { "" })?;
        fields(&OfPeriod { period: period(report) }, 2, out)?;
        write!(out, ",\n      \"people\": ")?;
        people(report, 3, out)?;
        out.write_all(b",")?;
        fields(&OfPosts { without_position: without_position(report) }, 2, out)?;
        write!(out, "\n    }}")?;
    }
    write!(out, "{}],", if reports.is_empty() { "" } else { "\n  " })?;
    // All were evaluated from the same files.
    let files = reports.first().map_or(&[][..], |report| &report.results.files).iter().map(file).collect();
    let doubts = reports.first().map(doubts).unwrap_or_default();
    fields(&Tail { without_position: None, files, doubts }, 0, out)?;
    out.write_all(b"\n}\n")
}

/// What is supposed and changes by it.
fn supposed<'a>(report: &'a Report<'a>) -> Option<SupposedJson<'a>> {
    let supposing = report.supposing.as_ref()?;
    let (show, suppositions) = (report.show(), supposing.suppositions);
    let found = changes(supposing, report);
    let value = |one: &'a SupposedValue| {
        let kpi = &show.model.kpis[one.kpi.0];
        SupposedValueJson {
            kpi: &kpi.name,
            scope: one.scope.word(),
            person: &one.person,
            position: &show.position(one.position).name,
            value: show.value_json(&one.value, &kpi.unit),
        }
    };
    let files =
        |list: &'a [(String, Vec<String>)]| list.iter().map(|(data, files)| SupposedFiles { data, files }).collect();
    let change = |one: Change| {
        let (what, output) = match one.what {
            What::Score => ("score", None),
            What::Rating => ("rating", None),
            What::Rank => ("rank", None),
            What::Output(name, _) => ("output", Some(name)),
        };
        let (before, after, change) = (one.before.exact, one.after.exact, one.more.map(|(more, _)| more));
        ChangeJson { roster: one.roster, person: one.person.to_string(), what, output, before, after, change }
    };
    let sum = |one: SumChange| SumJson {
        output: one.output,
        team: one.team.map(|(key, _)| key.to_string()),
        before: one.before.exact,
        after: one.after.exact,
        change: one.more.map(|(more, _)| more),
    };
    Some(SupposedJson {
        told: suppositions.told(&show),
        values: suppositions.values.iter().map(value).collect(),
        replaced: files(&suppositions.replaced),
        added: files(&suppositions.added),
        changes: found.people.into_iter().map(change).collect(),
        sums: found.sums.into_iter().map(sum).collect(),
    })
}

/// A value as it stands so deep in a document.
fn pretty(value: &impl Serialize, depth: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut formatter = PrettyFormatter::new();
    (0..depth).try_for_each(|_| formatter.begin_array(&mut io::sink()))?;
    Ok(value.serialize(&mut Serializer::with_formatter(out, formatter))?)
}

/// The fields of an object, without its braces.
fn fields(object: &impl Serialize, depth: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut text = Vec::new();
    pretty(object, depth, &mut text)?;
    let end = text.iter().rposition(|byte| *byte == b'\n').unwrap_or(text.len());
    out.write_all(text.get(1..end).unwrap_or_default())
}

/// The list of people, each made as it is written.
fn people(report: &Report<'_>, depth: usize, out: &mut dyn Write) -> io::Result<()> {
    let show = report.show();
    let indent = "  ".repeat(depth);
    out.write_all(b"[")?;
    report.people.write(out, |some, out| {
        some.into_iter().try_for_each(|at| {
            write!(out, "{}\n{indent}  ", if at > 0 { "," } else { "" })?;
            let (person, ranges) = (report.people.person(at), report.ranges(at));
            let ranges = ranges.map(|ranges| show.ranges_json(&person, &ranges));
            pretty(&PersonJson { ranges, ..show.person_json(&person) }, depth + 1, out)
        })
    })?;
    write!(out, "{}]", if report.people.is_empty() { String::new() } else { format!("\n{indent}") })
}

fn doubts(report: &Report<'_>) -> Vec<String> {
    let show = report.show();
    report.results.doubts.iter().map(|doubt| show.doubt(doubt)).collect()
}

fn period(report: &Report<'_>) -> Period {
    let results = report.results;
    Period {
        name: results.period.to_string(),
        first_day: results.first_day.to_string(),
        last_day: results.last_day.to_string(),
    }
}

fn without_position<'a>(report: &Report<'a>) -> Vec<WithoutPosition<'a>> {
    let without = report.results.without_position.iter();
    without.map(|(post, rows)| WithoutPosition { post, rows: *rows }).collect()
}

fn file(file: &FileReport) -> File<'_> {
    let repairs = file.repairs.iter().map(|(column, repair, count)| Repair { column, repair, count: *count });
    File { path: &file.path, data: &file.data, rows: file.rows, left_out: file.left_out, repairs: repairs.collect() }
}

impl<'a> Show<'a> {
    fn person_json(&self, person: &'a PersonResult) -> PersonJson<'a> {
        let last = person.cards.last();
        PersonJson {
            roster: self.model.data.get(person.roster.0).map_or("", |set| &set.name),
            person: &person.person,
            name: &person.name,
            overall: person
                .overall
                .as_ref()
                .zip(last)
                .map(|(score, card)| exact(score, self.score_in(score, card.position))),
            rating: person.rating.as_ref().zip(last).map(|(rating, card)| self.rating_json(card, rating)),
            rank: person.rank,
            rulings: person.rulings.iter().map(|ruling| self.ruling_json(ruling)).collect(),
            by_rule: person.by_rule.as_ref().zip(last).map(|(by_rule, card)| ByRule {
                overall: by_rule.overall.as_ref().map(|score| exact(score, self.score_in(score, card.position))),
                rating: by_rule.rating.as_ref().map(|rating| self.rating_json(card, rating)),
            }),
            posts: person.posts.iter().map(|post| self.post_json(post)).collect(),
            cards: person.cards.iter().map(|card| self.card_json(card)).collect(),
            ranges: None,
        }
    }

    fn ruling_json(&self, result: &'a RulingResult) -> RulingJson<'a> {
        let (on, name) = match result.on {
            RuledOn::Score => ("score", None),
            RuledOn::Rating => ("rating", None),
            RuledOn::Kpi(_) => ("kpi", Some(self.ruled_on(result))),
            RuledOn::Output(_) => ("output", Some(self.ruled_on(result))),
        };
        let unit = self.ruled_unit(result);
        let value = |value: &Value| match (result.on, value) {
            (RuledOn::Rating, Value::Choice(grade)) => {
                RuledJson::Grade { grade: self.grade_name(result.position, *grade as usize) }
            }
            (RuledOn::Score, _) => {
                RuledJson::Value(self.score_json(value, |score| self.score_in(score, result.position)))
            }
            _ => RuledJson::Value(self.value_json(value, &unit)),
        };
        let row = &result.ruling;
        RulingJson {
            position: &self.position(result.position).name,
            on,
            name,
            ruled: value(&result.ruled),
            replaced: result.replaced.iter().map(value).collect(),
            reason: &row.reason,
            by: &row.by,
            decided_on: row.on.map(|day| day.to_string()),
            file: &row.places.ruled.file,
            row: row.places.ruled.row,
        }
    }

    fn post_json(&self, post: &'a PostResult) -> PostJson<'a> {
        let position = self.position(post.position);
        let outputs = position.outputs.iter().zip(&post.outputs).map(|(output, amount)| AmountJson {
            name: &output.name,
            label: self.label(&output.label),
            value: self.value_json(&amount.value, &output.unit),
            mean: amount.mean.as_ref().map(|mean| self.value_json(mean, &output.unit)),
            by_rule: amount.by_rule.as_ref().map(|value| self.value_json(value, &output.unit)),
            prorated: amount.prorated.map(|(days, of)| Prorated { days, of }),
        });
        PostJson {
            position: &position.name,
            label: self.label(&position.label),
            days: post.days,
            outputs: outputs.collect(),
        }
    }

    fn card_json(&self, card: &'a Card) -> CardJson<'a> {
        let position = self.position(card.position);
        let outputs = position.outputs.iter().zip(&card.outputs).map(|(output, value)| Output {
            name: &output.name,
            label: self.label(&output.label),
            value: self.value_json(value, &output.unit),
        });
        CardJson {
            position: &position.name,
            label: self.label(&position.label),
            draft: position.draft,
            team: card.team.as_ref().map(|team| Team { key: &team.key, name: &team.name }),
            from: card.from.to_string(),
            to: card.to.to_string(),
            days: days_served(card.from, card.to),
            eligible: card.eligible,
            scorecard: card.scorecard.as_ref().map(|scorecard| self.scorecard_json(card, scorecard)),
            outputs: outputs.collect(),
        }
    }

    fn scorecard_json(&self, card: &'a Card, result: &'a ScorecardResult) -> ScorecardJson<'a> {
        let model = self.position(card.position).scorecard.as_ref();
        let entries = model.map_or(&[][..], |model| &model.root.entries);
        let adjustments = model.map_or(&[][..], |model| &model.adjustments).iter().zip(&result.adjustments);
        let vetoes = result.vetoes.iter().filter_map(|veto| {
            let stated = model?.vetoes.get(veto.veto)?;
            let (rating, score) = match &stated.effect {
                VetoEffect::RatingAtMost(grade) => (Some(self.grade_name(card.position, *grade)), None),
                VetoEffect::ScoreAtMost(score) => (None, Some(exact(score, self.score_in(score, card.position)))),
            };
            Some(Veto {
                reason: self.label(&stated.reason),
                rating_at_most: rating,
                score_at_most: score,
                holds: veto.holds,
                missing: veto.missing.as_ref().map(|missing| self.reason_json(missing)),
            })
        });
        let figures = self.of_card(card.position, result);
        let added = |points: &Number| figures.adds.text(points);
        ScorecardJson {
            entries: entries
                .iter()
                .zip(&result.entries)
                .map(|(entry, result)| self.entry_json(entry, result, &figures))
                .collect(),
            combined: self.score_json(&result.combined, added),
            adjustments: adjustments
                .map(|(adjustment, result)| {
                    let kpi = &self.model.kpis[result.kpi.0];
                    let own = self.label(&adjustment.label);
                    Adjustment {
                        kind: if adjustment.deduct { "deduction" } else { "bonus" },
                        name: &kpi.name,
                        label: if own.is_empty() { self.label(&kpi.label) } else { own },
                        value: self.value_json(&result.value, &kpi.unit),
                        points: self.score_json(&result.points, added),
                    }
                })
                .collect(),
            steps: result
                .steps
                .iter()
                .filter_map(|step| {
                    let what = match step.what {
                        StepKind::Adjusted => "adjusted",
                        StepKind::Range => "range",
                        StepKind::Rounded => "rounded",
                        StepKind::Veto(_) => "veto",
                        // It is no rule of the scorecard; the ruling itself tells it.
                        StepKind::Ruled => return None,
                    };
                    Some(Step { step: what, score: exact(&step.score, figures.step(step, *self)) })
                })
                .collect(),
            score: self.score_json(&result.score, |score| figures.score(score, *self)),
            completeness: self.exact_share(&result.completeness),
            vetoes: vetoes.collect(),
            rating: result.rating.as_ref().map(|rating| self.rating_json(card, rating)),
            by_rule: result.by_rule.as_deref().map(|by_rule| self.card_by_rule(card, result, by_rule)),
        }
    }

    fn card_by_rule(
        &self,
        card: &'a Card,
        result: &'a ScorecardResult,
        by_rule: &'a card::CardByRule,
    ) -> CardByRuleJson<'a> {
        let mut kpis = Vec::new();
        for leaf in leaves(self.model, card) {
            let EntryResultKind::Kpi { kpi, node, .. } = &leaf.result.what else { continue };
            let Some((_, value)) = by_rule.kpis.iter().find(|(of, _)| of == node) else { continue };
            let declared = &self.model.kpis[kpi.0];
            kpis.push(KpiByRule { name: &declared.name, value: self.value_json(value, &declared.unit) });
        }
        let figures = self.of_card(card.position, result);
        CardByRuleJson {
            score: self.score_json(&by_rule.score, |score| figures.score(score, *self)),
            rating: by_rule.rating.as_ref().map(|rating| self.rating_json(card, rating)),
            kpis,
        }
    }

    fn entry_json(&self, entry: &'a Entry, result: &'a EntryResult, figures: &OfCard) -> EntryJson<'a> {
        let (kind, name) = match &entry.head {
            model::Head::Group(group) => ("group", group.name.as_str()),
            model::Head::Kpi(kpi) => ("kpi", self.model.kpis[kpi.kpi.0].name.as_str()),
            model::Head::ScoreOf(position) => ("score_of", position.as_str()),
            model::Head::ScoreOfReports => ("score_of_reports", ""),
        };
        let missing = match &result.what {
            EntryResultKind::Group(_) => match &result.score {
                Value::Missing(missing) => Some(missing),
                _ => None,
            },
            _ => why_missing(result),
        };
        let mut json = EntryJson {
            kind,
            name,
            label: self.entry_label(entry),
            weight: self.exact_share(&result.weight),
            effective_weight: self.exact_share(&result.effective_weight),
            share_of_total: self.exact_share(&result.share_of_total),
            value: None,
            target: None,
            full_target: None,
            attainment: None,
            score: self.score_json(&result.score, |score| figures.scores.text(score)),
            uncapped: result.uncapped.as_ref().map(|points| exact(points, figures.scores.text(points))),
            contribution: result.contribution.as_ref().map(|points| exact(points, figures.adds.text(points))),
            missing: missing.map(|missing| self.reason_json(missing)),
            entries: None,
            taken_in: None,
        };
        match (&entry.head, &result.what) {
            (model::Head::Group(group), EntryResultKind::Group(inner)) => {
                let inner = group.entries.iter().zip(inner);
                json.entries = Some(inner.map(|(entry, result)| self.entry_json(entry, result, figures)).collect());
            }
            (_, EntryResultKind::OtherScore(taken)) => {
                let one = |one: &'a card::Taken| TakenJson {
                    person: &one.person,
                    name: &one.name,
                    score: self.score_json(&one.score, |score| figures.scores.text(score)),
                };
                json.taken_in = Some(taken.iter().map(one).collect());
            }
            (_, EntryResultKind::Kpi { kpi, value, target, full_target, attainment, .. }) => {
                let unit = &self.model.kpis[kpi.0].unit;
                json.value = Some(self.value_json(value, unit));
                json.target = target.as_ref().map(|target| self.value_json(target, unit));
                json.full_target = full_target.as_ref().map(|target| self.value_json(target, unit));
                json.attainment =
                    attainment.as_ref().map(|attainment| self.value_json(attainment, &DisplayUnit::percent()));
            }
            _ => {}
        }
        json
    }

    fn rating_json(&self, card: &Card, rating: &RatingResult) -> Rating<'a> {
        Rating {
            grade: self.grade_name(card.position, rating.grade),
            label: self.grade(card.position, rating.grade).map_or("", |grade| self.label(&grade.label)),
            by_score: self.grade_name(card.position, rating.by_score),
            lowered_by: rating.lowered_by.and_then(|by| match by {
                LoweredBy::Veto(_) | LoweredBy::EarlierVeto { .. } => Some("veto"),
                LoweredBy::Distribution(_) => Some("distribution"),
                // The ruling itself tells it.
                LoweredBy::Ruling => None,
            }),
            unrounded: rating.unrounded.as_ref().map(|seen| exact(seen, self.score_in(seen, card.position))),
        }
    }

    fn exact_share(&self, share: &Number) -> Exact {
        exact(share, self.share(share))
    }

    fn score_json(&self, score: &Value, shown: impl FnOnce(&Number) -> String) -> ValueJson {
        match score {
            Value::Number(number) => ValueJson::Number {
                number: number.clone(),
                unit: Some("point".into()),
                approximate: number.is_approximate(),
                shown: shown(number),
            },
            other => self.value_json(other, &DisplayUnit::point()),
        }
    }

    fn value_json(&self, value: &Value, unit: &DisplayUnit) -> ValueJson {
        let shown = self.value(value, unit);
        match value {
            Value::Number(number) => ValueJson::Number {
                number: number.clone(),
                unit: unit.in_base_units(),
                approximate: number.is_approximate(),
                shown,
            },
            Value::Text(text) => ValueJson::Text { text: text.to_string(), shown },
            Value::Day(day) => ValueJson::Date { date: day.to_string(), shown },
            Value::Period(months) => ValueJson::Period {
                first_month: months.first.to_string(),
                last_month: months.last().to_string(),
                shown,
            },
            Value::Flag(flag) => ValueJson::Flag { flag: *flag, shown },
            Value::Choice(index) => ValueJson::Choice { index: *index, shown },
            Value::Missing(missing) => ValueJson::Missing { reason: reason_kind(missing), text: self.reason(missing) },
        }
    }

    fn reason_json(&self, missing: &Missing) -> Reason {
        Reason { kind: reason_kind(missing), text: self.reason(missing) }
    }
}

fn exact(number: &Number, shown: String) -> Exact {
    Exact { shown, approximate: number.is_approximate(), number: number.clone() }
}

pub fn reason_kind(missing: &Missing) -> &'static str {
    match missing {
        Missing::NoRows => "no_rows",
        Missing::Blank => "blank",
        Missing::DivisionByZero => "division_by_zero",
        Missing::TooFew(_) => "too_few",
        Missing::NotApplicable => "not_applicable",
        Missing::OutsideStints => "outside_stints",
        Missing::NotClosed => "not_closed",
        Missing::NotEvaluatedThen => "not_evaluated_then",
        Missing::NoAnswer => "no_answer",
        Missing::Ambiguous(_) => "ambiguous",
        Missing::Stated(_) => "stated",
        Missing::TooLarge(_) => "too_large",
    }
}
