//! The same work for many things at once, on all cores.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
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

/// So many pieces for each thread are made ahead of the one that is taken next.
const AHEAD: usize = 4;

/// Gives `take` what `work` makes of each number below `count`, in their order and as it comes: only a few that were not
/// taken yet are there at once. Ends where `take` fails.
pub fn in_order<R: Send, E>(
    count: usize,
    work: impl Fn(usize) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(count);
    if threads <= 1 {
        return (0..count).try_for_each(|at| take(work(at)));
    }
    let line = Line { count, ahead: AHEAD * threads, state: Mutex::default(), changed: Condvar::new() };
    let (line, work) = (&line, &work);
    thread::scope(|scope| {
        let more = |at: usize| {
            let share = move || line.work(work);
            thread::Builder::new().name(at.to_string()).stack_size(STACK).spawn_scoped(scope, share)
        };
        if (0..threads).map_while(|at| more(at).ok()).count() == 0 {
            return (0..count).try_for_each(|at| take(work(at)));
        }
        let taken = (0..count).map_while(|at| line.next(at)).try_for_each(take);
        line.end();
        taken
    })
}

/// The same for a range cut into pieces of some size.
pub fn pieces_in_order<R: Send, E>(
    count: usize,
    size: usize,
    work: impl Fn(Range<usize>) -> R + Sync,
    take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    in_order(count.div_ceil(size), |at| work(at * size..((at + 1) * size).min(count)), take)
}

/// Pieces between those who make them and the one who takes them.
struct Line<R> {
    count: usize,
    ahead: usize,
    state: Mutex<State<R>>,
    changed: Condvar,
}

struct State<R> {
    /// The next to be made, and how many were taken.
    next: usize,
    taken: usize,
    made: BTreeMap<usize, R>,
    ended: bool,
}

impl<R> Default for State<R> {
    fn default() -> State<R> {
        State { next: 0, taken: 0, made: BTreeMap::new(), ended: false }
    }
}

impl<R> Line<R> {
    fn lock(&self) -> MutexGuard<'_, State<R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a change as long as need be.
    fn when<'l>(&'l self, ready: impl Fn(&State<R>) -> bool) -> MutexGuard<'l, State<R>> {
        let waits = |state: &mut State<R>| !ready(state) && !state.ended;
        self.changed.wait_while(self.lock(), waits).unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self, work: &(impl Fn(usize) -> R + Sync)) {
        /// Nobody waits for what a panic will never bring.
        struct Bell<'l, R>(&'l Line<R>);
        impl<R> Drop for Bell<'_, R> {
            fn drop(&mut self) {
                if thread::panicking() {
                    self.0.end();
                }
            }
        }
        let _bell = Bell(self);
        loop {
            let mut state = self.when(|state| state.next >= self.count || state.next < state.taken + self.ahead);
            if state.ended || state.next >= self.count {
                return;
            }
            let at = state.next;
            state.next += 1;
            drop(state);
            let made = work(at);
            self.lock().made.insert(at, made);
            self.changed.notify_all();
        }
    }

    /// The piece that is taken next; none where it will never come.
    fn next(&self, at: usize) -> Option<R> {
        let mut state = self.when(|state| state.made.contains_key(&at));
        let piece = state.made.remove(&at)?;
        state.taken += 1;
        drop(state);
        self.changed.notify_all();
        Some(piece)
    }

    fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_taken_in_order_and_few_wait() {
        let (made, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let mut taken = Vec::new();
        let work = |at: usize| {
            made.fetch_add(1, Ordering::Relaxed);
            at
        };
        let take = |at: usize| {
            most.fetch_max(made.load(Ordering::Relaxed) - taken.len(), Ordering::Relaxed);
            taken.push(at);
            if at == 5000 { Err("enough") } else { Ok(()) }
        };
        assert_eq!(in_order(10_000, work, take), Err("enough"));
        assert_eq!(taken, (0..=5000).collect::<Vec<_>>());
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        assert!(most.into_inner() <= (AHEAD + 1) * threads);
        let mut ranges = Vec::new();
        let all = pieces_in_order(
            7,
            3,
            |range| range,
            |range| {
                ranges.push(range);
                Ok::<_, ()>(())
            },
        );
        assert_eq!((all, ranges), (Ok(()), vec![0..3, 3..6, 6..7]));
    }

    #[test]
    fn a_panic_at_work_ends_it() {
        let run = || in_order(1000, |at| if at == 500 { panic!("on purpose") } else { at }, |_| Ok::<_, ()>(()));
        assert!(std::panic::catch_unwind(run).is_err());
    }
}
