//! Files that must stay as they are for as long as something is made of them.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::thread::sleep;

use super::files::{Seen, WINDOW, look, stayed};
use crate::data::options::Options;
use crate::data::tables::files::files_of;
use crate::model::Model;
use crate::model::data::DataSet;

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
    let files: BTreeSet<PathBuf> = files_of_sets(model, options).into_iter().map(|(_, path)| path).collect();
    files.into_iter().collect()
}

/// The files of all data sets, with the name of the data set; what is wrong with them is told when they are read.
pub fn files_of_sets<'m>(model: &'m Model, options: &Options) -> Vec<(&'m str, PathBuf)> {
    let files = |data: &'m DataSet| {
        let tasks = files_of(data, options, &mut Vec::new()).into_iter().filter(|task| task.relation.is_none());
        tasks.map(|task| (data.name.as_str(), task.path)).collect::<Vec<_>>()
    };
    model.data.iter().flat_map(files).collect()
}
