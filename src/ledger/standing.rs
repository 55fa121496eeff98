//! What a document of results says of people, and where two of them differ.
//!
//! What somebody is told and paid is compared: the score, the grade, the outputs of each post. What stands behind these is
//! `merit why`'s.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::number::Number;

/// What is read of a document of results.
#[derive(Clone, Debug, Deserialize)]
pub struct Document {
    pub provenance: Made,
    pub people: Vec<Person>,
    pub files: Vec<FileOf>,
}

/// What made it.
#[derive(Clone, Debug, Deserialize)]
pub struct Made {
    pub version: String,
    pub commit: Option<String>,
    pub options: serde_json::Map<String, serde_json::Value>,
    pub data: Data,
}

impl Made {
    /// Whether an option was given that takes no value.
    pub fn has(&self, option: &str) -> bool {
        self.options.get(option).is_some_and(|value| value == true)
    }

    /// The program, as `merit --version` tells it.
    pub fn program(&self) -> String {
        match &self.commit {
            Some(commit) => format!("{} ({})", self.version, crate::provenance::short(commit)),
            None => self.version.clone(),
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
pub struct Data {
    pub files: Vec<File>,
    pub measures: Vec<File>,
    pub server: Option<String>,
    pub engine: Option<serde_json::Value>,
}

/// A data file as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct File {
    /// From the data folder.
    pub path: String,
    pub bytes: u64,
    pub sha256: Option<String>,
}

/// Which data set a file is of.
#[derive(Clone, Debug, Deserialize)]
pub struct FileOf {
    pub path: String,
    pub data: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Person {
    pub roster: String,
    pub person: String,
    pub name: String,
    pub overall: Option<Exact>,
    pub rating: Option<Rating>,
    pub posts: Vec<Post>,
    pub cards: Vec<Card>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Exact {
    pub number: String,
    pub shown: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Rating {
    pub grade: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Post {
    pub position: String,
    pub outputs: Vec<Output>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Output {
    pub name: String,
    pub value: Value,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Card {
    pub position: String,
    pub days: u64,
    pub scorecard: Option<Scorecard>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Scorecard {
    pub entries: Vec<Entry>,
    pub score: Value,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Entry {
    pub kind: String,
    pub name: String,
    pub value: Option<Value>,
    pub entries: Option<Vec<Entry>>,
}

/// A value of a document, of which `kind` says what there is of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Value {
    Number { number: String, unit: Option<String>, approximate: bool, shown: String },
    Text { text: String, shown: String },
    Date { date: String, shown: String },
    Period { first_month: String, last_month: String, shown: String },
    Flag { flag: bool, shown: String },
    Choice { index: u32, shown: String },
    Missing { text: String },
}

impl Document {
    pub fn read(results: &[u8]) -> Option<Document> {
        serde_json::from_slice(results).ok()
    }
}

/// One result of somebody: whose, of which post, and what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub roster: String,
    pub person: String,
    /// Of outputs.
    pub position: Option<String>,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    Score,
    Rating,
    Output(String),
}

impl What {
    pub fn word(&self) -> &str {
        match self {
            What::Score => "score",
            What::Rating => "rating",
            What::Output(name) => name,
        }
    }
}

/// A result as it stands in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stands {
    Number(Number),
    /// A grade, a day, a word.
    Word(String),
    /// None, and why.
    Missing,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Result {
    pub name: String,
    pub stands: Stands,
    pub unit: Option<String>,
    /// As people read it.
    pub shown: String,
}

/// All results of a document.
pub type Results = BTreeMap<Key, Result>;

/// What is told and paid, of everyone.
pub fn results(document: &Document) -> Results {
    let mut all = Results::new();
    for person in &document.people {
        let key = |position: Option<&String>, what| Key {
            roster: person.roster.clone(),
            person: person.person.clone(),
            position: position.cloned(),
            what,
        };
        let result = |stands, unit: Option<&String>, shown: &str| Result {
            name: person.name.clone(),
            stands,
            unit: unit.cloned(),
            shown: shown.to_string(),
        };
        if let Some(score) = &person.overall {
            let stands = Number::of_document(&score.number).map_or(Stands::Missing, Stands::Number);
            all.insert(key(None, What::Score), result(stands, None, &score.shown));
        }
        if let Some(rating) = &person.rating {
            all.insert(key(None, What::Rating), result(Stands::Word(rating.grade.clone()), None, &rating.grade));
        }
        for (post, output) in person.posts.iter().flat_map(|post| post.outputs.iter().map(move |one| (post, one))) {
            let (stands, unit, shown) = output.value.stands();
            all.insert(key(Some(&post.position), What::Output(output.name.clone())), result(stands, unit, shown));
        }
    }
    all
}

impl Value {
    fn stands(&self) -> (Stands, Option<&String>, &str) {
        match self {
            Value::Number { number, unit, shown, .. } => {
                (Number::of_document(number).map_or(Stands::Missing, Stands::Number), unit.as_ref(), shown)
            }
            Value::Missing { text } => (Stands::Missing, None, text),
            Value::Text { shown, .. }
            | Value::Date { shown, .. }
            | Value::Period { shown, .. }
            | Value::Flag { shown, .. }
            | Value::Choice { shown, .. } => (Stands::Word(shown.clone()), None, shown),
        }
    }
}

/// A result that is another one on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub key: Key,
    pub before: Option<Result>,
    pub after: Option<Result>,
}

/// Where two documents differ, in the order of people.
pub fn differences(before: &Results, after: &Results) -> Vec<Difference> {
    let keys: std::collections::BTreeSet<&Key> = before.keys().chain(after.keys()).collect();
    let differs = |key: &&Key| {
        let stands = |side: &Results| side.get(key).map_or(Stands::Missing, |result| result.stands.clone());
        stands(before) != stands(after)
    };
    let difference =
        |key: &Key| Difference { key: key.clone(), before: before.get(key).cloned(), after: after.get(key).cloned() };
    keys.into_iter().filter(differs).map(difference).collect()
}

/// An amount that has another unit on both sides: there is no difference between the two.
pub fn other_unit<'a>(before: &'a Results, after: &'a Results) -> Option<(&'a Key, [&'a Result; 2])> {
    let is_number = |one: &Result| matches!(one.stands, Stands::Number(_));
    let both = before.iter().filter_map(|(key, before)| Some((key, [before, after.get(key)?])));
    both.into_iter().find(|(_, sides)| sides.iter().all(|one| is_number(one)) && sides[0].unit != sides[1].unit)
}

/// What stands in a document of results behind that which made it.
pub fn behind_provenance(results: &[u8]) -> Option<&[u8]> {
    let at = memchr::memmem::find(results, b"\n  \"company\": ")?;
    results.get(at..).map(<[u8]>::trim_ascii_end)
}

/// Whether everything that one document says stands in another one, too, which may say more.
pub fn says_all_of(document: &serde_json::Value, before: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Object};
    match (before, document) {
        (Object(before), Object(now)) => {
            before.iter().all(|(name, value)| now.get(name).is_some_and(|now| says_all_of(now, value)))
        }
        (Array(before), Array(now)) => {
            before.len() == now.len() && before.iter().zip(now).all(|(before, now)| says_all_of(now, before))
        }
        _ => before == document,
    }
}

impl Result {
    /// A number with all its digits, or a word; none where there is none.
    pub fn exact(&self) -> Option<String> {
        match &self.stands {
            Stands::Number(number) => Some(format!("{number:?}")),
            Stands::Word(word) => Some(word.clone()),
            Stands::Missing => None,
        }
    }
}

impl Difference {
    /// What the person is called.
    pub fn name(&self) -> &str {
        self.after.as_ref().or(self.before.as_ref()).map_or("", |result| &result.name)
    }

    /// `S1056 (Li Na), bonus as lecturer`
    pub fn whose(&self) -> String {
        let Key { person, position, what, .. } = &self.key;
        let name = match self.name() {
            name if name.is_empty() || name == person => String::new(),
            name => format!(" ({name})"),
        };
        let post = position.as_ref().map_or(String::new(), |position| format!(" as {position}"));
        format!("{person}{name}, {}{post}", what.word())
    }

    /// `1,200.00 CNY instead of 1,100.00 CNY`; where they are shown alike, with all their digits.
    pub fn told(&self) -> String {
        let shown = |side: &Option<Result>| side.as_ref().map_or("none".to_string(), |result| result.shown.clone());
        let (before, after) = (shown(&self.before), shown(&self.after));
        if before != after {
            return format!("{after} instead of {before}");
        }
        let exact = |side: &Option<Result>| side.as_ref().and_then(Result::exact).unwrap_or("none".to_string());
        format!("{} instead of {}", exact(&self.after), exact(&self.before))
    }
}
