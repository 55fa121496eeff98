//! A small project and its results, made by hand: nested groups, a missing KPI whose weight is redistributed, a
//! veto, Chinese labels, two stints, an incomplete scorecard, a draft, long labels.

use std::sync::Arc;

use merit::language::{BinaryOp, Combine, ScopeWord, WhenMissing};
use merit::model::data::DataId;
use merit::model::expr::{Base, Expr, Kind, Type};
use merit::model::types::unit::{BaseKind, BaseUnit, Dimension, DisplayUnit};
use merit::model::*;
use merit::number::Number;
use merit::plan::program::CalcId;
use merit::plan::query::{Doubt, FileReport};
use merit::score::card::*;
use merit::source::{FileId, Span};
use merit::time::{Day, PeriodName};
use merit::value::{Missing, TooFew, Value};

/// `1.25` or `5/7`
pub fn number(text: &str) -> Number {
    match text.split_once('/') {
        Some((numerator, denominator)) => {
            Number::ratio(numerator.parse::<i64>().unwrap(), denominator.parse::<i64>().unwrap()).unwrap()
        }
        None => text.parse().unwrap(),
    }
}

fn value(text: &str) -> Value {
    Value::Number(number(text))
}

fn span() -> Span {
    Span::new(FileId(0), 0, 0)
}

fn day(year: i32, month: u32, day: u32) -> Day {
    Day::from_ymd(year, month, day).unwrap()
}

fn nothing() -> Expr {
    let ty = Type { base: Base::Any, optional: false };
    Expr::new(Kind::Value(Value::Flag(true)), ty, span())
}

fn label(text: &str, chinese: &str) -> Label {
    let translations = [("zh".to_string(), chinese.to_string())].into();
    Label { text: text.into(), translations }
}

fn base(name: &str, kind: BaseKind) -> Dimension {
    Dimension::of(BaseUnit { name: name.into(), plural: format!("{name}s"), kind })
}

fn unit(dimension: Dimension, singular: &str, plural: &str, factor: &str) -> DisplayUnit {
    DisplayUnit { dimension, factor: number(factor), singular: singular.into(), plural: plural.into() }
}

fn kpi(name: &str, label: Label, unit: DisplayUnit) -> Kpi {
    Kpi {
        name: name.into(),
        label,
        span: span(),
        unit,
        limits: None,
        value: nothing(),
        direction: None,
        scope: None,
        note: None,
        owner: None,
        source: None,
        is_index: false,
        versions: Default::default(),
    }
}

fn entry(weight: &str, head: Head) -> Entry {
    Entry {
        weight: number(weight),
        points: None,
        stated: number(weight),
        most: None,
        head,
        label: Label::default(),
        span: span(),
        applies_when: None,
    }
}

fn kpi_head(kpi: usize) -> Head {
    let kpi = KpiId(kpi);
    Head::Kpi(Box::new(KpiEntry { kpi, scope: ScopeWord::Team, target: Vec::new(), prorated: false, score: None }))
}

fn group(name: &str, label: Label, entries: Vec<Entry>) -> Group {
    Group { name: name.into(), label, combine: Combine::WeightedMean, entries }
}

fn position(name: &str, label: Label, scorecard: Scorecard, outputs: Vec<Output>) -> Position {
    Position {
        name: name.into(),
        label,
        span: span(),
        draft: false,
        effective: None,
        reports_to: None,
        scope: ScopeWord::Team,
        purpose: None,
        responsibilities: Vec::new(),
        rank_within: None,
        eligible: None,
        scorecard: Some(scorecard),
        outputs,
        rosters: vec![DataId(0)],
        unfit: Vec::new(),
    }
}

fn scorecard(entries: Vec<Entry>) -> Scorecard {
    Scorecard {
        root: group("", Label::default(), entries),
        when_missing: WhenMissing::Redistribute,
        complete_at_least: Some(number("0.7")),
        range: Some((number("0"), number("120"))),
        vetoes: Vec::new(),
        adjustments: Vec::new(),
        rating: Some(RatingId(0)),
        rulings: Vec::new(),
    }
}

pub fn model() -> Model {
    let cny = base("CNY", BaseKind::Currency);
    let per_person = cny.times(&base("person", BaseKind::Counted), -1);
    let complaint = base("complaint", BaseKind::Counted);
    let kpis = vec![
        kpi(
            "premium_realisation",
            label("Standard premium realisation rate", "标准保费达成率"),
            DisplayUnit::percent(),
        ),
        kpi(
            "premium_growth",
            label("Premium growth over the same quarter a year earlier", "同比增长率"),
            DisplayUnit::percent(),
        ),
        kpi("premium", label("Premium written", "承保保费"), unit(cny.clone(), "万元", "万元", "10000")),
        kpi("cost", label("Cost per person", "人均费用"), unit(per_person, "CNY/person", "CNY/person", "1")),
        kpi("complaints", label("Complaints", "投诉件数"), unit(complaint, "complaint", "complaints", "1")),
        kpi("satisfaction", label("Satisfaction with support", "支持满意度"), DisplayUnit::point()),
        kpi("awards", label("Awards", "获奖"), unit(base("award", BaseKind::Counted), "award", "awards", "1")),
    ];
    let grade = |name: &str, text: &str, chinese: &str, from: Option<&str>| Grade {
        name: name.into(),
        label: label(text, chinese),
        span: span(),
        condition: from.map(|from| (BinaryOp::GreaterOrEqual, number(from))),
    };
    let rating = Rating {
        name: "grades".into(),
        label: label("Annual grades", "年度等级"),
        span: span(),
        grades: vec![
            grade("A", "Outstanding", "优秀", Some("90")),
            grade("B", "Good", "良好", Some("80")),
            grade("C", "Acceptable", "合格", Some("60")),
            grade("D", "Below expectations", "待改进", None),
        ],
        distribution: vec![Distribution {
            about: false,
            share: number("0.2"),
            grade: 0,
            within: Within::Position,
            least: 5,
        }],
        sees_raw_score: false,
    };

    let money = group("money", label("Money", "财务"), vec![entry("0.5", kpi_head(2)), entry("0.5", kpi_head(3))]);
    let results = group(
        "results",
        label("Results", "业绩"),
        vec![entry("0.5", kpi_head(0)), entry("0.3", kpi_head(1)), entry("0.2", Head::Group(money))],
    );
    let service =
        group("service", label("Service", "服务"), vec![entry("0.7", kpi_head(5)), entry("0.3", kpi_head(4))]);
    let mut director = scorecard(vec![entry("0.6", Head::Group(results)), entry("0.4", Head::Group(service))]);
    director.vetoes.push(Veto {
        condition: nothing(),
        effect: VetoEffect::RatingAtMost(3),
        reason: label("A confirmed case of misconduct", "查实的违规行为"),
        span: span(),
    });
    director.adjustments.push(Adjustment {
        deduct: false,
        kpi: KpiId(6),
        scope: ScopeWord::Team,
        amount: nothing(),
        full_steps: false,
        step: nothing(),
        limit: None,
        label: Label::default(),
        span: span(),
    });
    let bonus = Output {
        name: "quarterly_bonus".into(),
        label: label("Quarterly bonus", "季度奖金"),
        span: span(),
        unit: unit(cny, "CNY", "CNY", "1"),
        part: None,
        value: nothing(),
    };
    let lecturer = scorecard(vec![entry("0.6", kpi_head(5)), entry("0.4", kpi_head(4))]);
    let director_label = label("Director of the marketing business office", "营销业务室主任");
    let mut lecturer = position("lecturer", label("Lecturer", "讲师"), lecturer, Vec::new());
    lecturer.draft = true;
    Model {
        company: Company {
            name: "Example Life".into(),
            currency: Some("CNY".into()),
            languages: vec!["en".into(), "zh".into()],
            score_decimals: Some(2),
            ..Company::default()
        },
        kpis,
        ratings: vec![rating],
        positions: vec![position("marketing_director", director_label, director, vec![bonus]), lecturer],
        ..Model::default()
    }
}

struct Scored<'a> {
    kpi: usize,
    value: Value,
    target: Option<Value>,
    score: Value,
    weights: [&'a str; 3],
}

fn scored(scored: Scored<'_>) -> EntryResult {
    let [weight, effective_weight, share_of_total] = scored.weights.map(number);
    let contribution = scored.score.as_number().map(|score| score.mul(&share_of_total));
    EntryResult {
        weight,
        effective_weight,
        share_of_total,
        what: EntryResultKind::Kpi {
            kpi: KpiId(scored.kpi),
            node: CalcId(0),
            value: scored.value,
            target: scored.target,
            full_target: None,
            attainment: None,
            not_applicable: false,
        },
        score: scored.score,
        uncapped: None,
        contribution,
    }
}

fn group_result(weights: [&str; 3], score: &str, entries: Vec<EntryResult>) -> EntryResult {
    let [weight, effective_weight, share_of_total] = weights.map(number);
    let contribution = Some(number(score).mul(&share_of_total));
    let what = EntryResultKind::Group(entries);
    EntryResult { weight, effective_weight, share_of_total, what, score: value(score), uncapped: None, contribution }
}

fn director_entries() -> Vec<EntryResult> {
    let missing = Value::Missing(Missing::Stated("no base to grow from".into()));
    let third = Value::Number(Number::ratio(250_000, 3).unwrap());
    let money = vec![
        scored(Scored {
            kpi: 2,
            value: value("12345600"),
            target: Some(value("12000000")),
            score: value("100"),
            weights: ["0.5", "0.5", "3/35"],
        }),
        scored(Scored {
            kpi: 3,
            value: third,
            target: Some(value("80000")),
            score: value("90"),
            weights: ["0.5", "0.5", "3/35"],
        }),
    ];
    let results = vec![
        scored(Scored {
            kpi: 0,
            value: value("0.984"),
            target: Some(value("1")),
            score: value("96"),
            weights: ["0.5", "5/7", "3/7"],
        }),
        scored(Scored {
            kpi: 1,
            value: missing.clone(),
            target: Some(value("0.15")),
            score: missing,
            weights: ["0.3", "0", "0"],
        }),
        group_result(["0.2", "2/7", "6/35"], "95", money),
    ];
    let service = vec![
        scored(Scored {
            kpi: 5,
            value: value("88.125"),
            target: None,
            score: value("88.125"),
            weights: ["0.7", "0.7", "0.28"],
        }),
        scored(Scored {
            kpi: 4,
            value: value("1"),
            target: Some(value("0")),
            score: value("90"),
            weights: ["0.3", "0.3", "0.12"],
        }),
    ];
    vec![group_result(["0.6", "0.6", "0.6"], "670/7", results), group_result(["0.4", "0.4", "0.4"], "88.6875", service)]
}

fn rating(grade: usize, by_score: usize, lowered_by: Option<LoweredBy>) -> Option<RatingResult> {
    Some(RatingResult { grade, by_score, lowered_by, unrounded: None })
}

fn card(position: usize, team: (&str, &str), from: Day, to: Day, scorecard: ScorecardResult) -> Card {
    Card {
        position: PositionId(position),
        team: Some(TeamRef { key: team.0.into(), name: team.1.into() }),
        from,
        to,
        eligible: None,
        scorecard: Some(scorecard),
        outputs: Vec::new(),
        values: Arc::new(Vec::new()),
    }
}

fn director_card(score: &str, vetoed: bool, grade: usize) -> ScorecardResult {
    let lowered = vetoed.then_some(LoweredBy::Veto(0));
    ScorecardResult {
        entries: director_entries(),
        combined: value("26013/280"),
        adjustments: vec![AdjustmentResult { kpi: KpiId(6), value: value("2"), points: value("4") }],
        steps: vec![
            ScoreStep { what: StepKind::Adjusted, score: number("27133/280") },
            ScoreStep { what: StepKind::Rounded, score: number(score) },
        ],
        score: value(score),
        completeness: number("0.82"),
        vetoes: vec![VetoResult { veto: 0, holds: Some(vetoed), missing: None }],
        rating: rating(grade, 0, lowered),
        by_rule: None,
    }
}

fn lecturer_card(score: Value, satisfaction: Value, grade: Option<usize>) -> ScorecardResult {
    let missing = satisfaction.is_missing();
    let weights =
        if missing { [["0.6", "0", "0"], ["0.4", "1", "1"]] } else { [["0.6", "0.6", "0.6"], ["0.4", "0.4", "0.4"]] };
    let entries = vec![
        scored(Scored { kpi: 5, value: satisfaction.clone(), target: None, score: satisfaction, weights: weights[0] }),
        scored(Scored {
            kpi: 4,
            value: value("0"),
            target: Some(value("0")),
            score: value("100"),
            weights: weights[1],
        }),
    ];
    ScorecardResult {
        entries,
        combined: score.clone(),
        adjustments: Vec::new(),
        steps: Vec::new(),
        score,
        completeness: if missing { number("0.4") } else { Number::ONE },
        vetoes: Vec::new(),
        rating: grade.and_then(|grade| rating(grade, grade, None)),
        by_rule: None,
    }
}

/// What the cards give, each post held once.
fn posts(cards: &[Card]) -> Vec<PostResult> {
    let post = |(at, card): (usize, &Card)| PostResult {
        position: card.position,
        cards: vec![at],
        days: i64::from(card.to.0 - card.from.0) + 1,
        outputs: card
            .outputs
            .iter()
            .map(|value| PostOutput { value: value.clone(), mean: None, prorated: None, by_rule: None })
            .collect(),
    };
    cards.iter().enumerate().map(post).collect()
}

fn person(
    key: &str,
    name: &str,
    cards: Vec<Card>,
    overall: Option<&str>,
    rating: Option<RatingResult>,
    rank: Option<u64>,
) -> PersonResult {
    let (person, name, overall) = (key.into(), name.into(), overall.map(number));
    let posts = posts(&cards);
    let (rulings, by_rule) = (Vec::new(), None);
    PersonResult { roster: DataId(0), person, name, cards, posts, overall, rating, rulings, by_rule, rank }
}

pub fn results() -> Results {
    let (first, last) = (day(2026, 7, 1), day(2026, 9, 30));
    let period = PeriodName::parse("2026-Q3").unwrap();
    let (shanghai, beijing) = (("SH", "Shanghai marketing business office"), ("BJ", "北京营销业务室"));

    let mut vetoed = card(0, shanghai, first, last, director_card("96.90", true, 3));
    vetoed.outputs = vec![value("0")];
    let mut best = card(0, beijing, first, last, director_card("96.90", false, 0));
    best.outputs = vec![Value::Number(Number::ratio(37000, 3).unwrap())];
    let moved = vec![card(1, beijing, first, day(2026, 8, 15), lecturer_card(value("92"), value("86.67"), Some(0))), {
        let mut card = card(0, shanghai, day(2026, 8, 16), last, director_card("96.90", false, 0));
        card.outputs = vec![Value::Missing(Missing::Blank)];
        card
    }];
    let incomplete = card(
        1,
        beijing,
        first,
        last,
        lecturer_card(
            Value::Missing(Missing::Stated("the scorecard is incomplete".into())),
            Value::Missing(Missing::TooFew(TooFew { got: 3, needed: 5, noun: "answers".into() }.into())),
            None,
        ),
    );
    let lecturer = card(1, shanghai, first, last, lecturer_card(value("91.5"), value("85.83"), Some(0)));
    Results {
        period,
        months: Company::default().calendar.months(period),
        first_day: first,
        last_day: last,
        people: vec![
            person("P01", "王芳", vec![vetoed], Some("96.90"), rating(3, 0, Some(LoweredBy::Veto(0))), Some(1)),
            person("P02", "Li Lei", vec![best], Some("96.90"), rating(0, 0, None), Some(1)),
            person(
                "P03",
                "Alexandrina Montgomery-Featherstonehaugh",
                moved,
                Some("94.45"),
                rating(0, 0, None),
                Some(3),
            ),
            person("P04", "赵敏", vec![incomplete], None, None, None),
            person(
                "P05",
                "Chen Jie",
                vec![lecturer],
                Some("91.5"),
                rating(1, 0, Some(LoweredBy::Distribution(0))),
                Some(1),
            ),
        ],
        without_position: vec![("Driver".into(), 2), ("前台".into(), 1)],
        files: vec![
            FileReport {
                path: "policies_2026.csv".into(),
                data: "policies".into(),
                rows: 41_230,
                left_out: 0,
                repairs: vec![("premium".into(), "thousands separator", 120), ("issued".into(), "date", 94)],
            },
            FileReport { path: "staff.csv".into(), data: "people".into(), rows: 46, repairs: Vec::new(), left_out: 0 },
        ],
        doubts: vec![
            Doubt::SameContent {
                data: "visits".into(),
                files: ["visits_july.csv".into(), "visits_august.csv".into()],
                rows: 310,
            },
            Doubt::EndsEarly { data: "policies".into(), newest: day(2026, 8, 12), end: day(2026, 9, 30) },
        ],
    }
}
