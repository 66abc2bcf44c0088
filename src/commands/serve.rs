//! `journey serve`.

mod effects;

use crate::failure::Failure;
use crate::output::Output;
use crate::report;
use clap::Args;
use effects::EffectsLog;
use journey_runtime::node::{Bell, Node, Part};
use journey_runtime::partition::Options;
use journey_runtime::server::Server;
use journey_runtime::store::{DurableStore, StoreError};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// Take events as they come, and walk customers through their journeys in real time
#[derive(Debug, Args)]
#[command(after_long_help = "\
Events are CloudEvents as JSON. An answer means that they are on disk.

Examples:
  journey serve shop --data state         take events on this machine, at port 7070
  curl -H 'content-type: application/cloudevents+json' -d @event.json http://127.0.0.1:7070/v1/events

The server stops at SIGTERM or Ctrl-C, when what it has taken is durable.")]
pub struct Serve {
    /// The project: a folder, or a file; the one around the current folder unless given
    path: Option<PathBuf>,
    /// Where all state is kept
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Where to listen; only this machine can reach a loopback address
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7070")]
    listen: SocketAddr,
    /// Append everything that happens to this file, one JSON object a line; after a crash the last lines may stand there twice
    #[arg(long, value_name = "FILE")]
    effects: Option<PathBuf>,
}

pub fn run(command: &Serve, output: &Output) -> Result<(), Failure> {
    if !command.listen.ip().is_loopback() {
        return Err(Failure::Usage(format!("`{}` can be reached from other machines; listen on 127.0.0.1 or [::1]", command.listen)));
    }
    let project = report::load(command.path.as_deref(), output)?;
    let program = Arc::new(report::runnable(&project, output)?);
    let options = Options { dedupe_ms: project.settings.dedupe_window_ms, budget: project.settings.budget, lateness_ms: 0 };
    let noted = effects::noted(&command.data, command.effects.is_some());
    let bell = Bell::new();
    let ring = bell.clone();
    let store =
        DurableStore::open_threaded(&command.data, project.settings.cache_bytes, noted, Arc::new(move || ring.ring())).map_err(failed)?;
    let sink = EffectsLog::open(command.effects.as_deref(), &command.data, noted.unwrap_or(store.end()))
        .map_err(|error| Failure::io(String::from("the effects can't be written"), &error))?;
    let part = Part { store, bell, sink };
    let node = Node::start(&program, &Arc::new(project.sources), options, vec![part]).map_err(failed)?;
    serve(command.listen, Arc::new(node), output)
}

fn failed(error: StoreError) -> Failure {
    Failure::Environment(error.to_string())
}

fn serve(address: SocketAddr, node: Arc<Node>, output: &Output) -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Failure::io(String::from("no threads can be had"), &error))?;
    let served = runtime.block_on(async {
        let server = Server::bind(address, Arc::clone(&node)).await?;
        output.note(&format!("listening on http://{}\n", server.address()?));
        server.serve(stopped()).await
    });
    served.map_err(|error| Failure::io(format!("cannot listen on {address}"), &error))?;
    drop(runtime);
    node.stop();
    match node.failed() {
        Some(why) => Err(Failure::Environment(why)),
        None => Ok(()),
    }
}

/// Somebody has asked the server to stop.
async fn stopped() {
    let interrupted = async {
        // Where signals can't be had, the server can only be killed; it loses nothing by that.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
