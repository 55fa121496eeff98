//! Workbooks of Excel's present form (`.xlsx`, `.xlsm`): their sheets, texts and formats.
//!
//! The library that reads the older forms passes over what must be told of these: formulas that were never computed,
//! digits that are cut off, errors of newer programs.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use quick_xml::events::Event;
use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use super::format::{NumberFormat, built_in};
use super::table::{Computed, Found, Table, Trouble, cut_off, damaged};
use super::xml::{Xml, attribute, is_on, rich_text};
use super::{Book, Tab, xlsx_sheet};

type Archive = ZipArchive<BufReader<File>>;
/// One of its files, unpacked as it is read.
type XmlPart<'a> = Xml<BufReader<ZipFile<'a, BufReader<File>>>>;

pub struct Xlsx {
    archive: Archive,
    /// By name in small letters, the names of the parts as they are.
    names: HashMap<String, String>,
    tabs: Vec<Tab>,
    /// By tab, the part that holds it.
    parts: Vec<String>,
    pub texts: Vec<Arc<str>>,
    formats: Arc<[NumberFormat]>,
    since_1904: bool,
    /// How far the values of its formulas can be believed.
    pub computed: Computed,
}

impl Xlsx {
    pub fn open(path: &Path) -> Result<Xlsx, Trouble> {
        let file = File::open(path).map_err(damaged)?;
        let archive = ZipArchive::new(BufReader::new(file)).map_err(cut_off)?;
        let names = archive.file_names().filter_map(Result::ok).map(|name| (folded(&name), name.to_string())).collect();
        let mut book = Xlsx {
            archive,
            names,
            tabs: Vec::new(),
            parts: Vec::new(),
            texts: Vec::new(),
            formats: Arc::new([]),
            since_1904: false,
            computed: Computed::default(),
        };
        let main = book.relations("")?.into_values().find(|relation| relation.kind == "officeDocument");
        let main = main.map_or_else(|| "xl/workbook.xml".to_string(), |relation| relation.target);
        let relations = book.relations(&main)?;
        book.workbook(&main, &relations)?;
        let part = |kind: &str| relations.values().find(|relation| relation.kind == kind);
        if let Some(relation) = part("sharedStrings") {
            book.texts(&relation.target)?;
        }
        if let Some(relation) = part("styles") {
            book.styles(&relation.target)?;
        }
        Ok(book)
    }

    fn part(&mut self, name: &str) -> Result<Option<XmlPart<'_>>, Trouble> {
        let Some(name) = self.names.get(&folded(name)) else { return Ok(None) };
        match self.archive.by_name(name) {
            Ok(part) => Ok(Some(Xml::of(part))),
            Err(ZipError::FileNotFound) => Ok(None),
            Err(error) => Err(cut_off(error)),
        }
    }

    /// What a part names others by.
    fn relations(&mut self, of: &str) -> Result<HashMap<String, Relation>, Trouble> {
        let (folder, name) = of.rsplit_once('/').unwrap_or(("", of));
        let slash = if folder.is_empty() { "" } else { "/" };
        let mut found = HashMap::new();
        let Some(mut part) = self.part(&format!("{folder}{slash}_rels/{name}.rels"))? else { return Ok(found) };
        loop {
            match part.next()? {
                Event::Start(element) if element.local_name().as_ref() == "Relationship" => {
                    let of = |name: &str| attribute(&element, name);
                    let (Some(id), Some(kind), Some(target)) = (of("Id"), of("Type"), of("Target")) else { continue };
                    let kind = kind.rsplit('/').next().unwrap_or_default().to_string();
                    found.insert(id, Relation { kind, target: resolved(folder, &target) });
                }
                Event::Eof => return Ok(found),
                _ => {}
            }
        }
    }

    fn workbook(&mut self, name: &str, relations: &HashMap<String, Relation>) -> Result<(), Trouble> {
        let Some(mut part) = self.part(name)? else {
            return Err(Trouble::Damaged("the part that lists its sheets is missing".into()));
        };
        let (mut tabs, mut parts) = (Vec::new(), Vec::new());
        let (mut since_1904, mut computed) = (false, Computed::default());
        loop {
            match part.next()? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "workbookPr" => since_1904 = is_on(&element, "date1904"),
                    "calcPr" => {
                        let is_off = |name: &str| attribute(&element, name).is_some() && !is_on(&element, name);
                        let by_hand = attribute(&element, "calcMode").as_deref() == Some("manual");
                        computed.later = is_on(&element, "fullCalcOnLoad");
                        computed.before = computed.later || by_hand || is_off("calcCompleted");
                    }
                    "sheet" => {
                        let relation = attribute(&element, "id").and_then(|id| relations.get(&id));
                        let state = attribute(&element, "state").unwrap_or_default();
                        let kind = relation.map_or("", |relation| relation.kind.as_str());
                        tabs.push(Tab {
                            name: attribute(&element, "name").unwrap_or_default(),
                            visible: !state.to_lowercase().ends_with("hidden"),
                            is_table: kind == "worksheet",
                        });
                        parts.push(relation.map(|relation| relation.target.clone()).unwrap_or_default());
                    }
                    _ => {}
                },
                Event::Eof => break,
                _ => {}
            }
        }
        drop(part);
        (self.tabs, self.parts) = (tabs, parts);
        (self.since_1904, self.computed) = (since_1904, computed);
        Ok(())
    }

    fn texts(&mut self, name: &str) -> Result<(), Trouble> {
        let Some(mut part) = self.part(name)? else { return Ok(()) };
        let mut texts = Vec::new();
        loop {
            let is_text = match part.next()? {
                Event::Start(element) => element.local_name().as_ref() == "si",
                Event::Eof => break,
                _ => false,
            };
            if is_text {
                texts.push(rich_text(&mut part)?.into());
            }
        }
        drop(part);
        self.texts = texts;
        Ok(())
    }

    fn styles(&mut self, name: &str) -> Result<(), Trouble> {
        let Some(mut part) = self.part(name)? else { return Ok(()) };
        let mut codes: HashMap<u32, String> = HashMap::new();
        let (mut formats, mut of_cells) = (Vec::new(), false);
        loop {
            match part.next()? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "numFmt" => {
                        let number = attribute(&element, "numFmtId").and_then(|id| id.trim().parse().ok());
                        if let (Some(number), Some(code)) = (number, attribute(&element, "formatCode")) {
                            codes.insert(number, code);
                        }
                    }
                    "cellXfs" => of_cells = true,
                    "xf" if of_cells => {
                        let number = attribute(&element, "numFmtId").and_then(|id| id.trim().parse().ok());
                        formats.push(number.unwrap_or(0u32));
                    }
                    _ => {}
                },
                Event::End(element) if element.local_name().as_ref() == "cellXfs" => of_cells = false,
                Event::Eof => break,
                _ => {}
            }
        }
        drop(part);
        let format = |number: &u32| codes.get(number).map_or_else(|| built_in(*number), |code| NumberFormat::of(code));
        self.formats = formats.iter().map(format).collect();
        Ok(())
    }
}

impl Book for Xlsx {
    fn tabs(&self) -> &[Tab] {
        &self.tabs
    }

    fn table(&mut self, at: usize, rows: Option<u32>) -> Result<Table, Trouble> {
        let (name, part) = (self.tabs[at].name.clone(), self.parts[at].clone());
        let texts = std::mem::take(&mut self.texts);
        let computed = self.computed;
        let found = match self.part(&part)? {
            Some(mut part) => xlsx_sheet::cells(&mut part, &texts, computed, rows),
            None => Err(Trouble::Damaged(format!("the part with its sheet `{name}` is missing"))),
        };
        self.texts = texts;
        let found: Found = found?;
        Table::of(&name, found, self.formats.clone(), self.since_1904)
    }
}

struct Relation {
    /// The last part of its address: `worksheet`, `styles`.
    kind: String,
    target: String,
}

/// Some programs write names that differ in their capitals, or with the other slash.
fn folded(name: &str) -> String {
    name.replace('\\', "/").to_lowercase()
}

/// The name of a part that is named from a folder.
fn resolved(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let (mut path, rest): (Vec<&str>, &str) = match target.strip_prefix('/') {
        Some(rest) => (Vec::new(), rest),
        None => (folder.split('/').filter(|part| !part.is_empty()).collect(), &target),
    };
    for part in rest.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                path.pop();
            }
            part => path.push(part),
        }
    }
    path.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_named_from_others() {
        for (folder, target, name) in [
            ("xl", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl", "/xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl/worksheets", "../styles.xml", "xl/styles.xml"),
            ("", "xl\\workbook.xml", "xl/workbook.xml"),
            ("xl", "./a.xml", "xl/a.xml"),
        ] {
            assert_eq!(resolved(folder, target), name);
        }
    }
}
