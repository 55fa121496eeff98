//! What a change of the specs means: prepared changes of one project, and edits of random ones. What is called without
//! effect leaves every number as it was, and whoever's numbers change holds a position that is named.

#[macro_use]
#[path = "support/snapshots.rs"]
mod snapshots;
#[path = "reference/projects.rs"]
mod projects;

#[path = "changes/evaluated.rs"]
mod evaluated;
#[path = "changes/prepared.rs"]
mod prepared;
#[path = "changes/random.rs"]
mod random;

/// A number from the environment.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number, not `{text}`")))
}
