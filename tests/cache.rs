//! The cache: whatever is edited, and whatever becomes of the cache itself, results are those of a run without it.

#[path = "reference/projects.rs"]
mod projects;

#[path = "cache/edits.rs"]
mod edits;
#[path = "cache/harm.rs"]
mod harm;

/// A number from the environment.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number, not `{text}`")))
}
