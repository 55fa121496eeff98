//! Files that must stay as they are for as long as something is made of them.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::thread::sleep;

use super::files::{Seen, WINDOW, look, stayed};
use crate::data::options::Options;
use crate::data::tables::files::files_of;
use crate::model::Model;

/// The files of all data sets, as they were.
pub struct Watched {
    files: Vec<PathBuf>,
    seen: Vec<Seen>,
}

impl Watched {
    /// Looks at them; of large ones that have just been written their look tells only after two seconds. `None` where one
    /// of them cannot be looked at.
    pub fn of(model: &Model, options: &Options) -> Option<Watched> {
        let files = files(model, options);
        let seen = look(&files).or_else(|| {
            sleep(WINDOW);
            look(&files)
        });
        seen.map(|seen| Watched { files, seen })
    }

    /// Whether there are the same files, and in each what was in it.
    pub fn have_stayed(&self, model: &Model, options: &Options) -> bool {
        files(model, options) == self.files && stayed(&self.files, &self.seen)
    }
}

fn files(model: &Model, options: &Options) -> Vec<PathBuf> {
    let tasks = model.data.iter().flat_map(|data| files_of(data, options, &mut Vec::new()));
    let files: BTreeSet<PathBuf> = tasks.filter(|task| task.relation.is_none()).map(|task| task.path).collect();
    files.into_iter().collect()
}
