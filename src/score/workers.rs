//! Conversations side by side: each is read whole by one thread.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::{Reading, assess, together};
use crate::assessment::Assessment;
use crate::models::Model;

/// As many workers as threads, of one thread each: no more conversations are under way than there are threads to work on them.
pub struct Workers(Vec<ThreadPool>);

impl Workers {
    /// One for each thread that rayon uses.
    pub fn new() -> Result<Self> {
        let one = || Ok(ThreadPoolBuilder::new().num_threads(1).build()?);
        (0..rayon::current_num_threads()).map(|_| one()).collect::<Result<_>>().map(Self)
    }

    /// All `readings` judged, in their order: one a thread, or on a device that likes it all in one call.
    pub fn assess(&self, model: &Model, readings: &[Reading<'_>]) -> Vec<Result<Assessment>> {
        match model.device.likes_batches() {
            true => together::assess(model, readings),
            false => self.each(readings, |r| assess(model, r.transcript, r.format, &r.notes)),
        }
    }

    /// `work` done on every item, in the order of the items. A single item has all threads to itself.
    pub fn each<T: Sync, R: Send>(&self, items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
        if items.len() < 2 {
            return items.iter().map(work).collect();
        }
        let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(items.len())));
        let toil = || {
            while let Some((at, item)) =
                Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, items.get(at)?)))
            {
                let result = work(item);
                done.lock().expect("no worker panics while it holds the list").push((at, result));
            }
        };
        std::thread::scope(|scope| {
            for worker in &self.0 {
                scope.spawn(|| worker.install(toil));
            }
        });
        let mut done = done.into_inner().expect("all workers have ended");
        done.sort_by_key(|(at, _)| *at);
        done.into_iter().map(|(_, result)| result).collect()
    }
}
