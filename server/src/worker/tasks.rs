//! Tasks that must go on: one that fails or panics is started again, after a while that grows, and its state is part
//! of the program's health.

use std::{
    collections::BTreeMap,
    fmt::Display,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, sleep};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The first wait before a restart, and the longest.
const WAITS: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(30));

/// See the module. Clones speak of the same tasks.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    states: Arc<Mutex<BTreeMap<&'static str, State>>>,
    running: TaskTracker,
}

#[derive(Debug, Clone, Copy)]
struct State {
    failures: u32,
    beat: Instant,
}

/// How one task goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskReport {
    /// Its name.
    pub name: &'static str,
    /// How often it failed since it last got something done; 0 is well.
    pub failures: u32,
    /// Seconds since it last said that it is well.
    pub quiet: u64,
}

/// With this a task says that it is well.
#[derive(Debug, Clone)]
pub struct Beat {
    name: &'static str,
    tasks: Tasks,
}

impl Beat {
    /// It is well.
    pub fn well(&self) {
        self.tasks.set(self.name, 0);
    }
}

impl Tasks {
    /// Keeps `work` going until `stop`; it ends by itself only when it was asked to.
    pub fn supervise<Work, Run, E>(&self, name: &'static str, stop: &CancellationToken, work: Work)
    where
        Work: Fn(Beat) -> Run + Send + 'static,
        Run: Future<Output = Result<(), E>> + Send + 'static,
        E: Display + Send + 'static,
    {
        self.set(name, 0);
        let (tasks, stop) = (self.clone(), stop.clone());
        self.running.spawn(async move {
            loop {
                let beat = Beat { name, tasks: tasks.clone() };
                let error = match tokio::spawn(work(beat)).await {
                    Ok(Ok(())) => return,
                    Ok(Err(error)) => error.to_string(),
                    Err(error) => error.to_string(),
                };
                let failures = tasks.failed(name);
                let wait = wait_after(failures);
                metrics::counter!("tracker_task_failures_total", "task" => name).increment(1);
                tracing::error!(
                    task = name,
                    error,
                    failures,
                    wait_ms = wait.as_millis() as u64,
                    "a task failed"
                );
                if stop.run_until_cancelled(sleep(wait)).await.is_none() {
                    return;
                }
            }
        });
    }

    /// How all of them go, by name.
    pub fn report(&self) -> Vec<TaskReport> {
        let report = |(name, state): (&&'static str, &State)| TaskReport {
            name,
            failures: state.failures,
            quiet: state.beat.elapsed().as_secs(),
        };
        self.states().iter().map(report).collect()
    }

    /// Waits until all of them have stopped.
    pub async fn stopped(&self) {
        self.running.close();
        self.running.wait().await;
    }

    fn set(&self, name: &'static str, failures: u32) {
        self.states().insert(name, State { failures, beat: Instant::now() });
    }

    fn failed(&self, name: &'static str) -> u32 {
        let mut states = self.states();
        let state = states.entry(name).or_insert(State { failures: 0, beat: Instant::now() });
        state.failures += 1;
        state.failures
    }

    fn states(&self) -> MutexGuard<'_, BTreeMap<&'static str, State>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wait_after(failures: u32) -> Duration {
    let (first, longest) = WAITS;
    first.saturating_mul(1 << failures.saturating_sub(1).min(10)).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test]
    async fn a_task_that_fails_and_panics_is_started_again_and_shows() {
        let (tasks, stop) = (Tasks::default(), CancellationToken::new());
        let starts = Arc::new(AtomicU32::new(0));
        let (counted, token) = (starts.clone(), stop.clone());
        tasks.supervise("test", &stop, move |beat| {
            let (start, token) = (counted.fetch_add(1, Ordering::SeqCst), token.clone());
            async move {
                match start {
                    0 => Err("no database".to_owned()),
                    1 => panic!("a fault"),
                    _ => {
                        sleep(Duration::from_millis(600)).await;
                        beat.well();
                        token.cancelled().await;
                        Ok(())
                    }
                }
            }
        });
        sleep(Duration::from_millis(900)).await;
        assert_eq!(tasks.report()[0].failures, 2);
        sleep(Duration::from_secs(5)).await;
        assert_eq!((tasks.report()[0].failures, starts.load(Ordering::SeqCst)), (0, 3));
        stop.cancel();
        tasks.stopped().await;
    }

    #[test]
    fn the_wait_grows_to_half_a_minute() {
        assert_eq!(wait_after(1), Duration::from_millis(200));
        assert_eq!(wait_after(3), Duration::from_millis(800));
        assert_eq!(wait_after(100), Duration::from_secs(30));
    }
}
