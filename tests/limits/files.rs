//! Files that are large, wide, many, packed or repeated beyond all measure.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Instant;

use crate::{PATIENCE, company};

/// People and their sales in files of those names; what `merit eval` says, with an address space of 3 GB.
fn eval(files: &[(&str, &[u8])], pattern: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let spec =
        company("", "k").replace("sales.csv", pattern) + "kpi k : number {\n value = sum(amount of sales) / 1 CNY\n}\n";
    fs::write(place.join("a.merit"), spec).unwrap();
    fs::create_dir(place.join("data")).unwrap();
    fs::write(place.join("data/people.csv"), "id\nP1\n").unwrap();
    for (name, bytes) in files {
        fs::write(place.join("data").join(name), bytes).unwrap();
    }
    let run = bounded(place, &[&["eval", "--period", "2026", "--format", "csv"], arguments].concat());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (run.status.code(), text(&run.stdout) + &text(&run.stderr))
}

fn bounded(place: &Path, arguments: &[&str]) -> Output {
    let begun = Instant::now();
    let mut command = Command::new("sh");
    let limited = "ulimit -v 3000000; exec \"$0\" \"$@\"";
    let run =
        command.args(["-c", limited, env!("CARGO_BIN_EXE_merit")]).args(arguments).current_dir(place).output().unwrap();
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    assert!(run.status.code().is_some_and(|code| code < 2), "{}", String::from_utf8_lossy(&run.stderr));
    run
}

/// What is sold comes to 50.
fn is_fifty((code, text): (Option<i32>, String)) {
    assert!(code == Some(0) && text.contains(",kpi,,k,k,50,"), "{text}");
}

fn is_refused((code, text): (Option<i32>, String), why: &str) {
    assert!(code == Some(1) && text.contains(why), "{text:.3000}");
}

const ROWS: &str = "P1,2026-03-04,20\nP1,2026-03-05,30\n";

fn packed(write: impl FnOnce(&mut dyn Write)) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    write(&mut packer);
    packer.finish().unwrap()
}

#[test]
fn a_header_may_be_wide_and_stands_where_it_stands() {
    let csv = |head: String, rows: &str| is_fifty(eval(&[("sales.csv", (head + rows).as_bytes())], "sales.csv", &[]));
    csv(format!("{}\nseller,day,amount\n", "t".repeat(300_000)), ROWS);
    csv("title\n".repeat(20) + &"t".repeat(400_000) + "\nseller,day,amount\n", ROWS);
    let wide = |first: &str| format!("{first}{}\n", ",x".repeat(100_000));
    csv(wide("seller,day,amount"), &(wide("P1,2026-03-04,20") + &wide("P1,2026-03-05,30")));
    csv(format!("seller,day,amount,{}\n", "x".repeat(300_000)), &ROWS.replace('\n', ",1\n"));
    csv(format!("seller,day,amount,\"{}\"\n", "x\n".repeat(200_000)), &ROWS.replace('\n', ",1\n"));
    csv("seller,day,amount,x\n".into(), &ROWS.replace('\n', &format!(",{}\n", "y".repeat(1_000_000))));
    let head = "x".repeat(17 << 20);
    is_refused(eval(&[("sales.csv", head.as_bytes())], "sales.csv", &[]), "row 1 is longer than 16 MB");
}

#[test]
fn a_cell_without_end_is_refused() {
    let cell = vec![b'y'; 1 << 20];
    let bomb = packed(|out| {
        out.write_all(b"seller,day,amount\n").unwrap();
        out.write_all(ROWS.as_bytes()).unwrap();
        (0..400).for_each(|_| out.write_all(&cell).unwrap());
    });
    assert!(bomb.len() < 8 << 20);
    for memory in [&[][..], &["--memory", "50MB"]] {
        is_refused(eval(&[("sales.csv.gz", &bomb)], "sales.csv.gz", memory), "is longer than 16 MB");
    }
    // A table of a hundred times its packed size goes by in little memory.
    let rows = packed(|out| {
        out.write_all(b"seller,day,amount\n").unwrap();
        let none = "P1,2026-03-05,0\n".repeat(4_096);
        (0..1_000).for_each(|_| out.write_all(none.as_bytes()).unwrap());
        out.write_all(ROWS.as_bytes()).unwrap();
    });
    is_fifty(eval(&[("sales.csv.gz", &rows)], "sales.csv.gz", &["--memory", "50MB"]));
}

#[test]
fn rows_above_the_header_are_told() {
    let csv = |above: &str| {
        let text = format!("{above}seller,day,amount\n{ROWS}");
        eval(&[("sales.csv", text.as_bytes())], "sales.csv", &[])
    };
    for titles in
        ["", "Sales of 2026\n\n", "Sales,2026-03-31,\n", "from,to,\n2026-01-01,2026-12-31,\n", "业务员,日期,金额\n"]
    {
        is_fifty(csv(titles));
    }
    for rows in
        ["P1,2026-03-01,5\n", "Sales\nP1,2026-03-01,5\nP1,2026-03-01,oops\n\n", "P1,2026-03-01,oops\nP1,2026-03-01,7\n"]
    {
        is_refused(csv(rows), "row-above-header");
    }
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in ["P1,2026-03-01,5", "seller,day,amount", "P1,2026-03-04,50"].iter().enumerate() {
        for (column, cell) in cells.split(',').enumerate() {
            sheet.write(row as u32, column as u16, cell).unwrap();
        }
    }
    let book = book.save_to_buffer().unwrap();
    is_refused(eval(&[("sales.xlsx", &book)], "sales.xlsx", &[]), "row-above-header");
}

/// A workbook with the rows, and what else is put into its sheet.
fn workbook(more: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in ["seller,day,amount", "P1,2026-03-04,50"].iter().enumerate() {
        for (column, cell) in cells.split(',').enumerate() {
            sheet.write(row as u32, column as u16, cell).unwrap();
        }
    }
    more(sheet);
    book.save_to_buffer().unwrap()
}

#[test]
fn a_cell_far_away_asks_for_no_memory() {
    let xlsx = |book: Vec<u8>| eval(&[("sales.xlsx", &book)], "sales.xlsx", &[]);
    is_refused(xlsx(workbook(|sheet| drop(sheet.write(1_048_575, 16_383, "x")))), "XFD1048576");
    is_refused(xlsx(workbook(|sheet| drop(sheet.write_formula(1_048_575, 16_383, "=A1")))), "XFD1048576");
    let far = rust_xlsxwriter::Formula::new("=A1").set_result("");
    is_refused(xlsx(workbook(|sheet| drop(sheet.write_formula(900_000, 9_000, far)))), "places of which");
    // What is only coloured, or merged, is no cell.
    let bold = rust_xlsxwriter::Format::new().set_bold();
    is_fifty(xlsx(workbook(|sheet| drop(sheet.write_blank(1_048_575, 16_383, &bold)))));

    let mut old = std::io::Cursor::new(include_bytes!("../data/workbooks/policies.xls").to_vec());
    let mut bytes = Vec::new();
    let mut book = cfb::CompoundFile::open(&mut old).unwrap();
    std::io::Read::read_to_end(&mut book.open_stream("Workbook").unwrap(), &mut bytes).unwrap();
    let number = bytes.windows(4).rposition(|head| head == [0x03, 0x02, 14, 0]).unwrap();
    bytes[number + 4..number + 8].copy_from_slice(&[0xff, 0xff, 0xff, 0xfe]);
    book.create_stream("Workbook").unwrap().write_all(&bytes).unwrap();
    book.flush().unwrap();
    drop(book);
    is_refused(eval(&[("sales.xls", old.get_ref())], "sales.xls", &[]), "places of which");
}

fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn repeated_cells_ask_for_no_memory() {
    let ods = |rows: &str| {
        let content = format!(
            "<?xml version=\"1.0\"?><office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\"><office:body>\
             <office:spreadsheet><table:table table:name=\"S\">{rows}</table:table></office:spreadsheet></office:body>\
             </office:document-content>"
        );
        let kind = b"application/vnd.oasis.opendocument.spreadsheet";
        let manifest = b"<?xml version=\"1.0\"?><manifest:manifest xmlns:manifest=\"m\"></manifest:manifest>";
        let parts: [(&str, &[u8]); 3] =
            [("mimetype", kind), ("META-INF/manifest.xml", manifest), ("content.xml", content.as_bytes())];
        eval(&[("sales.ods", &zip(&parts))], "sales.ods", &[])
    };
    let cell = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let row = |cells: &str| format!("<table:table-row>{cells}</table:table-row>");
    let line = |text: &str| row(&text.split(',').map(cell).collect::<String>());
    let sound = line("seller,day,amount") + &line("P1,2026-03-04,50");
    let blank = "<table:table-row table:number-rows-repeated=\"1048000\"><table:table-cell \
                 table:number-columns-repeated=\"16384\"/></table:table-row>";
    is_fifty(ods(&(sound.clone() + blank)));
    let far = row(&("<table:table-cell table:number-columns-repeated=\"16000\"/>".to_string() + &cell("x")));
    is_refused(ods(&(sound.clone() + blank + &far)), "reaches from A1");
    let all = blank.replace("<table:table-cell ", "<table:table-cell office:value-type=\"float\" office:value=\"1\" ");
    is_refused(ods(&(sound + &all)), "repeats cells");
}

#[test]
fn packed_files_are_not_larger_than_memory() {
    let much = vec![b' '; 60 << 20];
    let few: &[&str] = &["--memory", "20MB"];
    let bomb = zip(&[("xl/workbook.xml", b"<workbook/>"), ("xl/sharedStrings.xml", &much)]);
    is_refused(eval(&[("sales.xlsx", &bomb)], "sales.xlsx", few), "unpacked it is");
    let bomb = zip(&[("sales.csv", &much)]);
    is_refused(eval(&[("sales.csv.zip", &bomb)], "sales.csv.zip", few), "its table is larger than 20 MB");
}

#[test]
fn thousands_of_files_take_no_square_of_time() {
    let files: Vec<(String, Vec<u8>)> = (0..5_000)
        .map(|at| (format!("sales{at:04}.csv"), format!("seller,day,amount\nP1,2026-03-04,0.{at:04}\n").into_bytes()))
        .collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let (code, text) = eval(&files, "sales*.csv", &[]);
    assert!(code == Some(0) && text.contains(",k,k,1249.75,"), "{text:.3000}");
}

#[test]
fn a_hundred_thousand_mistakes_are_a_few_findings() {
    let rows =
        |row: &dyn Fn(usize) -> String| "seller,day,amount\n".to_string() + &(0..100_000).map(row).collect::<String>();
    for rows in [
        rows(&|at| format!("P1,2026-03-04,x{at}\n")),
        rows(&|at| format!("Q{at},2026-03-04,1\n")),
        rows(&|at| format!("P1,{at},1\n")),
        rows(&|at| format!("P1,2026-03-04,1{}\n", ",".repeat(at % 90))),
        rows(&|_| format!("{},2026-03-04,1\n", "Q".repeat(100))),
        format!("seller,day,amount\n{},2026-03-04,1\n", "Q".repeat(1_000_000)),
    ] {
        let (code, text) = eval(&[("sales.csv", rows.as_bytes())], "sales.csv", &[]);
        assert!(code == Some(1) && text.len() < 100_000, "{} bytes", text.len());
    }
}
