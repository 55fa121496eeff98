//! Files as HR has them, and files that cannot be read.

use encoding_rs::GB18030;
use merit::language::AggregateFunction;
use merit::model::data::*;
use merit::plan::query::Rows;

use crate::build::*;

fn policies() -> DataSet {
    let columns = vec![
        headed(column("policy_no", ColumnType::Text), &["Policy No", "保单号"]),
        headed(column("premium", money()), &["Premium", "标准保费"]),
        headed(column("issued", ColumnType::Date), &["Issued", "承保日期"]),
    ];
    let mut data = data("policies", "policy", columns);
    data.key = vec![ColumnIx(0)];
    data.time = TimeShape::Dated(ColumnIx(2));
    data
}

fn total(name: &str, bytes: impl AsRef<[u8]>) -> String {
    let mut project = Project::new(vec![policies()]).file(name, bytes);
    let premium = project.path(0, "premium");
    let rows = Rows::Dated { column: ColumnIx(2), months: months("2026-01", 12) };
    let measure = project.measure(0, AggregateFunction::Sum, Some(premium), rows);
    match project.run() {
        Ok(answers) => line(&answers.measures[measure.0]),
        Err(_) => project.errors(),
    }
}

#[test]
fn encodings_and_separators() {
    let chinese = "保单号,标准保费,承保日期\n甲1,\"1,234.50\",2026年7月1日\n甲2,¥100,2026/7/2\n";
    assert_eq!(total("policies.csv", chinese), "1334.5");
    assert_eq!(total("policies.csv", format!("\u{feff}{chinese}")), "1334.5");
    assert_eq!(total("policies.csv", GB18030.encode(chinese).0), "1334.5");
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(chinese.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(total("policies.csv", wide), "1334.5");
    let wide: Vec<u8> = [0xfe, 0xff].into_iter().chain(chinese.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    assert_eq!(total("policies.csv", wide), "1334.5");
    assert_eq!(total("policies.csv", "Policy No;Premium;Issued\r\nA;1,234.5;20260701\r\n"), "1234.5");
    assert_eq!(total("policies.csv", "Policy No\tPremium\tIssued\nA\t(1,234.5)\t2026-07-01 00:00:00"), "-1234.5");
}

#[test]
fn a_large_file_in_another_encoding_is_seen_late() {
    let mut text = String::from("Policy No,Premium,Issued\n");
    for row in 0..60_000 {
        text += &format!("P{row},1.25,2026-07-01\n");
    }
    // Enough different cells to tell.
    for name in ["张伟", "王芳", "李娜", "刘洋", "陈静", "杨勇", "赵敏", "黄磊", "周杰", "吴秀英", "徐丽", "孙强"]
    {
        text += &format!("{name},0.5,2026-07-01\n");
    }
    assert!(text.len() > 1 << 20);
    assert_eq!(total("policies.csv", GB18030.encode(&text).0), "75006");
}

#[test]
fn titles_blank_rows_and_other_columns() {
    let text = "Policies issued in 2026,,,\n,,,\n\n Ｐｏｌｉｃｙ　ＮＯ ,Branch,premium,ISSUED\nA,x,10,2026-07-01\n,,,\n\n\
                B,\"two\nlines\",5,2026-07-02\n";
    assert_eq!(total("policies.csv", text), "15");
}

#[test]
fn total_rows_are_left_out_where_the_spec_says_so() {
    let mut data = policies();
    data.ignore_rows_starting = vec!["合计".into(), "Total".into()];
    let mut project = Project::new(vec![data])
        .file("policies.csv", "Policy No,Premium,Issued\nA,10,2026-07-01\nTotal,10\n,合计：10,\n");
    let premium = project.path(0, "premium");
    let measure = project.measure(0, AggregateFunction::Sum, Some(premium), Rows::All);
    assert_eq!(project.value(measure), number("10"));
}

#[test]
fn many_files_of_one_pattern() {
    let mut project = Project::new(vec![policies()])
        .file("policies_b.csv", "保单号,标准保费,承保日期\nB,2,2026-07-01\n")
        .file("policies_a.csv", "Issued,Policy No,Premium\n2026-07-01,A,1\n");
    project.measure(0, AggregateFunction::Count, None, Rows::All);
    let answers = project.answers();
    assert_eq!(line(&answers.measures[0]), "2");
    let names: Vec<_> = answers.files.iter().map(|file| (file.path.rsplit('/').next().unwrap(), file.rows)).collect();
    assert_eq!(names, [("policies_a.csv", 1), ("policies_b.csv", 1)]);
}

#[test]
fn repairs_are_counted_and_refused_when_strict() {
    let text = "Policy No,Premium,Issued\n A ,\"1,234.5\",2026/7/1\nB,￥２,2026-07-01\nC,\"¥1,000\",20260702\n";
    let mut project = Project::new(vec![policies()]).file("policies.csv", text);
    let repairs = &project.answers().files[0].repairs;
    let shown: Vec<String> = repairs.iter().map(|(column, kind, count)| format!("{column}: {kind} {count}")).collect();
    assert_snapshot!(shown.join("\n"));
    project.strict = true;
    assert_snapshot!(project.errors());
}

#[test]
fn files_that_cannot_be_read() {
    let mut all = String::new();
    let mut case = |what: &str, name: &str, bytes: &[u8]| {
        all += &format!("--- {what}\n{}", total(name, bytes));
    };
    let good = b"Policy No,Premium,Issued\nA,1,2026-07-01\n".to_vec();
    case("no such file", "policy_2026.csv", &good);
    case("a spreadsheet", "policies.csv", b"PK\x03\x04\0\0\0");
    case("empty", "policies.csv", b"");
    case("another header", "policies.csv", b"Policy No,Premium amt,Date of issue\nA,1,2026-07-01\n");
    case("two headers", "policies.csv", "Policy No,Premium,标准保费,Issued\nA,1,1,2026-07-01\n".as_bytes());
    case("ragged", "policies.csv", b"Policy No,Premium,Issued\nA,1\nB,2,2026-07-01\nSmith, John,3,2026-07-01\nC,4\n");
    case("quote left open", "policies.csv", b"Policy No,Premium,Issued\nA,1,2026-07-01\n\"B,2,2026-07-01\n");
    let mut damaged = "保单号,标准保费,承保日期\n甲乙丙丁,1,2026-07-01\n".as_bytes().to_vec();
    damaged.extend(b"B\xff,2,2026-07-01\n");
    case("damaged", "policies.csv", &damaged);
    case("no encoding at all", "policies.csv", b"Policy No,Premium,Issued\nA\xff\xfe,1,2026-07-01\n");
    assert_snapshot!(all);
}

#[test]
fn windows_without_rows() {
    let mut project = Project::new(vec![policies()])
        .file("policies.csv", "Policy No,Premium,Issued\nA,1,2026-07-01\nB,1,2026-08-05\n");
    let dated = |first, count| Rows::Dated { column: ColumnIx(2), months: months(first, count) };
    project.window(0, dated("2026-07", 3), "the period 2026-Q3");
    project.window(0, dated("2025-07", 3), "2025-07 to 2025-09");
    assert_snapshot!(project.errors());
    project.allow_empty = true;
    assert_eq!(project.errors(), "no errors");
}

#[test]
fn any_bytes_are_answered() {
    use proptest::prelude::*;
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 300, ..ProptestConfig::default() });
    let pieces = prop::sample::select(vec![
        b"Policy No,Premium,Issued\n".to_vec(),
        b"A,1,2026-07-01\n".to_vec(),
        b"\"".to_vec(),
        b",".to_vec(),
        b"\n".to_vec(),
        b"\r\n".to_vec(),
        b"\xff\xfe".to_vec(),
        b"\xef\xbb\xbf".to_vec(),
        b"\xb1\xa3".to_vec(),
        b"\0".to_vec(),
        "保，（１）".as_bytes().to_vec(),
        b"-9223372036854775808".to_vec(),
        b"9999999999999999999999999999.9999".to_vec(),
        b"99999-99-99".to_vec(),
        b"1,234".to_vec(),
    ]);
    let texts = prop::collection::vec(prop_oneof![pieces, prop::collection::vec(any::<u8>(), 0..8)], 0..12);
    runner
        .run(&texts, |texts| {
            let mut bytes = b"Policy No,Premium,Issued\n".to_vec();
            bytes.extend(texts.concat());
            total("policies.csv", &bytes);
            total("policies.csv", texts.concat());
            Ok(())
        })
        .unwrap();
}
