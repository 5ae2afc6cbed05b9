//! Conversations side by side: each is read whole by one thread.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

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
        let mut judged = Vec::with_capacity(readings.len());
        let taken = self.assess_in_order(model, readings, |result| {
            judged.push(result);
            Ok(())
        });
        taken.expect("the taking does not fail");
        judged
    }

    /// The same, each handed to `take` as soon as those before it are done.
    ///
    /// # Errors
    /// The first of `take`, which gets nothing after it.
    pub fn assess_in_order(
        &self,
        model: &Model,
        readings: &[Reading<'_>],
        mut take: impl FnMut(Result<Assessment>) -> Result<()>,
    ) -> Result<()> {
        match model.device.likes_batches() {
            true => together::assess(model, readings).into_iter().try_for_each(take),
            false => {
                let mut taken = Ok(());
                let work = |r: &Reading<'_>| assess(model, r.transcript, r.format, &r.notes);
                self.in_order(readings, work, |result| {
                    if taken.is_ok() {
                        taken = take(result);
                    }
                });
                taken
            }
        }
    }

    /// `work` done on every item, in the order of the items.
    pub fn each<T: Sync, R: Send>(&self, items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
        let mut done = Vec::with_capacity(items.len());
        self.in_order(items, work, |result| done.push(result));
        done
    }

    /// `work` done on every item; `take` gets the results in the order of the items, each as soon as those before it are there.
    /// A single item has all threads to itself.
    fn in_order<T: Sync, R: Send>(
        &self,
        items: &[T],
        work: impl Fn(&T) -> R + Sync,
        mut take: impl FnMut(R),
    ) {
        if items.len() < 2 {
            return items.iter().map(work).for_each(take);
        }
        let (next, (done, results)) = (AtomicUsize::new(0), mpsc::channel());
        let toil = |done: mpsc::Sender<(usize, R)>| {
            while let Some((at, item)) =
                Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, items.get(at)?)))
            {
                // Nobody listens any more when the taking has panicked.
                let _ = done.send((at, work(item)));
            }
        };
        std::thread::scope(|scope| {
            for worker in &self.0 {
                let (done, toil) = (done.clone(), &toil);
                scope.spawn(move || worker.install(|| toil(done)));
            }
            drop(done);
            let (mut early, mut at) = (BTreeMap::new(), 0);
            for (place, result) in results {
                early.insert(place, result);
                while let Some(result) = early.remove(&at) {
                    take(result);
                    at += 1;
                }
            }
        });
    }
}
