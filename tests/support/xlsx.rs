//! Workbooks of Excel's present form whose cells are written out as XML, as no library writes them.

#![allow(dead_code)] // each test binary uses a part of it

use std::io::Write;

#[derive(Clone, Debug, Default)]
pub struct Book {
    /// Each with its name, its state, and the rows of its cells.
    pub sheets: Vec<(String, String, String)>,
    /// Codes of formats; cells name them by `s="1"` and so on.
    pub formats: Vec<String>,
    /// Texts of `t="s"` cells, each the inside of its element.
    pub texts: Vec<String>,
    /// What stands in the workbook's part behind the list of sheets.
    pub behind: String,
    /// What stands in each sheet's part behind its rows.
    pub behind_rows: String,
}

impl Book {
    pub fn of(rows: &str) -> Book {
        Book { sheets: vec![("data".into(), "visible".into(), rows.into())], ..Book::default() }
    }

    pub fn sheet(mut self, name: &str, state: &str, rows: &str) -> Book {
        self.sheets.push((name.into(), state.into(), rows.into()));
        self
    }

    pub fn formats(mut self, codes: &[&str]) -> Book {
        self.formats = codes.iter().map(|code| code.to_string()).collect();
        self
    }

    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
        const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
        const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>";
        let kind = |part: &str| format!("application/vnd.openxmlformats-officedocument.spreadsheetml.{part}+xml");
        let numbered = |each: &dyn Fn(usize) -> String| (1..=self.sheets.len()).map(each).collect::<String>();
        let relation = |id: &str, part: &str, target: &str| {
            format!("<Relationship Id=\"{id}\" Type=\"{OFFICE}/{part}\" Target=\"{target}\"/>")
        };
        let relations =
            |all: String| format!("{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\">{all}</Relationships>");
        let overridden =
            |name: &str, part: &str| format!("<Override PartName=\"/xl/{name}.xml\" ContentType=\"{}\"/>", kind(part));
        let types = format!(
            "{HEAD}<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" \
             ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>{}{}{}{}</Types>",
            overridden("workbook", "sheet.main"),
            overridden("styles", "styles"),
            overridden("sharedStrings", "sharedStrings"),
            numbered(&|at| overridden(&format!("worksheets/sheet{at}"), "worksheet"))
        );
        let listed = numbered(&|at| {
            let (name, state, _) = &self.sheets[at - 1];
            format!("<sheet name=\"{}\" sheetId=\"{at}\" state=\"{state}\" r:id=\"rId{at}\"/>", escaped(name))
        });
        let workbook = format!(
            "{HEAD}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>{listed}</sheets>{}</workbook>",
            self.behind
        );
        let of_book = numbered(&|at| relation(&format!("rId{at}"), "worksheet", &format!("worksheets/sheet{at}.xml")))
            + &relation("rIdStyles", "styles", "styles.xml")
            + &relation("rIdTexts", "sharedStrings", "sharedStrings.xml");
        let codes: String = (170..)
            .zip(&self.formats)
            .map(|(at, code)| format!("<numFmt numFmtId=\"{at}\" formatCode=\"{}\"/>", escaped(code)))
            .collect();
        let styles: String = (170..).zip(&self.formats).map(|(at, _)| format!("<xf numFmtId=\"{at}\"/>")).collect();
        let styles = format!(
            "{HEAD}<styleSheet xmlns=\"{MAIN}\"><numFmts>{codes}</numFmts><cellXfs><xf numFmtId=\"0\"/>{styles}</cellXfs>\
             </styleSheet>"
        );
        let texts: String = self.texts.iter().map(|text| format!("<si>{text}</si>")).collect();
        let mut files = vec![
            ("[Content_Types].xml".to_string(), types),
            ("_rels/.rels".into(), relations(relation("rId1", "officeDocument", "xl/workbook.xml"))),
            ("xl/workbook.xml".into(), workbook),
            ("xl/_rels/workbook.xml.rels".into(), relations(of_book)),
            ("xl/styles.xml".into(), styles),
            ("xl/sharedStrings.xml".into(), format!("{HEAD}<sst xmlns=\"{MAIN}\">{texts}</sst>")),
        ];
        for (at, (.., rows)) in self.sheets.iter().enumerate() {
            let sheet = format!(
                "{HEAD}<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData>{}</worksheet>",
                self.behind_rows
            );
            files.push((format!("xl/worksheets/sheet{}.xml", at + 1), sheet));
        }
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, text) in files {
            archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(text.as_bytes()).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }
}

/// A cell with a text in it.
pub fn text(place: &str, text: &str) -> String {
    format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{}</t></is></c>", escaped(text))
}

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
