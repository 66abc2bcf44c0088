//! The server's door: HTTP.

mod events;

use crate::node::Node;
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Bytes of a request's body at most.
const BODY_MAX: usize = 4 << 20;

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    node: Arc<Node>,
}

impl Server {
    /// Listens at an address.
    ///
    /// # Errors
    /// Where the address cannot be had.
    pub async fn bind(address: SocketAddr, node: Arc<Node>) -> io::Result<Self> {
        Ok(Self { listener: TcpListener::bind(address).await?, node })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// Of the system.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` comes; requests that are under way are answered.
    ///
    /// # Errors
    /// Where the listener fails.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let routes = Router::new()
            .route("/v1/events", post(events::take))
            .route("/healthz", get(|| async { "ok\n" }))
            .route("/readyz", get(ready))
            .layer(DefaultBodyLimit::max(BODY_MAX))
            .with_state(self.node);
        axum::serve(self.listener, routes).with_graceful_shutdown(stop).await
    }
}

async fn ready(State(node): State<Arc<Node>>) -> (StatusCode, String) {
    match node.failed() {
        None => (StatusCode::OK, String::from("ready\n")),
        Some(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")),
    }
}
