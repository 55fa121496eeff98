//! What several commands can be told.

use std::path::PathBuf;

use clap::Args;

use crate::cli::choices::Color;

#[derive(Debug, Args)]
pub struct SpecArgs {
    /// Folders of `.merit` files, read as one project; a single file stands for the project it lies in
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
}

/// How the data of an evaluation is read.
#[derive(Clone, Debug, Args)]
pub struct ReadArgs {
    /// The folder of the data files [default: the folder `data` beside the specs]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,

    #[command(flatten)]
    pub links: LinkArgs,

    /// Refuse files that have to be repaired while they are read (thousands separators, odd dates …), and rows that count
    /// for nobody
    #[arg(long, help_heading = "How the data is read")]
    pub strict: bool,

    /// Accept data files without a single row in a period that a formula reads
    #[arg(long, help_heading = "How the data is read")]
    pub allow_empty: bool,

    /// How much of the data may be kept in memory (2GB, 500MB); what is too much goes to temporary files, or is refused
    #[arg(long, value_name = "SIZE", value_parser = crate::data::parse_size, help_heading = "How the data is read")]
    pub memory: Option<u64>,

    /// How many threads to use [default: one for each core]
    #[arg(long, value_name = "N", value_parser = threads, help_heading = "How the data is read")]
    pub threads: Option<u16>,

    #[command(flatten)]
    pub cache: CacheArgs,
}

#[derive(Clone, Debug, Args)]
pub struct CacheArgs {
    /// Keep what was read and added up in this folder, so that the same files need not be read again [default: of large
    /// files in your own folder for caches]
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache", help_heading = "How the data is read")]
    pub cache: Option<PathBuf>,

    /// Read all files, whatever is known of them, and keep nothing
    #[arg(long, help_heading = "How the data is read")]
    pub no_cache: bool,
}

#[derive(Clone, Copy, Debug, Args)]
pub struct LinkArgs {
    /// Read data files outside the data folder, too, where links or patterns with `..` lead
    #[arg(long)]
    pub follow_links: bool,
}

#[derive(Clone, Copy, Debug, Args)]
pub struct ColorArgs {
    /// Colours in the output
    #[arg(long, value_enum, default_value_t = Color::Auto, help_heading = "How it is shown")]
    pub color: Color,
}

/// A number of threads.
pub(super) fn threads(text: &str) -> Result<u16, String> {
    let count = text.parse().ok().filter(|count| *count > 0);
    count.ok_or_else(|| "write a number from 1 on, or leave the option out: one thread for each core".to_string())
}
