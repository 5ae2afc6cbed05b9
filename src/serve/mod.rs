//! The local page on which one conversation is checked: pasted or dropped, read, corrected, reported on.
//!
//! It listens on the loopback address only and opens no other socket. Nothing is kept: a request brings the bytes of
//! the conversation with all corrections, and the answer takes everything away with it. A store of sessions would
//! spare the browser sending a file again, which over loopback costs nothing, and would need a rule for when to
//! forget; so there is none, and "Clear everything" is true as soon as the browser has done it.
//!
//! ```text
//! browser ── guard (host, origin, token) ── ask ── blocking thread: import ─ reading ─ score ─ report ── answer
//! ```
//!
//! The page is four files in `page/`, in plain HTML, CSS and JavaScript, which are part of the program.

mod answer;
mod ask;
mod guard;
mod read;

use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::middleware;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::models::Model;
use crate::report;
use answer::Refusal;
use ask::Ask;

/// Bytes of one request: the conversation and its corrections.
pub const LARGEST: usize = 64 << 20;
/// Conversations that are worked on at once; others wait.
const AT_ONCE: usize = 2;

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");
const READING: &str = include_str!("page/reading.js");

/// What all requests share. It holds nothing of any conversation.
pub struct Server {
    model: Arc<Model>,
    port: u16,
    token: String,
    gate: Arc<Semaphore>,
}

impl Server {
    /// A server that is reached on `port`, with a token that no other run has.
    pub fn new(model: Arc<Model>, port: u16) -> Arc<Self> {
        let gate = Arc::new(Semaphore::new(AT_ONCE));
        Arc::new(Self { model, port, token: guard::token(), gate })
    }

    /// The word that the page has to send along to be heard.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Every path there is, behind the guard.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/", get(page))
            .route("/page.css", get(|| async { text("text/css", STYLE) }))
            .route("/report.css", get(|| async { text("text/css", report::CSS) }))
            .route("/page.js", get(|| async { text("text/javascript", SCRIPT) }))
            .route("/reading.js", get(|| async { text("text/javascript", READING) }))
            .route("/read", post(read))
            .route("/check", post(check))
            .fallback(|| async { Refusal::nothing_here() })
            .method_not_allowed_fallback(|| async { Refusal::nothing_here() })
            .layer(middleware::from_fn_with_state(self.clone(), guard::guard))
            .with_state(self.clone())
    }

    /// Do work on a request's bytes where it may take its time. Whatever happens there, the server goes on.
    async fn work<T: Send + 'static>(
        self: Arc<Self>,
        request: Request,
        work: impl FnOnce(&Self, Ask) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let length = request.headers().get(CONTENT_LENGTH).and_then(|l| l.to_str().ok()?.parse::<u64>().ok());
        if length.is_some_and(|l| l > LARGEST as u64) {
            return Err(Refusal::too_large());
        }
        let turn = self.gate.clone().acquire_owned().await.map_err(|_| Refusal::broken())?;
        let body =
            axum::body::to_bytes(request.into_body(), LARGEST).await.map_err(|_| Refusal::too_large())?;
        let task = tokio::task::spawn_blocking(move || {
            let result = Ask::parse(body).and_then(|ask| work(&self, ask));
            // Kept until here, so that work that nobody waits for any more still counts.
            drop(turn);
            result
        });
        task.await.unwrap_or_else(|_| Err(Refusal::broken()))
    }
}

async fn page(State(server): State<Arc<Server>>) -> Response {
    let formats: String =
        crate::import::FORMATS.iter().map(|f| format!("<option>{}</option>", f.name())).collect();
    let page = PAGE.replace("{token}", &server.token).replace("{formats}", &formats);
    text("text/html", page.replace("{largest}", &LARGEST.to_string()))
}

async fn read(State(server): State<Arc<Server>>, request: Request) -> Result<Response, Refusal> {
    let reading = server.work(request, |_, ask| read::read(&ask)).await?;
    Ok(Json(reading).into_response())
}

async fn check(State(server): State<Arc<Server>>, request: Request) -> Result<Response, Refusal> {
    let checked = server.work(request, |server, ask| read::check(&server.model, &ask)).await?;
    Ok(Json(checked).into_response())
}

fn text(kind: &'static str, content: impl Into<String>) -> Response {
    ([(CONTENT_TYPE, format!("{kind}; charset=utf-8"))], content.into()).into_response()
}

/// Serve until Ctrl-C. `ready` is told the address once it can be opened; port 0 takes any that is free.
pub fn run(model: Model, port: u16, ready: impl FnOnce(&str)) -> Result<()> {
    hush();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        let listener = bind(port).await?;
        let port = listener.local_addr().context("cannot tell the address")?.port();
        let server = Server::new(Arc::new(model), port);
        ready(&format!("http://127.0.0.1:{port}/"));
        tokio::select! {
            served = axum::serve(listener, server.router()).into_future() => served.context("the server ended"),
            stop = tokio::signal::ctrl_c() => stop.context("cannot listen for Ctrl-C"),
        }
    });
    // Whoever ends it does not wait for the conversation that is being read.
    runtime.shutdown_background();
    result
}

async fn bind(port: u16) -> Result<TcpListener> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
        Ok(listener) => Ok(listener),
        Err(e) if e.kind() == std::io::ErrorKind::AddrInUse => bail!(
            "port {port} is in use, perhaps by another rushlight; open that one, or give --port 0 for a free port"
        ),
        Err(e) => Err(e).with_context(|| {
            format!("cannot listen on port {port}; give another with --port, or --port 0 for a free one")
        }),
    }
}

/// The message of a panic may quote what it stumbled over; only its place is told.
fn hush() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|l| format!(" at {}:{}", l.file(), l.line())).unwrap_or_default();
        anstream::eprintln!("error: something went wrong inside{place}; please report this place");
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::Place;

    #[test]
    fn a_fault_in_the_work_is_told_and_the_server_goes_on() {
        let model = Arc::new(Model::load(&Place::find(None).unwrap()).unwrap());
        let server = Server::new(model, 7878);
        let ask = || Request::new(axum::body::Body::from("{}\nAna: hi"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        for _ in 0..2 * AT_ONCE {
            let failed = runtime
                .block_on(server.clone().work(ask(), |_, _| -> Result<(), Refusal> { panic!("a test") }));
            assert!(failed.is_err());
        }
        assert_eq!(runtime.block_on(server.work(ask(), |_, ask| Ok(ask.bytes.len()))).ok(), Some(7));
    }
}
