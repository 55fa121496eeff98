//! One line a finding, for editors and for `grep`: `specs/a.merit:3:11: error[unknown-name]: there is no KPI …`

use super::checked::Checked;

pub fn render(checked: &Checked) -> String {
    let mut out = String::new();
    for diagnostic in checked.diagnostics {
        if let Some(place) = checked.main_place(diagnostic) {
            out.push_str(&format!("{}:{}:{}: ", place.path, place.start.0, place.start.1));
        }
        let message = diagnostic.message.replace(['\n', '\r'], " ");
        out.push_str(&format!("{}[{}]: {message}\n", diagnostic.severity.as_str(), diagnostic.code.as_str()));
    }
    out
}
