//! Where separators and line ends stand in a text without quotes, found 64 bytes at a time.

use wide::u8x16;

/// The places of all separators and new lines, in order.
pub struct Marks<'a> {
    bytes: &'a [u8],
    separator: u8,
    /// Where the 64 bytes begin that `bits` are about.
    base: usize,
    /// A bit for each mark not yet given out.
    bits: u64,
}

const WIDTH: usize = 64;

impl<'a> Marks<'a> {
    pub fn new(bytes: &'a [u8], separator: u8) -> Marks<'a> {
        let mut marks = Marks { bytes, separator, base: 0, bits: 0 };
        marks.bits = marks.bits_at(0);
        marks
    }

    fn bits_at(&self, base: usize) -> u64 {
        let rest = &self.bytes[base..];
        let (separator, line) = (u8x16::splat(self.separator), u8x16::splat(b'\n'));
        let mut bits = 0;
        if let Some(chunk) = rest.first_chunk::<WIDTH>() {
            for (at, part) in chunk.as_chunks::<16>().0.iter().enumerate() {
                let part = u8x16::from(*part);
                let found = part.simd_eq(separator) | part.simd_eq(line);
                bits |= u64::from(found.to_bitmask()) << (16 * at);
            }
        } else {
            for (at, byte) in rest.iter().enumerate() {
                bits |= u64::from(*byte == self.separator || *byte == b'\n') << at;
            }
        }
        bits
    }
}

impl Iterator for Marks<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        while self.bits == 0 {
            self.base += WIDTH;
            if self.base >= self.bytes.len() {
                return None;
            }
            self.bits = self.bits_at(self.base);
        }
        let at = self.base + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        Some(at)
    }
}
