//! The one file that names rayon: threads that take units in order.

use rayon::ScopeFifo;
use rayon::prelude::*;

/// A pool with one thread a job.
pub struct Pool {
    threads: rayon::ThreadPool,
}

impl Pool {
    /// Starts `jobs` threads.
    ///
    /// # Errors
    /// The system gives no threads.
    pub fn new(jobs: usize) -> Result<Pool, String> {
        rayon::ThreadPoolBuilder::new()
            .num_threads(jobs)
            .thread_name(|i| format!("apitest-{i}"))
            .build()
            .map(|threads| Pool { threads })
            .map_err(|error| format!("cannot start {jobs} threads (--jobs): {error}"))
    }

    /// Applies `work` to every item; the results stand in the order of the items.
    pub fn map<T: Send, R: Send>(
        &self,
        items: Vec<T>,
        work: impl Fn(T) -> R + Sync + Send,
    ) -> Vec<R> {
        self.threads.install(|| items.into_par_iter().with_max_len(1).map(work).collect())
    }

    /// Starts every unit in order, each on the first free thread, and runs `meanwhile` on the
    /// calling thread. `work` gets the index of its thread, and what starts further units beside
    /// it. Returns when all are through.
    pub fn run<U: Send>(
        &self,
        units: Vec<U>,
        work: impl Fn(usize, U, Start<U>) + Sync,
        meanwhile: impl FnOnce(),
    ) {
        let work = &work;
        self.threads.in_place_scope_fifo(|scope| {
            units.into_iter().for_each(|unit| spawn(scope, work, unit));
            meanwhile();
        });
    }
}

/// Starts a further unit.
pub type Start<'s, U> = &'s dyn Fn(U);

fn spawn<'s, U: Send + 's>(
    scope: &ScopeFifo<'s>,
    work: &'s (impl Fn(usize, U, Start<U>) + Sync),
    unit: U,
) {
    scope.spawn_fifo(move |scope| {
        let worker = rayon::current_thread_index().unwrap_or(0);
        work(worker, unit, &|further| spawn(scope, work, further));
    });
}
