//! Texts held once and spoken of by number.

use std::hash::BuildHasher;
use std::sync::{Arc, OnceLock};

use hashbrown::{DefaultHashBuilder, HashTable};

/// Distinct texts, numbered in the order in which they were first met.
#[derive(Default, Debug)]
pub struct Dictionary {
    text: String,
    ends: Vec<usize>,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
    shared: OnceLock<Vec<Arc<str>>>,
    /// Whether a text stands under two numbers.
    doubled: bool,
}

impl Dictionary {
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The text of a number that this dictionary gave out.
    pub fn get(&self, code: u32) -> &str {
        text_at(&self.text, &self.ends, code)
    }

    /// Whether equal numbers mean equal texts and different numbers different ones.
    pub fn is_distinct(&self) -> bool {
        !self.doubled
    }

    pub fn find(&self, text: &str) -> Option<u32> {
        self.table.find(self.hasher.hash_one(text), |code| self.get(*code) == text).copied()
    }

    /// The number of a text, which is added where it is new.
    pub fn intern(&mut self, text: &str) -> u32 {
        let hash = self.hasher.hash_one(text);
        let (all, ends) = (&self.text, &self.ends);
        if let Some(code) = self.table.find(hash, |code| text_at(all, ends, *code) == text) {
            return *code;
        }
        let code = self.ends.len() as u32;
        self.text.push_str(text);
        self.ends.push(self.text.len());
        let (all, ends, hasher) = (&self.text, &self.ends, &self.hasher);
        self.table.insert_unique(hash, code, |code| hasher.hash_one(text_at(all, ends, *code)));
        self.shared = OnceLock::new();
        code
    }

    /// Adds a text under a number of its own, even where it is known already.
    pub fn append(&mut self, text: &str) {
        let known = self.find(text);
        let code = self.ends.len() as u32;
        self.text.push_str(text);
        self.ends.push(self.text.len());
        self.doubled |= known.is_some();
        if known.is_none() {
            let hash = self.hasher.hash_one(text);
            let (all, ends, hasher) = (&self.text, &self.ends, &self.hasher);
            self.table.insert_unique(hash, code, |code| hasher.hash_one(text_at(all, ends, *code)));
        }
        self.shared = OnceLock::new();
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len() as u32).map(|code| self.get(code))
    }

    /// The text as a value can share it.
    pub fn shared(&self, code: u32) -> Arc<str> {
        self.shared.get_or_init(|| self.iter().map(Arc::from).collect())[code as usize].clone()
    }

    /// The numbers in the order of their texts.
    pub fn sorted(&self) -> Vec<u32> {
        let mut codes: Vec<u32> = (0..self.len() as u32).collect();
        codes.sort_unstable_by_key(|code| self.get(*code));
        codes
    }
}

fn text_at<'a>(text: &'a str, ends: &[usize], code: u32) -> &'a str {
    let code = code as usize;
    let start = if code == 0 { 0 } else { ends[code - 1] };
    &text[start..ends[code]]
}
