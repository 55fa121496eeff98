//! Texts in all encodings that offices have: read right, or asked for; damaged ones; ends of rows; quotes; signs that
//! nobody sees.

use encoding_rs::Encoding as Web;
use merit::encoding::Encoding;
use merit::language::{AggregateFunction, BinaryOp};
use merit::model::data::*;
use merit::plan::query::{MeasureId, RowNode, Rows};
use merit::value::Value;

use crate::build::*;

fn staff(declared: Option<&str>) -> DataSet {
    let columns = vec![headed(column("no", ColumnType::Text), &["no", "工号"]), column("pay", money())];
    let mut set = data("staff", "person", columns);
    set.files[0].pattern = "staff*".into();
    set.encoding = declared.map(|name| Encoding::named(name).unwrap());
    set
}

/// The first column of so many rows, whose second one counts them, or what is wrong.
fn found(set: DataSet, name: &str, bytes: impl AsRef<[u8]>, rows: usize) -> Result<Vec<String>, String> {
    let mut project = Project::new(vec![set]).file(name, bytes);
    let (no, pay) = (project.path(0, "no"), project.path(0, "pay"));
    let all = project.measure(0, AggregateFunction::Count, None, Rows::All);
    let mut asked = Vec::new();
    for row in 1..=rows {
        let number = project.constant(0, number(&row.to_string()));
        let this = project.node(0, RowNode::Binary(BinaryOp::Equal, pay, number));
        let only = project.measure(0, AggregateFunction::Only, Some(no), Rows::All);
        asked.push(project.only(only, this));
    }
    let answers = project.run().map_err(|_| project.errors())?;
    assert_eq!(line(&answers.measures[all.0]), rows.to_string());
    let text = |asked: &MeasureId| match &answers.measures[asked.0].get(0).unwrap().value {
        Value::Text(text) => text.to_string(),
        other => format!("{other:?}"),
    };
    Ok(asked.iter().map(text).collect())
}

/// A table of names, in an encoding.
fn table(header: &str, names: &[&str], encoding: &str) -> Vec<u8> {
    let rows = names.iter().enumerate().map(|(at, name)| format!("{name},{}\r\n", at + 1));
    let text = format!("{header},pay\r\n{}", rows.collect::<String>());
    let (bytes, _, lost) = Web::for_label(encoding.as_bytes()).unwrap().encode(&text);
    assert!(!lost, "{text}");
    bytes.into_owned()
}

/// By encoding, as many names as tell it, and fewer that do not.
const TOLD: &[(&str, &[&str])] = &[
    ("gb18030", &["张伟", "王芳", "李娜", "刘洋", "陈静", "杨勇", "赵敏", "黄磊", "周杰", "吴秀英", "徐丽", "孙强"]),
    (
        "big5",
        &[
            "陳美玲",
            "張志明",
            "黃淑芬",
            "劉俊傑",
            "蔡宗翰",
            "鄭雅婷",
            "謝佳穎",
            "許文雄",
            "葉國強",
            "蘇麗華",
            "羅建宏",
            "簡玉珍",
        ],
    ),
    (
        "euc-kr",
        &[
            "김철수",
            "이영희",
            "박민수",
            "최지은",
            "정수빈",
            "강동원",
            "조미영",
            "윤성호",
            "장혜진",
            "임재현",
            "한지민",
            "오세훈",
        ],
    ),
    (
        "shift_jis",
        &[
            "佐藤 太郎",
            "鈴木 花子",
            "高橋 健一",
            "田中 美咲",
            "伊藤 さくら",
            "渡辺 翔",
            "山本 あゆみ",
            "中村 大輔",
            "小林 直美",
            "加藤 学",
            "吉田 ケン",
            "山田 京子",
        ],
    ),
    (
        "windows-1251",
        &[
            "Иванов",
            "Петрова",
            "Сидоров",
            "Кузнецова",
            "Смирнов",
            "Попов",
            "Волкова",
            "Соколов",
            "Морозова",
            "Новиков",
            "Фёдорова",
            "Козлов",
        ],
    ),
    ("windows-1252", &["Müller", "Schäfer", "Köhler", "Jürgen Größe"]),
    ("macintosh", &["Müller", "Schäfer", "Köhler", "Jürgen Größe", "Bäcker"]),
    (
        "windows-1250",
        &[
            "Łukasz Wiśniewski",
            "Małgorzata Wójcik",
            "Paweł Dąbrowski",
            "Krzysztof Zieliński",
            "Żaneta Kowalczyk",
            "Grażyna Jabłońska",
        ],
    ),
    ("windows-1253", &["Παπαδόπουλος", "Γεώργιος", "Δημήτρης", "Ελένη Νικολάου", "Ιωάννης", "Κωνσταντίνος"]),
];

#[test]
fn names_in_the_encodings_of_offices() {
    for (encoding, names) in TOLD {
        let bytes = table("no", names, encoding);
        assert_eq!(found(staff(None), "staff.csv", &bytes, names.len()).as_deref(), Ok(&*owned(names)), "{encoding}");
        // Packed, and cut into blocks.
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut packed, &bytes).unwrap();
        let packed = packed.finish().unwrap();
        assert_eq!(
            found(staff(None), "staff.csv.gz", packed, names.len()).as_deref(),
            Ok(&*owned(names)),
            "{encoding}"
        );
        // One name, in any encoding that is said.
        let bytes = table("no", &names[..1], encoding);
        assert_eq!(
            found(staff(Some(encoding)), "staff.csv", &bytes, 1).as_deref(),
            Ok(&*owned(&names[..1])),
            "{encoding}"
        );
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| name.to_string()).collect()
}

/// Whatever is made of few names: never another name.
#[test]
fn few_names_are_read_right_or_asked_for() {
    let mut asked = 0;
    for (encoding, names) in TOLD {
        for count in 1..4 {
            for from in 0..names.len() - count {
                let names = &names[from..from + count];
                match found(staff(None), "staff.csv", table("no", names, encoding), count) {
                    Ok(read) => assert_eq!(read, owned(names), "{encoding}"),
                    Err(errors) => {
                        assert!(errors.starts_with("unknown-encoding"), "{encoding} {errors}");
                        assert_eq!(errors.matches("unknown-encoding").count(), 1, "{errors}");
                        asked += 1;
                    }
                }
            }
        }
    }
    assert!(asked > 50, "{asked}");
    // A header that the spec names tells the rest.
    assert_eq!(found(staff(None), "staff.csv", table("工号", &["张伟"], "gb18030"), 1), Ok(owned(&["张伟"])));
}

#[test]
fn utf16_with_and_without_a_mark() {
    let text = "no\tpay\r\n张伟\t1\r\nMüller\t2\r\n";
    for little in [true, false] {
        for mark in ["", "\u{feff}"] {
            let units = format!("{mark}{text}").encode_utf16().collect::<Vec<u16>>();
            let bytes: Vec<u8> =
                units.iter().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect();
            assert_eq!(found(staff(None), "staff.csv", bytes, 2), Ok(owned(&["张伟", "Müller"])));
        }
    }
}

#[test]
fn texts_that_are_not_what_they_should_be() {
    let utf8 = "no,pay\nJosé,1\n张伟,2\n".as_bytes();
    let mut all = String::new();
    for (what, declared, bytes) in [
        ("one cell of another encoding", None, [utf8, b"M\xfcller,3\n"].concat()),
        ("two cells of it", None, [utf8, b"\xc0\xee\xcb\xc4,3\nx,4\n\xd5\xc5,5\n"].concat()),
        ("a mark, and another encoding", None, b"\xef\xbb\xbfno,pay\nM\xfcller,1\n".to_vec()),
        ("said to be UTF-8", Some("utf-8"), b"no,pay\nM\xfcller,1\n".to_vec()),
        ("said to be another, and UTF-8", Some("windows-1252"), utf8.to_vec()),
        ("said to be another, without a meaning", Some("gbk"), b"no,pay\nA,1\n\xff\xfe,2\n".to_vec()),
        ("half a pair of UTF-16", None, b"\xff\xfen\0o\0,\0p\0a\0y\0\n\0\x00\xd8,\x001\0\n\0".to_vec()),
        ("overlong", None, b"no,pay\n\xc0\xaf,1\n".to_vec()),
        ("surrogates", None, b"no,pay\n\xed\xa0\xbd\xed\xb8\x80,1\n".to_vec()),
        ("the euro of Windows", None, b"no,pay\n\x80,1\n".to_vec()),
        ("a name that is UTF-8 by chance", None, b"no,pay\n\xd4\xac,1\n".to_vec()),
        ("French", None, table("no", &["Hélène"], "windows-1252")),
    ] {
        let errors = found(staff(declared), "staff.csv", bytes, 1).expect_err(what);
        all += &format!("--- {what}\n{errors}");
    }
    // What is said beats what a mark does not.
    let marked = "\u{feff}no,pay\nJosé,1\n";
    assert_eq!(found(staff(Some("windows-1252")), "staff.csv", marked, 1), Ok(owned(&["José"])));
    assert_eq!(found(staff(None), "staff.csv", "no,pay\n£,1\n", 1), Ok(owned(&["£"])));
    assert_snapshot!(all);
}

#[test]
fn rows_end_in_one_way() {
    for text in [
        "no,pay\rA,1\rB,2\r",
        "no,pay\rA,1\rB,2",
        "\"no\",\"pay\"\r\"A\",\"1\"\r\"B\",\"2\"\r",
        "no;pay\rA;1\rB;2\r",
        "no,pay\r\r\nA,1\r\r\nB,2\r\r\n",
        "title\r\rno,pay\rA,1\rB,2\r",
        "no,pay\nA,1\nB,2\r",
    ] {
        assert_eq!(found(staff(None), "staff.csv", text, 2), Ok(owned(&["A", "B"])), "{text:?}");
        let wide: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(found(staff(None), "staff.csv", wide, 2), Ok(owned(&["A", "B"])), "{text:?}");
    }
    // Across blocks of all sizes.
    let rows: String = (1..300).map(|row| format!("P{row},{row}\r")).collect();
    let names: Vec<String> = (1..300).map(|row| format!("P{row}")).collect();
    assert_eq!(found(staff(None), "staff.csv", format!("no,pay\r{rows}"), 299), Ok(names));
    let mut all = String::new();
    for (what, text) in [
        ("a return alone in a cell", "no,remark,pay\nA,x\ry,1\n"),
        ("lines end with returns, the title does not", "Report\nno,pay\rA,1\rB,2\r"),
        ("line separators", "no,pay\u{2028}A,1\u{2028}B,2\u{2028}"),
        ("next lines", "no,pay\u{85}A,1\u{85}B,2"),
        ("page breaks", "no,pay\u{c}A,1\u{c}B,2"),
    ] {
        all += &format!("--- {what}\n{}", found(staff(None), "staff.csv", text, 1).expect_err(what));
    }
    let mut one = staff(None);
    one.columns.truncate(1);
    for (what, text) in [("one column, returns", "no\nA\rB\rC"), ("one column, separators", "no\nA\u{2028}B\nC\n")] {
        let mut project = Project::new(vec![one.clone()]).file("staff.csv", text);
        project.measure(0, AggregateFunction::Count, None, Rows::All);
        all += &format!("--- {what}\n{}", project.errors());
    }
    assert_snapshot!(all);
    // Within quotes they are text.
    assert_eq!(found(staff(None), "staff.csv", "no,remark,pay\nA,\"x\ry\",1\n", 1), Ok(owned(&["A"])));
    assert_eq!(found(staff(None), "staff.csv", "no,remark,pay\nA,x\u{2028}y,1\n", 1), Ok(owned(&["A"])));
}

#[test]
fn quotes_that_take_in_rows() {
    let mut all = String::new();
    for (what, text) in [
        ("inches", "no,remark,pay\nA,\"5 inch,1\nB,x,2\nC,\"6 inch,3\n"),
        ("inches at the end", "no,pay,remark\nA,1,\"5 inch\nB,2,x\nC,3,\"6 inch\nD,4,y\n"),
        ("closed at the end of a cell", "no,remark,pay\nA,\"5 inch,1\nB,6\",2\n"),
        ("closed rows later", "no,remark,pay\nZ,y,9\nA,\"5 inch,1\nB,x,2\nC,6\",3\n"),
        ("a row too short", "no,remark,pay\nA,\"5 inch,1\nB,x,2\"\n"),
        ("never closed", "no,remark,pay\nA,\"5 inch,1\nB,x,2\n"),
    ] {
        all += &format!("--- {what}\n{}", found(staff(None), "staff.csv", text, 1).expect_err(what));
    }
    assert_snapshot!(all);
    for text in [
        "no,remark,pay\nA,\"one\ntwo\",1\nB,y,2\n",
        "no,remark,pay\nA,\"one, two\nthree, four\",1\nB,y,2\n",
        "no,remark,pay\nA,\"say \"\"hi\"\"\n\nthere, you\",1\nB,y,2\n",
        "no,remark,pay\nA,\"Street 5\n12345 Berlin,Mitte\",1\nB,y,2\n",
        "no,pay,remark\nA,1,\"a;b\nc;d\"\nB,2,y\n",
        "no,remark,pay\nA,\"5\"\" pipe\",1\nB,y,2\n",
    ] {
        assert_eq!(found(staff(None), "staff.csv", text, 2), Ok(owned(&["A", "B"])), "{text:?}");
    }
}

#[test]
fn texts_are_compared_as_they_are_seen() {
    for (cell, name) in [
        ("P1\u{200b}", "P1"),
        ("\u{feff}P1", "P1"),
        ("Mu\u{308}ller", "Müller"),
        ("Wang\u{a0}Fang", "Wang Fang"),
        ("Wang  Fang", "Wang Fang"),
        ("Wang\u{3000}Fang\u{200f}", "Wang Fang"),
        ("pre\u{ad}mium", "premium"),
    ] {
        assert_eq!(found(staff(None), "staff.csv", format!("no,pay\n{cell},1\n"), 1), Ok(owned(&[name])), "{cell:?}");
        assert_eq!(found(staff(None), "staff.csv", format!("n\u{ad}o\u{200b},pay\n{cell},1\n"), 1), Ok(owned(&[name])));
        // The same two keys, or two that nobody can tell apart.
        let mut keyed = staff(None);
        keyed.key = vec![ColumnIx(0)];
        let errors = found(keyed.clone(), "staff.csv", format!("no,pay\n{name},1\n{cell},2\n"), 2).unwrap_err();
        assert!(errors.starts_with("duplicate-key"), "{errors}");
        let mut project = Project::new(vec![keyed]).file("staff.csv", format!("no,pay\n{cell},1\n"));
        project.strict = true;
        project.measure(0, AggregateFunction::Count, None, Rows::All);
        let errors = project.errors();
        assert!(errors.starts_with("repaired-cell"), "{errors}");
        assert!(cell == "Wang  Fang" || cell.contains('\u{308}') || errors.contains("U+"), "{errors}");
    }
    // Letters that the file has lost already.
    for cell in ["M\u{fffd}ller", "\u{1b}$BEDCf\u{1b}(B", "~{UEH}~}"] {
        let errors = found(staff(None), "staff.csv", format!("no,pay\n{cell},1\n"), 1).unwrap_err();
        assert!(errors.starts_with("bad-cell") && errors.contains("lost letters"), "{errors}");
    }
    let mut keyed = staff(None);
    keyed.key = vec![ColumnIx(0)];
    let mut all = String::new();
    for (plain, odd) in [("P1", "Ｐ1"), ("A15", "А15"), ("Wang Fang", "Ｗang Fang")] {
        all += &found(keyed.clone(), "staff.csv", format!("no,pay\n{plain},1\n{odd},2\n"), 2).unwrap_err();
    }
    all += &found(staff(None), "staff.csv", "no,pay\nA,12\u{200b}x\n", 1).unwrap_err();
    assert_snapshot!(all);
    for (one, other) in [("Müller", "Muller"), ("王芳", "王方"), ("P1", "p1"), ("Ann", "Anna")] {
        let text = format!("no,pay\n{one},1\n{other},2\n");
        assert_eq!(found(keyed.clone(), "staff.csv", text, 2), Ok(owned(&[one, other])));
    }
}
