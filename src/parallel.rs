//! The same work for many things at once, on all cores.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// What `work` makes of each number below `count`, in their order, whatever thread made it.
pub fn map<R: Send>(count: usize, work: impl Fn(usize) -> R + Sync) -> Vec<R> {
    map_with(count, || (), |(), at| work(at))
}

/// The same for work that gets easier by what was done before: each thread has its own `state`.
pub fn map_with<S, R: Send>(
    count: usize,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize) -> R + Sync,
) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(count);
    if threads <= 1 {
        let mut state = state();
        return (0..count).map(|at| work(&mut state, at)).collect();
    }
    let next = AtomicUsize::new(0);
    let (next, state, work) = (&next, &state, &work);
    let share = move || {
        let mut state = state();
        let mut made = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                return made;
            }
            made.push((at, work(&mut state, at)));
        }
    };
    let mut made: Vec<Option<R>> = Vec::new();
    made.resize_with(count, || None);
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(share)).collect();
        let mine = share();
        let theirs = others.into_iter().flat_map(|other| match other.join() {
            Ok(made) => made,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        for (at, result) in mine.into_iter().chain(theirs) {
            made[at] = Some(result);
        }
    });
    made.into_iter().flatten().collect()
}
