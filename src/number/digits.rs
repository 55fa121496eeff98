//! The digits of a number as people read them.

/// Digits in groups of three: `1234567.5` as `1,234,567.5`.
pub fn in_groups(digits: &str, sign: char) -> String {
    let (minus, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let (whole, part) = digits.find('.').map_or((digits, ""), |point| digits.split_at(point));
    let mut text = String::from(minus);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(sign);
        }
        text.push(digit);
    }
    text + part
}
