//! Rings: things that need each other in a circle.

use std::collections::BTreeSet;

/// What a walk from need to need comes upon.
pub(in crate::model) struct Walk<N> {
    /// Everything met, each behind what it needs.
    pub(in crate::model) order: Vec<N>,
    /// Each ring once: every one of it needs the next, the last the first.
    pub(in crate::model) rings: Vec<Vec<N>>,
}

/// Goes from each start to what it needs. Without recursion: the chain may be long.
pub(in crate::model) fn walk<N: Copy + Ord>(
    starts: impl IntoIterator<Item = N>,
    mut needed: impl FnMut(N) -> Vec<N>,
) -> Walk<N> {
    let (mut order, mut rings, mut begun) = (Vec::new(), Vec::new(), BTreeSet::new());
    for start in starts {
        // What is open, each with what it still waits for.
        let mut path: Vec<(N, Vec<N>)> = Vec::new();
        let mut next = Some(start);
        loop {
            if let Some(node) = next.take() {
                if begun.insert(node) {
                    path.push((node, needed(node)));
                } else if let Some(from) = path.iter().position(|(open, _)| *open == node) {
                    rings.push(path[from..].iter().map(|(open, _)| *open).collect());
                }
            }
            let Some((node, waits)) = path.last_mut() else { break };
            next = waits.pop();
            if next.is_none() {
                order.push(*node);
                path.pop();
            }
        }
    }
    Walk { order, rings }
}

/// ``the circle: `a` needs `b` needs `a` ``
pub(in crate::model) fn note<S: AsRef<str>>(ring: &[S], verb: &str) -> String {
    let names: Vec<&str> = ring.iter().chain(ring.first()).map(AsRef::as_ref).collect();
    format!("the circle: {}", names.join(&format!(" {verb} ")))
}

#[cfg(test)]
mod tests {
    use super::walk;

    #[test]
    fn what_is_needed_comes_first_and_rings_are_whole() {
        let needed =
            |node: usize| [vec![1, 2], vec![3], vec![3], vec![], vec![5], vec![6, 4], vec![4], vec![7]][node].clone();
        let found = walk(0..8, needed);
        assert_eq!(found.order, [3, 2, 1, 0, 6, 5, 4, 7]);
        assert_eq!(found.rings, [vec![4, 5], vec![4, 5, 6], vec![7]]);
    }
}
