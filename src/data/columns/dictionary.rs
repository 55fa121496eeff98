//! Texts held once and spoken of by number.

use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, LazyLock, OnceLock};

use foldhash::fast::{FixedState, RandomState};
use hashbrown::HashTable;

/// Nobody can know it who writes a file in which all keys have one hash.
static SEED: OnceLock<u64> = OnceLock::new();

/// One for all dictionaries, so that a text's hash is computed once and taken along.
static HASHER: LazyLock<FixedState> = LazyLock::new(|| FixedState::with_seed(seed()));

/// What hashes follow from: those of one seed are the same in every run.
pub fn seed() -> u64 {
    *SEED.get_or_init(|| RandomState::default().hash_one("seed"))
}

/// Takes a seed of an earlier run, unless there is one by now.
pub fn seed_with(seed: u64) {
    let _ = SEED.set(seed);
}

/// Distinct texts, numbered in the order in which they were first met.
#[derive(Clone, Default, Debug)]
pub struct Dictionary {
    text: String,
    ends: Vec<usize>,
    /// Of each text.
    hashes: Vec<u32>,
    /// Hash and number.
    table: HashTable<(u32, u32)>,
    shared: OnceLock<Vec<Arc<str>>>,
    /// Whether a text stands under two numbers.
    doubled: bool,
    /// A bit for some bits of each text's hash: most texts that are not here are told by it alone.
    sieve: OnceLock<Vec<u64>>,
}

/// All bits of a text's hash.
pub fn hash_of(text: &str) -> u64 {
    hash_of_bytes(text.as_bytes())
}

/// The same of a text that is known to be one.
#[inline]
pub fn hash_of_bytes(text: &[u8]) -> u64 {
    let mut hasher = HASHER.build_hasher();
    hasher.write(text);
    hasher.finish()
}

fn upper(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// The table wants the bits of a hash everywhere in the word.
fn spread(hash: u32) -> u64 {
    (u64::from(hash) | 1 << 40).wrapping_mul(0x9e37_79b9_7f4a_7c15)
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

    /// The number of a text.
    pub fn find(&self, text: &str) -> Option<u32> {
        self.find_hashed(text.as_bytes(), upper(hash_of(text)))
    }

    /// Whether a text with this hash can be here at all.
    #[inline]
    pub fn may_hold(&self, hash: u64) -> bool {
        let sieve = self.sieve.get_or_init(|| {
            let mut sieve = vec![0u64; (self.len() / 4 + 1).next_power_of_two()];
            for hash in &self.hashes {
                let at = *hash as usize & (sieve.len() * 64 - 1);
                sieve[at / 64] |= 1 << (at % 64);
            }
            sieve
        });
        let at = upper(hash) as usize & (sieve.len() * 64 - 1);
        sieve[at / 64] >> (at % 64) & 1 == 1
    }

    /// The number of a text whose hash is known.
    pub fn find_with(&self, text: &[u8], hash: u64) -> Option<u32> {
        self.find_hashed(text, upper(hash))
    }

    fn find_hashed(&self, text: &[u8], hash: u32) -> Option<u32> {
        let same = |(known, code): &(u32, u32)| *known == hash && self.get(*code).as_bytes() == text;
        self.table.find(spread(hash), same).map(|(_, code)| *code)
    }

    /// The number of a text, which is added where it is new.
    pub fn intern(&mut self, text: &str) -> u32 {
        self.intern_hashed(text, upper(hash_of(text)))
    }

    fn intern_hashed(&mut self, text: &str, hash: u32) -> u32 {
        match self.find_hashed(text.as_bytes(), hash) {
            Some(code) => code,
            None => self.add(text, hash, true),
        }
    }

    /// The numbers here of all texts of another dictionary.
    pub fn intern_all(&mut self, other: &Dictionary) -> Vec<u32> {
        (0..other.len() as u32).map(|code| self.intern_hashed(other.get(code), other.hashes[code as usize])).collect()
    }

    /// Adds a text under a number of its own, even where it is known already.
    pub fn append(&mut self, text: &str) {
        let hash = upper(hash_of(text));
        let known = self.find_hashed(text.as_bytes(), hash).is_some();
        self.doubled |= known;
        self.add(text, hash, !known);
    }

    fn add(&mut self, text: &str, hash: u32, findable: bool) -> u32 {
        let code = self.ends.len() as u32;
        self.text.push_str(text);
        self.ends.push(self.text.len());
        self.hashes.push(hash);
        if findable {
            self.table.insert_unique(spread(hash), (hash, code), |(hash, _)| spread(*hash));
        }
        self.shared = OnceLock::new();
        self.sieve = OnceLock::new();
        code
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
