//! Files to checked tables, and the aggregates over their rows.
//!
//! In come a [`Model`](crate::model::Model) and a [`Query`](crate::plan::query::Query) that says what is needed; out come
//! [`Answers`](crate::plan::query::Answers), or every mistake found in
//! the files. From the ground up; each imports what stands above it in this list:
//!
//! 1. [`cells`], [`columns`]: what a cell of each type may look like, and how columns are held
//! 2. [`server`]: a PostgreSQL server as a source of rows
//! 3. [`errors`]: what is said of files, and tallies of what it is said of; messages take what they speak of as values
//! 4. [`read`]: files to blocks of text, blocks to columns
//! 5. [`rows`]: tables in memory, and expressions over batches of their rows
//! 6. [`tables`], [`people`]: columns to tables, and the posts people hold
//! 7. [`measures`]: rows to answers, added up by group; what is more than `--memory` allows ([`memory`]) goes to temporary
//!    files
//! 8. [`known`]: answers and rows of earlier runs, from the cache
//! 9. [`stream`]: tables too large to keep are read block by block, checked and added up, and their rows forgotten
//! 10. [`loaded`] and [`answer`](mod@answer) put this together, [`of_tests`] does so for the tables of a test
//! 11. [`lineage`]: the rows behind an answer, and those that are not, with the reason
//!
//! Tables that stay in a database or on a cluster, which checks their rows and adds them up itself, are
//! [`crate::warehouse`]'s.
//!
//! What holds: nothing is guessed (an ambiguous cell is an error), numbers are exact, every cell that cannot be read
//! is reported with its place, and answers do not depend on the order of rows and files or the number of threads.

#[cfg(test)]
mod agreement;
mod answer;
pub(crate) mod cells;
pub(crate) mod columns;
pub(crate) mod errors;
mod known;
pub mod lineage;
pub(crate) mod loaded;
pub(crate) mod measures;
pub(crate) mod memory;
pub(crate) mod of_tests;
mod one_row;
pub mod options;
pub(crate) mod people;
pub mod profile;
mod read;
pub(crate) mod rows;
pub mod server;
mod stream;
pub(crate) mod tables;

pub use self::answer::{answer, without_files};
pub use self::known::rows::take_seed;
pub use self::known::watched::{Watched, files_of_sets};
pub use self::memory::parse_size;
pub use self::of_tests::{answer_given, check_given};
pub use self::options::{BLOCK, Options, Progress, STREAM_ABOVE};
pub use self::people::calendar::{own_months, own_months_given};
pub use self::read::kind::{FileKind, of_bytes as kind_of};
pub use self::read::texts::{Texts, is_parquet, texts};
pub use self::tables::files::{files_matching, reader_of};
