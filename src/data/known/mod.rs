//! Answers of earlier runs: a query that was answered before is not asked again while its files are the same.
//!
//! An entry of the cache is found by all that its answers follow from but for the content of files ([`asked`]); with the
//! answers ([`answers`]) it has a look of each file ([`files`]). What is read all the same has its rows kept
//! ([`rows`]). Only runs without mistakes are kept, so what
//! a message about one would say is no part of it. Rows of a server are asked for each time.

mod answers;
mod asked;
mod files;
pub mod rows;
pub mod watched;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use self::files::Seen;
use super::options::Options;
use super::tables::files::files_of;
use crate::cache::bytes::{Bytes, Put, Take};
use crate::cache::{Cache, Key};
use crate::model::Model;
use crate::model::data::{ColumnIx, DataId};
use crate::plan::query::{Answers, Query};

/// A query whose answers can be kept.
pub struct Known<'a> {
    model: &'a Model,
    needed: &'a [(DataId, Vec<ColumnIx>)],
    options: &'a Options<'a>,
    cache: &'a Cache,
    key: Key,
    files: Files,
}

/// The files of a query.
#[derive(PartialEq, Eq)]
struct Files {
    /// For each data set, in the order of reading: paths, what they are called, and sheets.
    of_tables: Vec<Vec<(PathBuf, String, Option<String>)>>,
    /// Each once.
    all: Vec<PathBuf>,
}

impl Files {
    /// `None` where something is wrong with them, or rows come from a server.
    fn of(model: &Model, needed: &[(DataId, Vec<ColumnIx>)], options: &Options) -> Option<Files> {
        let mut of_tables = Vec::new();
        for (data, _) in needed {
            let data = &model.data[data.0];
            let mut errors = Vec::new();
            let tasks = files_of(data, options, &mut errors);
            if !errors.is_empty() || tasks.iter().any(|task| task.relation.is_some()) {
                return None;
            }
            of_tables.push(tasks.into_iter().map(|task| (task.path, task.shown, task.sheet)).collect::<Vec<_>>());
        }
        let all: BTreeSet<PathBuf> = of_tables.iter().flatten().map(|(path, ..)| path.clone()).collect();
        Some(Files { of_tables, all: all.into_iter().collect() })
    }
}

/// Where a file is, from the root.
fn path_bytes(path: &Path) -> Option<Vec<u8>> {
    Some(std::path::absolute(path).ok()?.as_os_str().as_encoded_bytes().to_vec())
}

impl<'a> Known<'a> {
    /// `None` where nothing is to be kept.
    pub fn of(
        model: &'a Model,
        query: &Query,
        needed: &'a [(DataId, Vec<ColumnIx>)],
        options: &'a Options<'a>,
    ) -> Option<Known<'a>> {
        let cache = options.cache.as_ref()?;
        let files = Files::of(model, needed, options)?;
        if files::bytes(&files.all) < cache.worth {
            return None;
        }
        let mut parts = Vec::new();
        asked::put(model, query, needed, options, &mut parts);
        for (path, shown, sheet) in files.of_tables.iter().flatten() {
            path_bytes(path)?.put(&mut parts);
            (shown, sheet).put(&mut parts);
        }
        files.of_tables.iter().map(Vec::len).collect::<Vec<_>>().put(&mut parts);
        Some(Known { model, needed, options, cache, key: Key::of("answers", &parts), files })
    }

    /// The answers, where they are known and no file has changed.
    pub fn answers(&self) -> Option<Answers> {
        let kept = self.cache.read(&self.key)?;
        let mut bytes = Bytes::new(&kept);
        let seen = Vec::<Seen>::take(&mut bytes)?;
        let now = files::are_same(&self.files.all, &seen)?;
        let answers = answers::take(&mut bytes).filter(|_| bytes.is_empty())?;
        if now != seen {
            self.write(&now, &answers);
        }
        self.tell(&answers);
        Some(answers)
    }

    /// Whoever wants to know which files were read hears of them as if they were.
    fn tell(&self, answers: &Answers) {
        let Some(progress) = self.options.progress else { return };
        for file in &answers.files {
            progress.started(&file.path, 0);
            progress.finished(&file.path);
        }
    }

    /// Looks at the files before they are read.
    pub fn look(&self) -> Option<Vec<Seen>> {
        files::look(&self.files.all)
    }

    /// Keeps answers for the next run, if the files are still as they were before they were read.
    pub fn keep(&self, before: &[Seen], answers: &Answers) {
        let same_files = || Files::of(self.model, self.needed, self.options).is_some_and(|now| now == self.files);
        if same_files() && files::stayed(&self.files.all, before) {
            self.write(before, answers);
        }
    }

    fn write(&self, seen: &[Seen], answers: &Answers) {
        let mut bytes = Vec::new();
        seen.put(&mut bytes);
        answers::put(answers, &mut bytes);
        self.cache.write(&self.key, &bytes);
    }
}
