//! As much of JSON Schema as the schemas in `docs` use.

use serde_json::{Map, Value};

/// Where a document does not keep to a schema.
pub fn faults(schema: &Value, document: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    check(schema, schema, document, "$", &mut faults);
    faults
}

fn check(root: &Value, schema: &Value, value: &Value, path: &str, faults: &mut Vec<String>) {
    let Value::Object(rules) = schema else { panic!("{path}: a schema is an object") };
    for (rule, wanted) in rules {
        match rule.as_str() {
            "$schema" | "$id" | "$defs" | "title" | "description" | "additionalProperties" => {}
            "$ref" => {
                let (file, pointer) = wanted.as_str().unwrap().split_once('#').unwrap();
                let results = match file {
                    "" => None,
                    "results.schema.json" => Some(serde_json::from_str(include_str!("../../docs/results.schema.json"))),
                    other => panic!("no {other}"),
                };
                let results: Option<Value> = results.map(Result::unwrap);
                let root = results.as_ref().unwrap_or(root);
                check(root, root.pointer(pointer).unwrap_or_else(|| panic!("no {pointer}")), value, path, faults);
            }
            "type" => {
                if !types(wanted).any(|wanted| is(value, wanted)) {
                    faults.push(format!("{path} is not {wanted}"));
                }
            }
            "const" => {
                if value != wanted {
                    faults.push(format!("{path} is not {wanted}"));
                }
            }
            "enum" => {
                if !wanted.as_array().unwrap().contains(value) {
                    faults.push(format!("{path} is none of {wanted}"));
                }
            }
            "pattern" => {
                if let Some(text) = value.as_str()
                    && !matches_pattern(wanted.as_str().unwrap(), text)
                {
                    faults.push(format!("{path}: {text} does not match {wanted}"));
                }
            }
            "minimum" => {
                if value.as_i64().is_some_and(|value| value < wanted.as_i64().unwrap()) {
                    faults.push(format!("{path} is below {wanted}"));
                }
            }
            "required" => {
                for name in wanted.as_array().unwrap() {
                    if value.as_object().is_some_and(|object| !object.contains_key(name.as_str().unwrap())) {
                        faults.push(format!("{path} lacks {name}"));
                    }
                }
            }
            "properties" => properties(root, rules, wanted, value, path, faults),
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(root, wanted, item, &format!("{path}[{index}]"), faults);
                }
            }
            "anyOf" => {
                let mut nearest: Option<Vec<String>> = None;
                for choice in wanted.as_array().unwrap() {
                    let mut found = Vec::new();
                    check(root, choice, value, path, &mut found);
                    if nearest.as_ref().is_none_or(|nearest| found.len() < nearest.len()) {
                        nearest = Some(found);
                    }
                }
                faults.extend(nearest.unwrap_or_default());
            }
            other => panic!("{path}: this check does not know the rule {other}"),
        }
    }
}

fn properties(
    root: &Value,
    rules: &Map<String, Value>,
    wanted: &Value,
    value: &Value,
    path: &str,
    faults: &mut Vec<String>,
) {
    for (name, inner) in value.as_object().into_iter().flatten() {
        match wanted.get(name) {
            Some(schema) => check(root, schema, inner, &format!("{path}.{name}"), faults),
            None if rules.get("additionalProperties") == Some(&Value::Bool(false)) => {
                faults.push(format!("{path} has an unknown field {name}"));
            }
            None => {}
        }
    }
}

fn types(wanted: &Value) -> impl Iterator<Item = &str> {
    let one = wanted.as_str();
    one.into_iter().chain(wanted.as_array().into_iter().flatten().filter_map(Value::as_str))
}

fn is(value: &Value, wanted: &str) -> bool {
    match wanted {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("unknown type {other}"),
    }
}

/// The three patterns of the schema.
fn matches_pattern(pattern: &str, text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let shaped = |lengths: &[usize]| {
        let parts = text.split('-').collect::<Vec<_>>();
        parts.len() == lengths.len()
            && parts.iter().zip(lengths).all(|(part, length)| part.len() == *length && digits(part))
    };
    match pattern {
        r"^-?[0-9]+(\.[0-9]+|/[0-9]+)?$" => {
            let text = text.strip_prefix('-').unwrap_or(text);
            match text.split_once(['.', '/']) {
                Some((whole, part)) => digits(whole) && digits(part),
                None => digits(text),
            }
        }
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" => shaped(&[4, 2, 2]),
        "^[0-9]{4}-[0-9]{2}$" => shaped(&[4, 2]),
        other => panic!("unknown pattern {other}"),
    }
}
