//! Values as they stand in a file, by the type that the file keeps them as.

use ::parquet::data_type::Int96;

/// Values, one behind the other.
pub enum Values {
    Flags(Vec<bool>),
    Short(Vec<i32>),
    Long(Vec<i64>),
    Moments(Vec<Int96>),
    Single(Vec<f32>),
    Double(Vec<f64>),
    Bytes(Bytes),
    Fixed { length: usize, bytes: Vec<u8> },
}

impl Values {
    pub fn len(&self) -> usize {
        match self {
            Values::Flags(values) => values.len(),
            Values::Short(values) => values.len(),
            Values::Long(values) => values.len(),
            Values::Moments(values) => values.len(),
            Values::Single(values) => values.len(),
            Values::Double(values) => values.len(),
            Values::Bytes(bytes) => bytes.len(),
            Values::Fixed { length, bytes } => bytes.len().checked_div(*length).unwrap_or_default(),
        }
    }
}

/// Texts, or other runs of bytes, in one piece of memory: four bytes that tell its length stand before each.
#[derive(Default)]
pub struct Bytes {
    /// All of it, where it is text from end to end; else in `bytes`.
    text: String,
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

const LENGTH: usize = 4;

impl Bytes {
    /// Takes over `wanted` of them behind the first `before` of a page; `None` where it has fewer.
    pub fn take_plain(&mut self, page: &[u8], before: usize, wanted: usize) -> Option<()> {
        let mut at = 0;
        let next = |at: usize| {
            let length = u32::from_le_bytes(*page.get(at..)?.first_chunk()?);
            Some(at + LENGTH + length as usize).filter(|end| *end <= page.len())
        };
        for _ in 0..before {
            at = next(at)?;
        }
        let (start, known) = (at, self.bytes.len());
        // How many there are is only what the page says.
        self.ends.reserve(wanted.min(page.len() / LENGTH));
        for _ in 0..wanted {
            at = next(at)?;
            self.ends.push(known + at - start);
        }
        self.bytes.extend_from_slice(&page[start..at]);
        Some(())
    }

    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend([0; LENGTH]);
        self.bytes.extend_from_slice(bytes);
        self.ends.push(self.bytes.len());
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Looks once whether all is text, lengths included: these are so as long as the texts are short.
    pub fn look_for_text(&mut self) {
        match String::from_utf8(std::mem::take(&mut self.bytes)) {
            Ok(text) => self.text = text,
            Err(error) => self.bytes = error.into_bytes(),
        }
    }

    fn bounds(&self, at: usize) -> std::ops::Range<usize> {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        start + LENGTH..self.ends[at]
    }

    pub fn get(&self, at: usize) -> &[u8] {
        let all = if self.bytes.is_empty() { self.text.as_bytes() } else { &self.bytes };
        &all[self.bounds(at)]
    }

    /// `None` where it is no text.
    pub fn text(&self, at: usize) -> Option<&str> {
        if self.bytes.is_empty() { self.text.get(self.bounds(at)) } else { std::str::from_utf8(self.get(at)).ok() }
    }
}
