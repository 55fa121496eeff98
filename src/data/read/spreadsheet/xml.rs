//! Parts of workbooks that are XML.

use std::io::{BufRead, BufReader, Read};

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::table::{Trouble, cut_off, damaged};

/// Events of a part, one behind the other; elements without content have a beginning and an end like others.
pub struct Xml<R: BufRead> {
    reader: Reader<R>,
    buffer: Vec<u8>,
}

impl<R: Read> Xml<BufReader<R>> {
    pub fn of(part: R) -> Xml<BufReader<R>> {
        let mut reader = Reader::from_reader(BufReader::with_capacity(1 << 16, part));
        reader.config_mut().expand_empty_elements = true;
        Xml { reader, buffer: Vec::new() }
    }
}

impl<R: BufRead> Xml<R> {
    /// The next event; the end of the part is one, too.
    pub fn next(&mut self) -> Result<Event<'_>, Trouble> {
        self.buffer.clear();
        self.reader.read_event_into(&mut self.buffer).map_err(damaged)
    }

    /// Goes on behind the end of an element that has just begun.
    pub fn skip(&mut self) -> Result<(), Trouble> {
        self.walk(|_| Ok(()))
    }

    /// The text of an element that has just begun, without that of elements in it.
    pub fn text(&mut self) -> Result<String, Trouble> {
        let mut text = String::new();
        self.walk(|event| add_text(event, &mut text))?;
        Ok(text)
    }

    /// What stands in an element that has just begun, without the elements in it.
    fn walk(&mut self, mut take: impl FnMut(&Event) -> Result<(), Trouble>) -> Result<(), Trouble> {
        let mut depth = 1;
        while depth > 0 {
            match self.next()? {
                Event::Start(_) => depth += 1,
                Event::End(_) => depth -= 1,
                Event::Eof => return Err(cut_off("")),
                event if depth == 1 => take(&event)?,
                _ => {}
            }
        }
        Ok(())
    }
}

/// Adds what an event holds of the text around it.
pub fn add_text(event: &Event, text: &mut String) -> Result<(), Trouble> {
    match event {
        Event::Text(part) => text.push_str(&part.xml10_content()),
        Event::CData(part) => text.push_str(&part.xml10_content()),
        Event::GeneralRef(name) => text.push_str(&letter_named(name)?),
        _ => {}
    }
    Ok(())
}

fn letter_named(name: &BytesRef) -> Result<String, Trouble> {
    if let Some(letter) = name.resolve_char_ref().map_err(damaged)? {
        return Ok(letter.to_string());
    }
    let known = quick_xml::escape::resolve_xml_entity(name.as_ref());
    known.map(str::to_string).ok_or_else(|| Trouble::Damaged("it holds an unknown letter".into()))
}

/// An attribute by its name without what stands before the colon.
pub fn attribute(element: &BytesStart, name: &str) -> Option<String> {
    let mut all = element.attributes().flatten();
    let found = all.find(|attribute| attribute.key.local_name().as_ref() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
}

/// `1`, `true`
pub fn is_on(element: &BytesStart, name: &str) -> bool {
    attribute(element, name).is_some_and(|value| ["1", "true", "on"].contains(&value.trim()))
}

/// The text of an element that has just begun: what stands in its `t`, but for how it is read aloud.
pub fn rich_text<R: std::io::BufRead>(part: &mut Xml<R>) -> Result<String, Trouble> {
    let (mut text, mut depth, mut inside, mut aloud) = (String::new(), 1, 0, 0);
    while depth > 0 {
        match part.next()? {
            Event::Start(element) => {
                depth += 1;
                match element.local_name().as_ref() {
                    "rPh" => aloud = depth,
                    "t" if aloud == 0 => inside = depth,
                    _ => {}
                }
            }
            Event::End(_) => {
                (aloud, inside) = (if aloud == depth { 0 } else { aloud }, if inside == depth { 0 } else { inside });
                depth -= 1;
            }
            Event::Eof => return Err(cut_off("")),
            event if inside > 0 => add_text(&event, &mut text)?,
            _ => {}
        }
    }
    Ok(unescaped(text))
}

/// Letters that XML cannot hold stand as `_x000D_`.
pub fn unescaped(text: String) -> String {
    if !text.contains("_x") {
        return text;
    }
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text.as_str();
    while let Some(letter) = rest.chars().next() {
        let code = rest.strip_prefix("_x").and_then(|rest| rest.get(..5)).filter(|code| code.ends_with('_'));
        let unit = code.and_then(|code| u16::from_str_radix(&code[..4], 16).ok());
        match unit.filter(|_| code.is_some_and(|code| code.bytes().take(4).all(|byte| byte.is_ascii_hexdigit()))) {
            Some(unit) => {
                units.push(unit);
                rest = &rest[7..];
            }
            None => {
                units.extend(letter.encode_utf16(&mut [0; 2]).iter());
                rest = &rest[letter.len_utf8()..];
            }
        }
    }
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_xml_cannot_hold() {
        for (text, plain) in [
            ("a_x000D_b", "a\rb"),
            ("_x005F_x0041_", "_x0041_"),
            ("_x41_ _xGGGG_ _x", "_x41_ _xGGGG_ _x"),
            ("_xD83D__xDE00_", "😀"),
        ] {
            assert_eq!(unescaped(text.into()), plain);
        }
    }

    #[test]
    fn text_in_runs() {
        let read = |inner: &str| {
            let xml = format!("<si>{inner}</si>");
            let mut part = Xml::of(xml.as_bytes());
            assert!(matches!(part.next(), Ok(Event::Start(_))));
            rich_text(&mut part).unwrap()
        };
        assert_eq!(read("<t>a &amp; b</t>"), "a & b");
        assert_eq!(read("<r><rPr><b/></rPr><t>Sales</t></r><r><t xml:space=\"preserve\"> 2026</t></r>"), "Sales 2026");
        assert_eq!(read("<t>東京</t><rPh sb=\"0\" eb=\"2\"><t>トウキョウ</t></rPh><phoneticPr fontId=\"1\"/>"), "東京");
        assert_eq!(read("<t><![CDATA[a<b]]></t>"), "a<b");
        assert_eq!(read("<t/>"), "");
    }
}
