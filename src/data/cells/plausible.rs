//! Whether a text can be one that somebody has written. Bytes read in another encoding than theirs mix scripts within a
//! word, put signs between letters, and large letters behind small ones.

use unicode_properties::{GeneralCategory as Category, UnicodeGeneralCategory};
use unicode_script::{Script, UnicodeScript};

/// What a reading of a cell looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Sound,
    /// Its letters are seldom written: nothing is told by it, and it is not taken for sure.
    Rare,
    Wrong,
}

fn is_letter(letter: char) -> bool {
    letter.is_alphabetic() || matches!(letter.general_category(), Category::NonspacingMark | Category::SpacingMark)
}

/// Scripts that stand beside each other in one language count as one.
fn script_of(letter: char) -> Script {
    match letter.script() {
        Script::Hiragana | Script::Katakana | Script::Hangul | Script::Bopomofo => Script::Han,
        other => other,
    }
}

pub fn is_han(letter: char) -> bool {
    script_of(letter) == Script::Han
}

fn mixed(one: char, other: char) -> bool {
    let (one, other) = (script_of(one), script_of(other));
    let any = |script| matches!(script, Script::Common | Script::Inherited);
    // Companies and posts there are called `A股` and `4S店`.
    let beside = |script| matches!(script, Script::Latin | Script::Han);
    let alike = one == other || any(one) || any(other) || beside(one) && beside(other);
    !alike
}

/// How a reading looks, by the letters outside ASCII.
pub fn look(text: &str) -> Look {
    let letters: Vec<char> = text.chars().collect();
    let mut rare = false;
    for (at, letter) in letters.iter().enumerate().filter(|(_, letter)| !letter.is_ascii()) {
        let at = |steps: isize| at.checked_add_signed(steps).and_then(|at| letters.get(at)).copied();
        let fits = match is_letter(*letter) {
            true => letter_fits(*letter, &at),
            false => sign_fits(*letter, &at),
        };
        if !fits {
            return Look::Wrong;
        }
        // Of Icelandic, and of Japanese machines of old; in nearly all files it is a letter of another encoding.
        rare |= matches!(letter, 'ð' | 'þ' | 'Ð' | 'Þ' | '\u{ff61}'..='\u{ff9f}');
    }
    // What opens closes again.
    if letters.iter().filter(|letter| matches!(letter, '«' | '»' | '“' | '”' | '„' | '‚' | '‹' | '›' | '‘')).count() % 2
        == 1
    {
        return Look::Wrong;
    }
    let filled = |letter: &&char| {
        !letter.is_ascii()
            && !matches!(letter, '\u{2010}'..='\u{2026}' | '\u{3000}'..='\u{303f}' | '\u{ff01}'..='\u{ff20}')
    };
    let (of_script, signs): (Vec<&char>, Vec<&char>) =
        letters.iter().filter(filled).partition(|letter| is_letter(**letter));
    match signs.len() {
        0 if rare => Look::Rare,
        0 => Look::Sound,
        // A sign alone, as in `20 °`, tells nothing.
        _ if of_script.is_empty() => Look::Rare,
        signs if 2 * signs > letters.iter().filter(|letter| is_letter(**letter)).count() => Look::Wrong,
        _ if rare => Look::Rare,
        _ => Look::Sound,
    }
}

fn letter_fits(letter: char, at: &impl Fn(isize) -> Option<char>) -> bool {
    let is = |steps: isize, what: fn(char) -> bool| at(steps).is_some_and(what);
    let beside = |what: fn(char) -> bool| is(-1, what) && is(1, what);
    match letter {
        // `Nº`, `1ª`
        'ª' | 'º' => return !beside(is_letter),
        'ⁿ' | 'ƒ' => return false,
        _ => {}
    }
    if [at(-1), at(1)].into_iter().flatten().any(|other| is_letter(other) && mixed(letter, other)) {
        return false;
    }
    if is_han(letter) {
        // One alone within a word or at its end, as in `M黮ler`.
        let small = |letter: char| letter.is_ascii_lowercase();
        let alone = !is(-1, is_han) && !is(1, is_han);
        // Or some amid one, as in `H閘鑞e`.
        let end = |step: isize| (1..).map(|far| at(step * far)).find(|other| !other.is_some_and(is_han)).flatten();
        let amid = end(-1).is_some_and(|letter| letter.is_ascii_alphabetic()) && end(1).is_some_and(small);
        return !amid && !(alone && (is(-1, small) || is(1, small))) && !beside(|letter| letter.is_ascii_alphabetic());
    }
    let (large, little) = (char::is_uppercase, char::is_lowercase);
    if large(letter) {
        let amid_small = is(-1, little);
        let behind_first = is(-1, large) && is(1, little) && !is(-2, large);
        return !amid_small && !behind_first;
    }
    if little(letter) && !matches!(letter, 'ß' | 'ı') {
        let amid_large = is(-1, large) && (is(-2, large) || is(1, large));
        let before_large = !is(-1, char::is_alphabetic) && is(1, large);
        return !amid_large && !before_large;
    }
    true
}

fn sign_fits(sign: char, at: &impl Fn(isize) -> Option<char>) -> bool {
    let category = sign.general_category();
    match sign {
        // Of Persian and Hebrew.
        '\u{200c}'..='\u{200f}' => return true,
        '’' | '‘' | '´' | '·' | '–' | '—' | '‐' | '•' | '\u{a0}' => return true,
        '\u{2500}'..='\u{25ff}' => return false,
        _ => {}
    }
    if matches!(
        category,
        Category::Control | Category::PrivateUse | Category::Unassigned | Category::Surrogate | Category::Format
    ) {
        return false;
    }
    let is_word = |letter: char| is_letter(letter) && !is_han(letter);
    let (behind, before) = (at(-1).filter(|letter| is_word(*letter)), at(1).filter(|letter| is_word(*letter)));
    match (behind, before) {
        (None, None) => true,
        // `m²`
        (Some('m'), None) => matches!(sign, '²' | '³') || ends_a_word(sign),
        (Some(_), None) => ends_a_word(sign),
        (None, Some(_)) => matches!(sign, '¿' | '¡' | '«' | '“' | '„' | '‚' | '‹' | '»'),
        (Some(_), Some(_)) => false,
    }
}

fn ends_a_word(sign: char) -> bool {
    matches!(sign, '»' | '«' | '”' | '“' | '›' | '…' | '°' | '®' | '™' | '‰')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_as_people_write_them() {
        for text in [
            "Müller",
            "MÜLLER",
            "Łukasz",
            "José Ñandú",
            "Straße",
            "STRAßE",
            "O’Neill",
            "Иванов",
            "Παπαδόπουλος",
            "张三",
            "李·阿明",
            "A股",
            "4S店",
            "Web前端",
            "UI设计师",
            "김철수",
            "山田 太郎",
            "คำ",
            "«CAFÉ»",
            "Nº 5",
            "500 m² Fläche",
            "Müller GmbH",
            "TÜVs",
            "عبد",
            "ОАО «Мишин»",
            "Firma „Süd“",
            "»Müller«",
        ] {
            assert_eq!(look(text), Look::Sound, "{text}");
        }
        for text in [
            "M黮ler",
            "H閘鑞e",
            "Jos閑",
            "M¸ller",
            "M³ller",
            "MŸller",
            "JosÈ",
            "HŠring",
            "MэЫler",
            "Mьller",
            "£ukasz",
            "ХЕИэ",
            "MšLLER",
            "a\u{81}b",
            "»гнатов",
            "“елегра",
        ] {
            assert_eq!(look(text), Look::Wrong, "{text}");
        }
        for text in ["€", "20 °", "Þór", "ﾔﾏﾀﾞ", "£100"] {
            assert_eq!(look(text), Look::Rare, "{text}");
        }
    }
}
