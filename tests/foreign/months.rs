//! Tables with a column for each month.

use crate::cells::{Cell, Held, Kept};
use crate::offices::{OFFICES, Office, Writing};
use crate::random::Random;
use crate::write::{self, Container};
use crate::{Case, encoding, shown};

/// Months as offices write them, by country. In the short forms only what differs from the long ones' first letters.
const NAMES: &[(&str, [&str; 12])] = &[
    (
        "de",
        [
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ],
    ),
    (
        "fr",
        [
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ],
    ),
    (
        "es",
        [
            "enero",
            "febrero",
            "marzo",
            "abril",
            "mayo",
            "junio",
            "julio",
            "agosto",
            "septiembre",
            "octubre",
            "noviembre",
            "diciembre",
        ],
    ),
    (
        "us",
        [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
    ),
    ("uk", ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]),
    (
        "pl",
        [
            "styczeń",
            "luty",
            "marzec",
            "kwiecień",
            "maj",
            "czerwiec",
            "lipiec",
            "sierpień",
            "wrzesień",
            "październik",
            "listopad",
            "grudzień",
        ],
    ),
    (
        "cz",
        [
            "leden",
            "únor",
            "březen",
            "duben",
            "květen",
            "červen",
            "červenec",
            "srpen",
            "září",
            "říjen",
            "listopad",
            "prosinec",
        ],
    ),
    (
        "ru",
        [
            "январь",
            "февраль",
            "март",
            "апрель",
            "май",
            "июнь",
            "июль",
            "август",
            "сентябрь",
            "октябрь",
            "ноябрь",
            "декабрь",
        ],
    ),
    (
        "tr",
        ["Ocak", "Şubat", "Mart", "Nisan", "Mayıs", "Haziran", "Temmuz", "Ağustos", "Eylül", "Ekim", "Kasım", "Aralık"],
    ),
    ("cn", ["1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"]),
    ("cn", ["一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月", "十二月"]),
    ("jp", ["1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"]),
    ("kr", ["1월", "2월", "3월", "4월", "5월", "6월", "7월", "8월", "9월", "10월", "11월", "12월"]),
];

/// How the year stands beside the month.
#[derive(Clone, Copy, Debug)]
enum Year {
    Behind,
    Before,
    /// `2026-07`
    Digits,
    /// It stands nowhere but in the name of the file.
    None,
}

/// A plan by seller, with a column for each month; some orders and slips that must not be read wrong.
pub fn across(random: &mut Random) -> Option<Case> {
    let (country, names) = NAMES[random.below(NAMES.len())];
    let office: &Office = OFFICES.iter().find(|office| office.country == country).unwrap();
    let container = Container::random(random, office);
    let encoding = encoding(random, office, container);
    let writing = Writing { money: ("", ""), negative: None, ..Writing::random(random, office) };
    let year = random.one(&[Year::Behind, Year::Before, Year::Digits, Year::None]);
    let header = |month: usize, of: i32| match year {
        Year::Behind => format!("{} {of}", names[month]),
        Year::Before => format!("{of} {}", names[month]),
        Year::Digits => format!("{of}-{:02}", month + 1),
        Year::None => names[month].to_string(),
    };
    let first = random.below(12);
    let mut months: Vec<(usize, i32)> = match random.below(5) {
        // A year, from any month on.
        0 => (first..first + 12).map(|at| (at % 12, 2026 - i32::from(at < 12 && first > 0))).collect(),
        1 => (0..=first).map(|month| (month, 2026)).collect(),
        _ => (0..12).map(|month| (month, 2026)).collect(),
    };
    // The year is told only by what stands there.
    if matches!(year, Year::None) && months.iter().any(|(_, of)| *of != 2026) {
        return None;
    }
    let mut order = "in order";
    match random.below(8) {
        0 => {
            months.reverse();
            order = "backwards";
        }
        1 => {
            months.sort_by_key(|(month, _)| names[*month]);
            order = "by name";
        }
        _ => {}
    }
    let mut headers: Vec<Cell> = months.iter().map(|(month, of)| Cell::from(header(*month, *of))).collect();
    let (days, amounts_kept) = match container.is_sheet() {
        true => (
            random.one(&[Kept::Texts, Kept::Values, Kept::Mixed]),
            random.one(&[Kept::Texts, Kept::Values, Kept::Mixed]),
        ),
        false => (Kept::Texts, Kept::Texts),
    };
    let of_month = random.one(&[1, 1, 1, 28]);
    let format =
        random.one(&["mmm yyyy", "mmm-yy", "yyyy-mm", "yyyy-mm-dd", "dd.mm.yyyy", "mmmm", "yyyy\"年\"m\"月\""]);
    for (header, (month, year)) in headers.iter_mut().zip(&months) {
        if days == Kept::Values || days == Kept::Mixed && random.chance(50) {
            header.held = Held::Day((*year, *month as u32 + 1, of_month), format);
        }
    }
    let slip = random.chance(15).then(|| {
        let at = random.below(headers.len());
        let mut letters: Vec<char> = headers[at].shown.chars().collect();
        if letters.len() > 3 {
            letters.remove(1);
        }
        headers[at].shown = letters.into_iter().collect();
        at
    });
    let [key, ..] = office.headers;
    // Numbers that show a `P`, or zeros, before them are the texts that they show.
    let key_format = if container.is_sheet() && random.chance(30) { random.one(&["\"P\"000", "000"]) } else { "" };
    let mut rows = vec![std::iter::once(Cell::from(key)).chain(headers).collect::<Vec<_>>()];
    let mut meant = Vec::new();
    for at in 0..random.between(1, 4) {
        let amounts: Vec<_> = months.iter().map(|_| writing.amount(random, office)).collect();
        let name = if key_format == "000" { format!("{at:03}") } else { format!("P{at:03}") };
        let mut key = Cell::from(name.clone());
        if !key_format.is_empty() {
            key.held = Held::Number(at.to_string(), key_format);
        }
        let cells = amounts.iter().map(|one| amounts_kept.number(random, office, &one.plain, &one.written));
        rows.push(std::iter::once(key).chain(cells).collect());
        let of_month = |wanted: usize| {
            let found = months.iter().zip(&amounts).find(|((month, of), _)| *month == wanted && *of == 2026);
            found.map_or_else(|| "0".to_string(), |(_, amount)| shown(&amount.plain))
        };
        meant.push((name, (0..12).map(of_month).collect()));
    }
    let bytes = write::bytes(&rows, container, encoding)?;
    let file = format!("plan.{}", container.ending());
    let outputs: String = (1..=12)
        .map(|month| format!("  output m{month} \"M\" : CNY = sum(amount of plans during 2026-{month:02}) over own\n"))
        .collect();
    let numbers = writing.example(office);
    let spec = format!(
        "company \"C\" {{\n  currency CNY\n}}\n\ndata people {{\n  roster as seller\n  file \"{file}\"\n  row person\n  key id\n  \
         column id : text from \"{key}\"\n}}\n\ndata plans {{\n  file \"{file}\"\n  months across as month, amount\n  row plan\n  \
         dated by month\n  column seller : people from \"{key}\"\n  column month : period\n  \
         column amount : CNY numbers \"{numbers}\"\n}}\n\nposition seller {{\n{outputs}}}\n"
    );
    let kept = if container.is_sheet() { format!(" {days:?} {amounts_kept:?}") } else { String::new() };
    let kind = format!("{country} {year:?} {order}{kept}{}", if slip.is_some() { " slip" } else { "" });
    Some(Case { spec, file, bytes, meant, declared: false, kind })
}
