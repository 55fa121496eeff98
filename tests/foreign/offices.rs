//! How offices of the world write names, numbers and dates, and in which encodings they keep them.

use crate::random::Random;

/// One office's habits.
pub struct Office {
    pub country: &'static str,
    pub currency: &'static str,
    pub names: &'static [&'static str],
    /// Headers of key, name, amount and day.
    pub headers: [&'static str; 4],
    pub decimal: char,
    /// What stands between groups of digits, where anything does.
    pub groups: &'static [char],
    pub indian: bool,
    pub dates: &'static [DateForm],
    /// Signs of money before and behind a number.
    pub money: &'static [(&'static str, &'static str)],
    /// Encodings other than those of Unicode.
    pub encodings: &'static [&'static str],
}

/// How a day is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateForm {
    /// As `format` says it.
    pub format: &'static str,
    /// Single digits where a 0 might lead.
    pub short: bool,
}

const fn date(format: &'static str) -> DateForm {
    DateForm { format, short: false }
}

const fn short(format: &'static str) -> DateForm {
    DateForm { format, short: true }
}

const DOTS: &[DateForm] = &[date("DD.MM.YYYY"), short("D.M.YYYY"), date("DD.MM.YY"), date("YYYY-MM-DD")];
const SLASHES: &[DateForm] = &[date("DD/MM/YYYY"), short("D/M/YYYY"), date("DD-MM-YYYY"), date("YYYY-MM-DD")];
const EURO: &[(&str, &str)] = &[("", ""), ("", " €"), ("€ ", ""), ("EUR ", ""), ("", " EUR")];
const YEAR_FIRST: &[DateForm] =
    &[date("YYYY-MM-DD"), short("YYYY/M/D"), date("YYYYMMDD"), date("YYYY.MM.DD"), short("YYYY年M月D日")];

pub const OFFICES: &[Office] = &[
    Office {
        country: "de",
        currency: "EUR",
        names: &["Jürgen Groß", "Änne Öztürk", "Björn Weiß", "Käthe Müller", "Anna Schmidt", "Jörg Kühn"],
        headers: ["Personalnummer", "Name", "Umsatz (€)", "Eingetreten für"],
        decimal: ',',
        groups: &['.', '.', ' '],
        indian: false,
        dates: DOTS,
        money: EURO,
        encodings: &["windows-1252", "iso-8859-15"],
    },
    Office {
        country: "ch",
        currency: "CHF",
        names: &["Zoé Müller", "Urs Brändli", "Renée Favre", "Beat Egli"],
        headers: ["Nummer", "Name", "Betrag", "Datum"],
        decimal: '.',
        groups: &['\'', '’'],
        indian: false,
        dates: DOTS,
        money: &[("", ""), ("CHF ", "")],
        encodings: &["windows-1252"],
    },
    Office {
        country: "fr",
        currency: "EUR",
        names: &["Zoé Lefèvre", "François Noël", "Hélène Bérard", "Jean Dupont", "Maëlle Garçon"],
        headers: ["Matricule", "Prénom et nom", "Chiffre réalisé", "Arrivée"],
        decimal: ',',
        groups: &['\u{a0}', '\u{202f}', ' '],
        indian: false,
        dates: SLASHES,
        money: EURO,
        encodings: &["windows-1252"],
    },
    Office {
        country: "es",
        currency: "EUR",
        names: &["José Núñez", "Begoña Ibáñez", "Iñigo Peña", "Ana García"],
        headers: ["Código", "Nombre", "Importe", "Fecha de ingreso"],
        decimal: ',',
        groups: &['.'],
        indian: false,
        dates: SLASHES,
        money: EURO,
        encodings: &["windows-1252"],
    },
    Office {
        country: "uk",
        currency: "GBP",
        names: &["Siobhán O'Brien", "Zoë Smith", "John Miller", "Chloé Jones"],
        headers: ["Staff no", "Name", "Sales £", "Joined"],
        decimal: '.',
        groups: &[','],
        indian: false,
        dates: SLASHES,
        money: &[("", ""), ("£", ""), ("GBP ", "")],
        encodings: &["windows-1252"],
    },
    Office {
        country: "us",
        currency: "USD",
        names: &["Renée O'Neil", "José Smith", "John Miller", "Mary Jones"],
        headers: ["Employee", "Name", "Amount", "Hired"],
        decimal: '.',
        groups: &[','],
        indian: false,
        dates: &[date("MM/DD/YYYY"), short("M/D/YYYY"), date("YYYY-MM-DD")],
        money: &[("", ""), ("$", ""), ("USD ", "")],
        encodings: &["windows-1252"],
    },
    Office {
        country: "in",
        currency: "INR",
        names: &["आरव शर्मा", "Priya Nair", "दीया पटेल", "Rahul Mehta"],
        headers: ["Code", "Name", "Amount ₹", "Joined"],
        decimal: '.',
        groups: &[','],
        indian: true,
        dates: SLASHES,
        money: &[("", ""), ("₹", ""), ("INR ", "")],
        encodings: &[],
    },
    Office {
        country: "pl",
        currency: "PLN",
        names: &["Łukasz Wójcik", "Zażółć Gęślą", "Małgorzata Kręć", "Paweł Żak"],
        headers: ["Numer", "Imię i nazwisko", "Sprzedaż", "Od dnia"],
        decimal: ',',
        groups: &['\u{a0}', ' '],
        indian: false,
        dates: DOTS,
        money: &[("", ""), ("", " zł"), ("", " PLN")],
        encodings: &["windows-1250", "iso-8859-2"],
    },
    Office {
        country: "cz",
        currency: "CZK",
        names: &["Jiří Dvořák", "Žofie Černá", "Řehoř Šťastný", "Lucie Nováková"],
        headers: ["Číslo", "Jméno", "Tržby", "Nástup"],
        decimal: ',',
        groups: &['\u{a0}', ' '],
        indian: false,
        dates: &[short("D.M.YYYY"), date("DD.MM.YYYY")],
        money: &[("", ""), ("", " Kč")],
        encodings: &["windows-1250"],
    },
    Office {
        country: "ru",
        currency: "RUB",
        names: &["Иван Щукин", "Ольга Королёва", "Пётр Жданов", "Анна Эйхе"],
        headers: ["Номер", "Имя", "Продажи", "Принят"],
        decimal: ',',
        groups: &['\u{a0}', ' '],
        indian: false,
        dates: DOTS,
        money: &[("", ""), ("", " ₽"), ("", " руб.")],
        encodings: &["windows-1251", "koi8-r"],
    },
    Office {
        country: "gr",
        currency: "EUR",
        names: &["Γιώργος Νικολάου", "Ελένη Παπαδάκη", "Ζωή Χατζή"],
        headers: ["Αριθμός", "Όνομα", "Πωλήσεις", "Έναρξη"],
        decimal: ',',
        groups: &['.'],
        indian: false,
        dates: SLASHES,
        money: EURO,
        encodings: &["windows-1253"],
    },
    Office {
        country: "tr",
        currency: "TRY",
        names: &["İbrahim Şahin", "Çağla Güneş", "Işıl Öğüt"],
        headers: ["Sicil", "Ad soyad", "Satış", "Giriş"],
        decimal: ',',
        groups: &['.'],
        indian: false,
        dates: DOTS,
        money: &[("", ""), ("₺", ""), ("", " TL")],
        encodings: &["windows-1254"],
    },
    Office {
        country: "cn",
        currency: "CNY",
        names: &["王芳", "李娜", "张伟", "刘洋", "陈静", "欧阳雪"],
        headers: ["工号", "姓名", "保费", "入职日期"],
        decimal: '.',
        groups: &[','],
        indian: false,
        dates: YEAR_FIRST,
        money: &[("", ""), ("¥", ""), ("", "元")],
        encodings: &["gb18030", "gbk"],
    },
    Office {
        country: "tw",
        currency: "TWD",
        names: &["陳怡君", "林志豪", "黃淑芬", "張雅婷"],
        headers: ["員工編號", "姓名", "業績", "到職日"],
        decimal: '.',
        groups: &[','],
        indian: false,
        dates: YEAR_FIRST,
        money: &[("", ""), ("NT$", "")],
        encodings: &["big5"],
    },
    Office {
        country: "jp",
        currency: "JPY",
        names: &["佐藤 花子", "鈴木 一郎", "髙橋 さくら", "ﾀﾅｶ ﾀﾛｳ"],
        headers: ["社員番号", "氏名", "売上", "入社日"],
        decimal: '.',
        groups: &[','],
        indian: false,
        dates: YEAR_FIRST,
        money: &[("", ""), ("¥", ""), ("", "円")],
        encodings: &["shift_jis", "euc-jp"],
    },
    Office {
        country: "kr",
        currency: "KRW",
        names: &["김민준", "이서연", "박지후", "최수아"],
        headers: ["사번", "이름", "매출", "입사일"],
        decimal: '.',
        groups: &[','],
        indian: false,
        dates: &[date("YYYY-MM-DD"), date("YYYY.MM.DD"), date("YYYYMMDD")],
        money: &[("", ""), ("₩", ""), ("", "원")],
        encodings: &["euc-kr"],
    },
];

/// A number as it is, and as an office writes it.
#[derive(Clone, Debug)]
pub struct Amount {
    /// Without groups, with a point.
    pub plain: String,
    pub written: String,
}

/// How one column of an office writes its numbers.
pub struct Writing {
    pub decimals: usize,
    pub grouped: Option<char>,
    /// How many digits stand before the decimal sign, at most.
    pub digits: usize,
    pub money: (&'static str, &'static str),
    pub negative: Option<(&'static str, &'static str)>,
}

impl Writing {
    pub fn random(random: &mut Random, office: &Office) -> Writing {
        let negative = random.chance(20).then(|| random.one(&[("-", ""), ("−", ""), ("", "-"), ("(", ")")]));
        Writing {
            decimals: random.one(&[0, 0, 1, 2, 2, 3]),
            grouped: random.chance(60).then(|| random.one(office.groups)),
            digits: random.between(1, 7),
            money: if random.chance(25) { random.one(office.money) } else { ("", "") },
            negative,
        }
    }

    pub fn amount(&self, random: &mut Random, office: &Office) -> Amount {
        let digits = random.between(1, self.digits);
        let whole: String = (0..digits)
            .map(|at| char::from(b'0' + random.between(usize::from(at == 0 && digits > 1), 9) as u8))
            .collect();
        let part: String = (0..self.decimals).map(|_| char::from(b'0' + random.below(10) as u8)).collect();
        let plain = if part.is_empty() { whole.clone() } else { format!("{whole}.{part}") };
        let mut written = match self.grouped {
            Some(sign) => grouped(&whole, sign, office.indian),
            None => whole,
        };
        if !part.is_empty() {
            written.push(office.decimal);
            written.push_str(&part);
        }
        written = format!("{}{written}{}", self.money.0, self.money.1);
        match self.negative.filter(|_| random.chance(30)) {
            Some((before, behind)) => {
                Amount { plain: format!("-{plain}"), written: format!("{before}{written}{behind}") }
            }
            None => Amount { plain, written },
        }
    }

    /// The example that `numbers` takes.
    pub fn example(&self, office: &Office) -> String {
        let decimal = office.decimal;
        match self.grouped {
            Some(sign) if office.indian => format!("12{sign}34{sign}567{decimal}89"),
            Some(sign) => format!("1{sign}234{decimal}56"),
            None => format!("1234{decimal}56"),
        }
    }
}

fn grouped(digits: &str, sign: char, indian: bool) -> String {
    let mut written = String::new();
    for (at, digit) in digits.chars().enumerate() {
        let left = digits.len() - at;
        let border = if indian { left == 3 || left > 3 && left % 2 == 1 } else { left.is_multiple_of(3) };
        if at > 0 && border {
            written.push(sign);
        }
        written.push(digit);
    }
    written
}

impl DateForm {
    pub fn write(&self, (year, month, day): (i32, u32, u32)) -> String {
        let number = |letters: usize, value: u32| match letters {
            1 => value.to_string(),
            2 if self.short => value.to_string(),
            _ => format!("{value:02}"),
        };
        let (mut text, mut rest) = (String::new(), self.format);
        while let Some(letter) = rest.chars().next() {
            let many = rest.chars().take_while(|other| *other == letter).count();
            match letter {
                'Y' if many == 2 => text.push_str(&format!("{:02}", year % 100)),
                'Y' => text.push_str(&year.to_string()),
                'M' => text.push_str(&number(many, month)),
                'D' => text.push_str(&number(many, day)),
                other => (0..many).for_each(|_| text.push(other)),
            }
            rest = &rest[letter.len_utf8() * many..];
        }
        text
    }
}
