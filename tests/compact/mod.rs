//! Trees in few words, for snapshots: made from their debug text, without places and without what is absent.

use merit::syntax::tree;

/// Which declarations a tree holds, and how many clauses each.
pub fn outline(file: &tree::File) -> String {
    use tree::Declaration as D;
    let words: Vec<String> = file
        .declarations
        .iter()
        .map(|declaration| match declaration {
            D::Company(it) => format!("company ({} settings)", it.settings.len()),
            D::Unit(it) => format!("unit {}", it.name.text),
            D::Data(it) => format!("data {} ({} clauses)", it.name.text, it.clauses.len()),
            D::Constant(it) => format!("constant {}", it.name.text),
            D::Function(it) => format!("function {}", it.name.text),
            D::Kpi(it) => format!("kpi {}{}", it.name.text, if it.value.is_some() { "" } else { " (no value)" }),
            D::Index(it) => format!("index {} ({} entries)", it.name.text, it.entries.len()),
            D::Scale(it) => format!("scale {}", it.name.text),
            D::Matrix(it) => format!("matrix {}", it.name.text),
            D::Rating(it) => format!("rating {} ({} grades)", it.name.text, it.grades.len()),
            D::Position(it) => {
                let entries = it.scorecard.as_ref().map_or(0, |card| card.entries.len());
                let duties = it.responsibilities.as_ref().map_or(0, |duties| duties.entries.len());
                format!(
                    "position {} ({duties} responsibilities, {entries} entries, {} outputs)",
                    it.name.text,
                    it.outputs.len()
                )
            }
            D::HouseRules(it) => format!("house rules ({})", it.rules.len()),
            D::Test(it) => format!("test ({} given, {} expectations)", it.given.len(), it.expectations.len()),
        })
        .collect();
    if words.is_empty() { "nothing".into() } else { words.join("; ") }
}

pub fn file(file: &tree::File) -> String {
    file.declarations.iter().map(|declaration| show(&format!("{declaration:?}"), 0) + "\n").collect()
}

/// An expression as nested brackets.
pub fn expr(expr: &tree::Expr) -> String {
    flat(&parse(&format!("{expr:?}")))
}

fn show(debug: &str, depth: usize) -> String {
    wide(&parse(debug), depth)
}

// ---------------------------------------------------------------- reading debug text

enum Value {
    Atom(String),
    List(Vec<Value>),
    Tuple(String, Vec<Value>),
    Struct(String, Vec<(String, Value)>),
}

fn parse(text: &str) -> Value {
    let mut rest = text;
    value(&mut rest)
}

fn skip(rest: &mut &str, sign: char) -> bool {
    *rest = rest.trim_start();
    match rest.strip_prefix(sign) {
        Some(after) => {
            *rest = after;
            true
        }
        None => false,
    }
}

fn value(rest: &mut &str) -> Value {
    *rest = rest.trim_start();
    if rest.starts_with('"') {
        let mut escaped = false;
        let end = rest[1..]
            .find(|c| {
                let end = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                end
            })
            .unwrap()
            + 2;
        let (text, after) = rest.split_at(end);
        *rest = after;
        return Value::Atom(text.into());
    }
    if skip(rest, '[') {
        return Value::List(values(rest, ']'));
    }
    if skip(rest, '(') {
        return Value::List(values(rest, ')'));
    }
    let end = rest.find(|c: char| !(c.is_alphanumeric() || "_-.".contains(c))).unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    *rest = after;
    if skip(rest, '(') {
        return Value::Tuple(name.into(), values(rest, ')'));
    }
    if skip(rest, '{') {
        let mut fields = Vec::new();
        while !skip(rest, '}') {
            let (field, after) = rest.trim_start().split_once(':').unwrap();
            *rest = after;
            fields.push((field.to_string(), value(rest)));
            skip(rest, ',');
        }
        return Value::Struct(name.into(), fields);
    }
    Value::Atom(name.into())
}

fn values(rest: &mut &str, close: char) -> Vec<Value> {
    let mut found = Vec::new();
    while !skip(rest, close) {
        found.push(value(rest));
        skip(rest, ',');
    }
    found
}

// ---------------------------------------------------------------- writing it short

fn plain(value: &Value) -> Option<&str> {
    match value {
        Value::Atom(text) => Some(text.trim_matches('"')),
        _ => None,
    }
}

fn field<'v>(fields: &'v [(String, Value)], name: &str) -> Option<&'v Value> {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

fn flat(value: &Value) -> String {
    match value {
        Value::Atom(text) if text == "None" => String::new(),
        Value::Atom(text) => text.clone(),
        Value::List(values) => {
            let words: Vec<String> = values.iter().map(flat).filter(|word| !word.is_empty()).collect();
            if words.is_empty() { String::new() } else { format!("[{}]", words.join(" ")) }
        }
        Value::Tuple(name, values) => {
            let words: Vec<String> = values.iter().map(flat).filter(|word| !word.is_empty()).collect();
            let words = words.join(" ");
            match name.as_str() {
                "Some" | "Name" | "Number" | "Text" | "Kpi" | "Position" | "Data" | "Aggregate" | "Curve" | "Date"
                | "Period" | "Column"
                    if !words.is_empty() =>
                {
                    words
                }
                "Share" | "Points" => words,
                _ if words.is_empty() => name.clone(),
                _ => format!("({name} {words})"),
            }
        }
        Value::Struct(name, fields) => structure(name, fields),
    }
}

fn structure(name: &str, fields: &[(String, Value)]) -> String {
    let get = |wanted: &str| field(fields, wanted).map(flat).unwrap_or_default();
    match name {
        "Span" => String::new(),
        "Name" => field(fields, "text").and_then(plain).unwrap_or("").to_string(),
        "Text" => get("value"),
        "Expr" => get("kind"),
        "Choice" => format!("{}{}", get("name"), get("texts")),
        "UnitFactor" => format!("{}{}", if get("per") == "true" { "/" } else { "" }, get("name")),
        "UnitExpr" => get("factors").replace([' ', '[', ']'], ""),
        "WindowWord" => get("kind"),
        "DateLiteral" => get("day"),
        "PeriodLiteral" => get("period"),
        "PeriodName" => format!("{}-{}", get("year"), get("part")),
        "Number" => {
            let style = match get("style").as_str() {
                "Percent" => "%",
                "Permille" => "‰",
                _ => "",
            };
            let unit = get("unit");
            format!("{}{style}{}{unit}", get("written"), if unit.is_empty() { "" } else { "_" })
        }
        "Binary" => format!("({} {} {})", get("op"), get("left"), get("right")),
        _ => {
            let words = fields.iter().filter(|(field, _)| !field.ends_with("span")).filter_map(|(field, value)| {
                let word = flat(value);
                let shown = !word.is_empty() && word != "false" && word != "Label";
                let bare = matches!(field.as_str(), "name" | "kind" | "value" | "left" | "right" | "what" | "function");
                shown.then(|| if bare { word } else { format!("{field}={word}") })
            });
            let words: Vec<String> = words.collect();
            if words.is_empty() { name.to_string() } else { format!("({name} {})", words.join(" ")) }
        }
    }
}

/// One line where it fits, one line for each part where it does not.
fn wide(value: &Value, depth: usize) -> String {
    let line = flat(value);
    let indent = "  ".repeat(depth + 1);
    if line.chars().count() <= 110 {
        return line;
    }
    let mut out = String::new();
    let mut add = |name: &str, value: &Value| {
        let text = wide(value, depth + 1);
        if !text.is_empty() && text != "false" && !name.ends_with("span") {
            out.push_str(&format!("\n{indent}{name}{}{text}", if name.is_empty() { "" } else { ": " }));
        }
    };
    let head = match value {
        Value::Struct(name, fields) if !matches!(name.as_str(), "Expr" | "Number" | "Binary") => {
            fields.iter().for_each(|(name, value)| add(name, value));
            name.clone()
        }
        Value::Tuple(name, values) => {
            if let [one] = values.as_slice() {
                return wide(one, depth);
            }
            values.iter().for_each(|value| add("", value));
            name.clone()
        }
        Value::List(values) => {
            values.iter().for_each(|value| add("", value));
            String::new()
        }
        _ => return line,
    };
    head + &out
}
