//! Results that name files from the data folder on, so that they are the same wherever that folder lies.

use std::path::Path;

use crate::plan::query::Doubt;
use crate::score::Scored;

/// Takes the data folder off all names of files.
pub fn without_folder(scored: &mut Scored, folder: &Path) {
    let lead = format!("{}/", folder.display().to_string().replace('\\', "/").trim_end_matches('/'));
    let shorten = |name: &mut String| {
        if let Some(rest) = name.strip_prefix(&lead) {
            *name = rest.to_string();
        }
    };
    scored.rename_files(&shorten);
    let results = &mut scored.results;
    results.files.iter_mut().for_each(|file| shorten(&mut file.path));
    for doubt in &mut results.doubts {
        match doubt {
            Doubt::SameContent { files, .. } => files.iter_mut().for_each(shorten),
            Doubt::LeftOut { place, .. }
            | Doubt::TotalRow { place, .. }
            | Doubt::BelowBlank { place, .. }
            | Doubt::FarOut { place, .. } => shorten(&mut place.file),
            Doubt::Nowhere { all, people, .. } => {
                let uncounted = people.iter_mut().map(|(_, of_person)| of_person).chain([all]);
                uncounted.flat_map(|some| &mut some.places).for_each(|place| shorten(&mut place.file));
            }
            Doubt::EndsEarly { .. } | Doubt::Changes { .. } => {}
        }
    }
}
