//! What short cells of a column have meant before: choices, flags and links are the same few texts over and over.

use crate::data::cells::short_digits::short_word;

/// Texts of up to 15 bytes with the code of each. What a text means must not change while it is remembered.
#[derive(Default)]
pub struct Memo {
    short: Places<u64>,
    long: Places<u128>,
}

/// Places in all where no more are added.
const MOST: usize = 1 << 18;

/// A text in one word, its length in the uppermost byte; 0 is no text.
trait Word: Copy + Eq + Default {
    fn mixed(self) -> u64;
}

impl Word for u64 {
    fn mixed(self) -> u64 {
        self.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

impl Word for u128 {
    fn mixed(self) -> u64 {
        ((self as u64) ^ ((self >> 64) as u64).rotate_left(23)).mixed()
    }
}

fn short(bytes: &[u8], start: usize, length: usize) -> u64 {
    short_word(bytes, start, length) | (length as u64) << 56
}

fn long(bytes: &[u8], start: usize, length: usize) -> u128 {
    let word = match bytes[start..].first_chunk::<16>() {
        Some(chunk) => u128::from_le_bytes(*chunk) & ((1 << (8 * length)) - 1),
        None => bytes[start..start + length].iter().rev().fold(0, |word, byte| word << 8 | u128::from(*byte)),
    };
    word | (length as u128) << 120
}

impl Memo {
    /// The code of the text between two places.
    #[inline]
    pub fn find(&self, bytes: &[u8], start: usize, end: usize) -> Option<u32> {
        match end - start {
            length @ 1..=7 => self.short.find(short(bytes, start, length)),
            length @ 8..=15 => self.long.find(long(bytes, start, length)),
            _ => None,
        }
    }

    /// Remembers a text that is not known yet, if it is short and there is room.
    pub fn learn(&mut self, bytes: &[u8], start: usize, end: usize, code: u32) {
        match end - start {
            length @ 1..=7 => self.short.learn(short(bytes, start, length), code),
            length @ 8..=15 => self.long.learn(long(bytes, start, length), code),
            _ => {}
        }
    }
}

/// Words with their codes, at places that follow from the words.
#[derive(Default)]
struct Places<W> {
    slots: Vec<(W, u32)>,
    known: usize,
}

impl<W: Word> Places<W> {
    #[inline]
    fn place(&self, word: W) -> usize {
        (word.mixed() >> 40) as usize & (self.slots.len() - 1)
    }

    #[inline]
    fn find(&self, word: W) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let mut at = self.place(word);
        loop {
            match self.slots[at] {
                (known, code) if known == word => return Some(code),
                (none, _) if none == W::default() => return None,
                _ => at = (at + 1) & (self.slots.len() - 1),
            }
        }
    }

    fn learn(&mut self, word: W, code: u32) {
        if self.known * 3 >= self.slots.len() * 2 {
            if self.slots.len() >= MOST {
                return;
            }
            let size = (self.slots.len() * 2).max(64);
            let slots = std::mem::replace(&mut self.slots, vec![(W::default(), 0); size]);
            self.known = 0;
            slots.into_iter().filter(|(word, _)| *word != W::default()).for_each(|(word, code)| self.learn(word, code));
        }
        let mut at = self.place(word);
        while self.slots[at].0 != W::default() {
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.slots[at] = (word, code);
        self.known += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_are_told_apart() {
        let texts: Vec<String> = (0..100_000).map(|at| format!("{}{}", "x".repeat(at % 9), at * 37)).collect();
        let mut memo = Memo::default();
        let all = texts.join("");
        let (mut start, mut places) = (0, Vec::new());
        for (code, text) in texts.iter().enumerate() {
            let end = start + text.len();
            assert_eq!(memo.find(all.as_bytes(), start, end), None, "{text}");
            memo.learn(all.as_bytes(), start, end, code as u32);
            // The same text where nothing follows.
            assert_eq!(memo.find(text.as_bytes(), 0, text.len()), Some(code as u32));
            places.push((start, end));
            start = end;
        }
        for (code, (start, end)) in places.iter().enumerate() {
            assert_eq!(memo.find(all.as_bytes(), *start, *end), Some(code as u32));
        }
        // What comes in when it is full is not remembered, and nothing is lost.
        let mut forgotten = 0;
        for number in 0..200_000 {
            let text = format!("y{number}");
            memo.learn(text.as_bytes(), 0, text.len(), 7);
            forgotten += usize::from(memo.find(text.as_bytes(), 0, text.len()).is_none());
        }
        assert!(forgotten > 0);
        assert_eq!(memo.find(all.as_bytes(), places[5].0, places[5].1), Some(5));
        for text in ["", "0123456789abcdef"] {
            memo.learn(text.as_bytes(), 0, text.len(), 1);
            assert_eq!(memo.find(text.as_bytes(), 0, text.len()), None);
        }
        memo.learn(b"a", 0, 1, 1);
        assert_eq!(memo.find(b"a\0", 0, 2), None);
    }
}
