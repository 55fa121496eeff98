//! Which cache a command uses.

use std::path::PathBuf;

use super::args::CacheArgs;
use super::exit::Failure;
use crate::cache::{Cache, of_user};

/// Names the folder where no option does, or says `off`.
const VARIABLE: &str = "MERIT_CACHE";

/// The one asked for, then the one that the environment names, then the user's own.
pub fn of(args: &CacheArgs) -> Result<Option<Cache>, Failure> {
    if args.no_cache {
        return Ok(None);
    }
    if let Some(folder) = &args.cache {
        if folder.exists() && !folder.is_dir() {
            return Err(Failure::with_help(
                format!("`{}` is a file, and no folder for a cache", folder.display()),
                "name a folder, which may still be made: `--cache cache`",
            ));
        }
        return Ok(Some(Cache::in_folder(folder.clone())));
    }
    Ok(match std::env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        Some(value) if value == "off" => None,
        Some(folder) => Some(Cache::in_folder(PathBuf::from(folder))),
        None => of_user(),
    })
}
