//! Which commit a released program is built from, for `--version` and for what results say of their origin.
//!
//! Builds for development say none: they would be built anew after every commit. Where there is no repository, as in an
//! archive of the sources, the variable `MERIT_COMMIT` may name the commit; nothing else is looked at, so that equal
//! sources give equal programs.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=MERIT_COMMIT");
    let named = env::var("MERIT_COMMIT").ok().filter(|commit| !commit.is_empty());
    let commit = named.or_else(|| match env::var("PROFILE").as_deref() {
        Ok("release") => of_repository().or_else(of_archive),
        _ => None,
    });
    if let Some(commit) =
        commit.filter(|commit| commit.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+'))
    {
        println!("cargo:rustc-env=MERIT_BUILT_FROM={commit}");
    }
}

/// The commit that is checked out, with `+` where files differ from it. A repository around this one is another.
fn of_repository() -> Option<String> {
    let own = env::var("CARGO_MANIFEST_DIR").ok()?;
    let root = git(&["rev-parse", "--show-toplevel"])?;
    if fs::canonicalize(root).ok()? != fs::canonicalize(&own).ok()? {
        return None;
    }
    for name in ["HEAD", "index"] {
        if let Some(path) = git(&["rev-parse", "--git-path", name]) {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    for sources in ["src", "grammar", "Cargo.toml", "Cargo.lock"] {
        println!("cargo:rerun-if-changed={sources}");
    }
    let commit = git(&["rev-parse", "HEAD"])?;
    let changed = git(&["status", "--porcelain", "--untracked-files=no"]).is_none_or(|changes| !changes.is_empty());
    Some(if changed { commit + "+" } else { commit })
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .args(arguments)
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_string())
}

/// What `cargo package` leaves in a packed crate.
fn of_archive() -> Option<String> {
    let told = fs::read_to_string(Path::new(".cargo_vcs_info.json")).ok()?;
    let (_, hash) = told.split_once("\"sha1\":")?;
    let changed = if told.contains("\"dirty\": true") { "+" } else { "" };
    Some(format!("{}{changed}", hash.split('"').nth(1)?))
}
