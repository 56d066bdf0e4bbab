//! HTTP, as far as the tool speaks it.

use std::time::Duration;

use crate::failure::Failure;

/// A request over HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// The whole address.
    pub url: String,
    /// Headers by name.
    pub headers: Vec<(String, String)>,
    /// The body, which is posted.
    pub body: Vec<u8>,
    /// Longest that all of it may take.
    pub timeout: Duration,
    /// Most bytes of an answer that are read.
    pub most_bytes: u64,
}

/// An answer over HTTP, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpResponse {
    /// Its status.
    pub status: u16,
    /// Seconds after which the server wants to be asked again.
    pub retry_after: Option<u64>,
    /// Its body, whole.
    pub body: Vec<u8>,
}

/// Servers that answer over HTTP.
pub trait Http: Send + Sync {
    /// Posts a request; fails where no whole answer comes back in time.
    fn post(&self, request: &HttpRequest) -> Result<HttpResponse, Failure>;
}
