//! The same work for many things at once, on all cores.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Room for formulas that are nested, and build on one another, as deep as they may. What is not used costs nothing.
pub const STACK: usize = 256 << 20;

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
        // Where the system gives no more threads, fewer do the work.
        let more = |at: usize| thread::Builder::new().name(at.to_string()).stack_size(STACK).spawn_scoped(scope, share);
        let others: Vec<_> = (1..threads).map_while(|at| more(at).ok()).collect();
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
