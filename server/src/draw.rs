//! Draws charts as SVG without a browser: ECharts, from the same options as in the browser, in QuickJS.
//!
//! Each engine has a thread of its own, at most [`MEMORY`] bytes and [`MOST_TIME`] for a chart. One that failed is thrown away, and
//! the next chart begins with a new one. What waits is bounded too: when [`MOST_WAITING`] charts are asked for, the next is refused
//! at once, and the page has its table.

use rquickjs::{Context, Function, Runtime};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use tokio::sync::{
    mpsc::{Receiver, Sender, channel},
    oneshot,
};

/// Most memory of an engine. Loaded it takes 9 MB; a chart of 530 points 2 MB more.
pub const MEMORY: usize = 32 * 1024 * 1024;
/// Longest time for a chart, by the clock on the wall: on a machine that has much else to do a tenth of a second becomes two.
pub const MOST_TIME: Duration = Duration::from_secs(10);
/// Engines, each in a thread of its own: two pages at once, and their memory is twice [`MEMORY`] at most.
const ENGINES: usize = 2;
/// Most charts that wait for an engine.
pub const MOST_WAITING: usize = 64;

/// ECharts expects a window.
const WINDOW: &str =
    "globalThis.self = globalThis; globalThis.setTimeout = () => 0; globalThis.clearTimeout = () => {};";

/// A chart that was not drawn.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    /// Too many wait already.
    #[error("too many charts are waiting to be drawn")]
    Busy,
    /// The engine gave up: too much memory, too much time, or an option that it does not understand.
    #[error("a chart could not be drawn: {0}")]
    Failed(String),
}

/// What is drawn.
#[derive(Debug)]
pub struct Picture {
    /// An option of ECharts as JSON.
    pub option: String,
    /// The colours of its tokens, as JSON.
    pub palette: String,
    /// Width and height in pixels.
    pub size: (u16, u16),
    /// What it shows.
    pub title: String,
}

struct Job {
    picture: Picture,
    answer: oneshot::Sender<Result<String, DrawError>>,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Draw {
    jobs: Sender<Job>,
}

impl Draw {
    /// With the bundle of `scripts/charts/engine.js`, which is read when the first chart is drawn. The threads end with the last
    /// handle.
    pub fn new(bundle: PathBuf) -> Self {
        let (jobs, waiting) = channel(MOST_WAITING);
        let (waiting, bundle) = (Arc::new(Mutex::new(waiting)), Arc::<Path>::from(bundle));
        for _ in 0..ENGINES {
            let (waiting, bundle) = (waiting.clone(), bundle.clone());
            if let Err(error) =
                thread::Builder::new().name("draw".to_owned()).spawn(move || work(&waiting, &bundle))
            {
                tracing::error!(%error, "no thread for drawing charts");
            }
        }
        Self { jobs }
    }

    /// Draws.
    pub async fn svg(&self, picture: Picture) -> Result<String, DrawError> {
        let (answer, drawn) = oneshot::channel();
        self.jobs.try_send(Job { picture, answer }).map_err(|_| DrawError::Busy)?;
        drawn.await.unwrap_or_else(|_| Err(DrawError::Failed("the engine ended".to_owned())))
    }
}

fn work(waiting: &Mutex<Receiver<Job>>, bundle: &Path) {
    let mut engine = None;
    loop {
        let job = match waiting.lock().map(|mut waiting| waiting.blocking_recv()) {
            Ok(Some(job)) => job,
            _ => return,
        };
        let ready = match engine.take() {
            Some(engine) => Ok(engine),
            None => Engine::load(bundle),
        };
        let drawn = ready.and_then(|ready| {
            let svg = ready.draw(job.picture)?;
            engine = Some(ready);
            Ok(svg)
        });
        // Whoever asked may have gone.
        let _ = job.answer.send(drawn);
    }
}

struct Engine {
    /// When the present chart has to be done, in milliseconds since `born`.
    deadline: Arc<AtomicU64>,
    born: Instant,
    context: Context,
    _runtime: Runtime,
}

impl Engine {
    fn load(bundle: &Path) -> Result<Self, DrawError> {
        let bundle = std::fs::read_to_string(bundle)
            .map_err(|error| DrawError::Failed(format!("{}: {error}", bundle.display())))?;
        let failed = |error: rquickjs::Error| DrawError::Failed(error.to_string());
        let runtime = Runtime::new().map_err(failed)?;
        runtime.set_memory_limit(MEMORY);
        runtime.set_max_stack_size(512 * 1024);
        let (born, deadline) = (Instant::now(), Arc::new(AtomicU64::new(u64::MAX)));
        let until = deadline.clone();
        let late = move || {
            u64::try_from(born.elapsed().as_millis()).unwrap_or(u64::MAX) > until.load(Ordering::Relaxed)
        };
        runtime.set_interrupt_handler(Some(Box::new(late)));
        let context = Context::full(&runtime).map_err(failed)?;
        let engine = Self { deadline, born, context, _runtime: runtime };
        engine.run(|ctx| ctx.eval::<(), _>(WINDOW).and_then(|()| ctx.eval::<(), _>(bundle.as_str())))?;
        Ok(engine)
    }

    fn draw(&self, picture: Picture) -> Result<String, DrawError> {
        let Picture { option, palette, size: (width, height), title } = picture;
        self.run(|ctx| {
            ctx.globals().get::<_, Function>("draw")?.call((option, palette, width, height, title))
        })
    }

    fn run<T>(&self, what: impl FnOnce(&rquickjs::Ctx<'_>) -> rquickjs::Result<T>) -> Result<T, DrawError> {
        let end = (self.born.elapsed() + MOST_TIME).as_millis();
        self.deadline.store(u64::try_from(end).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.context
            .with(|ctx| what(&ctx).map_err(|error| DrawError::Failed(format!("{error}: {:?}", ctx.catch()))))
    }
}
