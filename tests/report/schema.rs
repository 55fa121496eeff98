//! Documents against the schemas in `docs`, by a validator that is not our own.

use serde_json::Value;

/// Where a document does not keep to a schema, read strictly: no field and no word that the schema does not know. For
/// readers both may be added, which is why the schemas themselves allow them.
pub fn faults(schema: &Value, document: &Value) -> Vec<String> {
    let mut strict = schema.clone();
    close(&mut strict);
    // As anybody else reads it, it is no worse.
    let open = found(schema, document);
    let faults = found(&strict, document);
    assert!(open.len() <= faults.len(), "{open:?}");
    faults
}

fn found(schema: &Value, document: &Value) -> Vec<String> {
    let validator = jsonschema::validator_for(schema).unwrap_or_else(|error| panic!("{}: {error}", schema["$id"]));
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Objects have no other fields, and words are those of the examples.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(rules) => {
            // A condition looks at a part of an object.
            rules
                .iter_mut()
                .filter(|(name, _)| !matches!(name.as_str(), "if" | "then"))
                .for_each(|(_, rule)| close(rule));
            if rules.get("type") == Some(&"object".into()) && rules.contains_key("properties") {
                rules.insert("additionalProperties".into(), false.into());
            }
            if let (Some("string"), Some(examples)) = (rules.get("type").and_then(Value::as_str), rules.get("examples"))
            {
                let examples = examples.clone();
                rules.insert("enum".into(), examples);
            }
        }
        Value::Array(all) => all.iter_mut().for_each(close),
        _ => {}
    }
}
