//! The same work for many things at once, on all cores.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ScopedJoinHandle};

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
    for (at, result) in on_threads(threads, |_| share()).into_iter().flatten() {
        made[at] = Some(result);
    }
    made.into_iter().flatten().collect()
}

/// What each of so many threads makes of its number, in their order; who asks is the first of them.
pub fn on_threads<R: Send>(threads: usize, work: impl Fn(usize) -> R + Sync) -> Vec<R> {
    let work = &work;
    thread::scope(|scope| {
        let start = |at: usize| {
            let thread = thread::Builder::new().name(at.to_string()).stack_size(STACK);
            thread.spawn_scoped(scope, move || work(at)).ok()
        };
        let others: Vec<_> = (1..threads).map(|at| (at, start(at))).collect();
        let mut made = vec![work(0)];
        made.extend(others.into_iter().map(|(at, other)| match other.map(ScopedJoinHandle::join) {
            Some(Ok(made)) => made,
            Some(Err(panic)) => resume_unwind(panic),
            // Where the system gives no more threads, this one does their work.
            None => work(at),
        }));
        made
    })
}
