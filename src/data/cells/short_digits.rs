//! Short cells of digits, eight bytes at a time.

use super::digits;

const ZEROS: u64 = 0x3030_3030_3030_3030;
const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// At most seven bytes of a text as one word, the first of them lowest.
#[inline]
pub fn short_word(bytes: &[u8], start: usize, length: usize) -> u64 {
    match bytes[start..].first_chunk::<8>() {
        Some(chunk) => u64::from_le_bytes(*chunk) & ((1 << (8 * length)) - 1),
        None => bytes[start..start + length].iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

/// What [`digits::plain`] says of the cell between two places.
#[inline]
pub fn plain(bytes: &[u8], start: usize, end: usize) -> Option<(i64, u32)> {
    match end - start {
        length @ 1..=7 => short(short_word(bytes, start, length), length),
        8 => short(u64::from_le_bytes(bytes[start..end].try_into().ok()?), 8),
        _ => None,
    }
    .or_else(|| digits::plain(&bytes[start..end]))
}

/// A number of digits and perhaps a point within; `None` where there is anything else.
#[inline]
fn short(word: u64, length: usize) -> Option<(i64, u32)> {
    // The digits to the end of the word, zeros before them.
    let free = 8 * (8 - length as u32);
    let zeros = ZEROS.checked_shr(64 - free).unwrap_or(0);
    let padded = word << free | zeros;
    let apart = padded ^ (ONES * u64::from(b'.'));
    let points = apart.wrapping_sub(ONES) & !apart & HIGH;
    let (digits, places) = match points {
        0 => (padded, 0),
        _ => {
            let point = points.trailing_zeros() / 8;
            if point == free / 8 || point == 7 {
                return None;
            }
            let before = (1u64 << (8 * point)) - 1;
            let behind = (u64::MAX << (8 * point)) << 8;
            ((padded & before) << 8 | u64::from(b'0') | padded & behind, 7 - point)
        }
    };
    Some((i64::from(eight(digits)?), places))
}

/// The number of eight digits, the first of them lowest.
#[inline]
pub fn eight(digits: u64) -> Option<u32> {
    let values = digits ^ ZEROS;
    if (values.wrapping_add(ONES * 0x76) | values) & HIGH != 0 {
        return None;
    }
    let pairs = values.wrapping_mul(10).wrapping_add(values >> 8);
    let (first, second) = (pairs & 0x0000_00ff_0000_00ff, pairs >> 16 & 0x0000_00ff_0000_00ff);
    let sum = first.wrapping_mul(0x000f_4240_0000_0064).wrapping_add(second.wrapping_mul(0x0000_2710_0000_0001));
    Some((sum >> 32) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every short text of a few signs says what it says read sign by sign, whatever stands behind it.
    #[test]
    fn short_numbers_are_as_those_read_sign_by_sign() {
        let signs = b"0195.-,a/:\x80\xff";
        let mut tried = 0;
        for length in 1..=5u32 {
            for number in 0..(signs.len() as u64).pow(length) {
                let mut left = number;
                let text: Vec<u8> = (0..length)
                    .map(|_| {
                        let sign = signs[(left % signs.len() as u64) as usize];
                        left /= signs.len() as u64;
                        sign
                    })
                    .collect();
                assert_eq!(plain(&text, 0, text.len()), digits::plain(&text), "{text:?}");
                let mut among = text.clone();
                among.extend(b"7.5,12345678");
                assert_eq!(plain(&among, 0, text.len()), digits::plain(&text), "{text:?}");
                tried += 1;
            }
        }
        assert!(tried > 200_000);
        for text in [
            "12345678",
            "1234567.8",
            "1.234567",
            ".1234567",
            "1234567.",
            "99999999",
            "9999.999",
            "-1234567",
            "0000.000",
        ] {
            assert_eq!(plain(text.as_bytes(), 0, text.len()), digits::plain(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn eight_digits_weigh_what_they_should() {
        for number in (0..100_000_000u32).step_by(9973) {
            assert_eq!(plain(format!("{number:08}").as_bytes(), 0, 8), Some((i64::from(number), 0)));
        }
    }
}
