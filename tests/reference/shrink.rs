//! A smaller project that still shows a difference.

use super::compare::{Outcome, compare};
use super::spec::Project;

/// Takes out what can be taken out: declarations, lines of scorecards, rows.
pub fn shrink(project: &Project, what: String) -> (Project, String) {
    let (mut small, mut what) = (project.clone(), what);
    let first = what.clone();
    let mut patience = 1500;
    let mut better = |small: &mut Project, what: &mut String, try_out: Project| {
        if patience == 0 {
            return false;
        }
        patience -= 1;
        match compare(&try_out) {
            Outcome::Differ(difference) if alike(&difference, &first) => {
                (*small, *what) = (try_out, difference);
                true
            }
            _ => false,
        }
    };
    loop {
        let mut smaller = false;
        for at in (0..small.blocks.len()).rev() {
            let mut next = small.clone();
            next.blocks.remove(at);
            smaller |= better(&mut small, &mut what, next);
        }
        for at in (0..small.blocks.len()).rev() {
            for line in (0..small.blocks[at].lines().count()).rev() {
                let mut next = small.clone();
                let lines: Vec<&str> = small.blocks[at].lines().collect();
                let kept = lines.iter().enumerate().filter(|(place, _)| *place != line).map(|(_, line)| *line);
                next.blocks[at] = kept.collect::<Vec<_>>().join("\n");
                smaller |= better(&mut small, &mut what, next);
            }
        }
        for name in small.files.keys().cloned().collect::<Vec<_>>() {
            // First many rows at once, then one by one.
            for part in [8, 1] {
                let mut at = small.files[&name].lines().count();
                while at > 1 {
                    at = at.saturating_sub(part).max(1);
                    let lines: Vec<&str> = small.files[&name].lines().collect();
                    if at >= lines.len() {
                        continue;
                    }
                    let end = (at + part).min(lines.len());
                    let kept: Vec<&str> = lines[..at].iter().chain(&lines[end..]).copied().collect();
                    let mut next = small.clone();
                    next.files.insert(name.clone(), kept.join("\n") + "\n");
                    smaller |= better(&mut small, &mut what, next);
                }
            }
        }
        if !smaller {
            return (small, what);
        }
    }
}

/// A project without the rows that others link to is refused for another reason.
fn alike(one: &str, other: &str) -> bool {
    let refused = |what: &str| what.starts_with("the program refuses");
    let reason = |what: &str| what.contains("reason:");
    if refused(other) { one == other } else { !refused(one) && reason(one) == reason(other) }
}
