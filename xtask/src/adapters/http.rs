//! HTTP, with TLS where the address asks for it.

use std::io::Read;
use std::time::Duration;

use crate::failure::{Failure, FailureKind};
use crate::ports::{Http, HttpRequest, HttpResponse};

/// Longest wait for a connection.
const CONNECTING: Duration = Duration::from_secs(10);

/// A client that keeps connections open, follows no redirect, and takes proxies from the usual variables.
#[derive(Debug)]
pub struct Client {
    agent: ureq::Agent,
}

impl Default for Client {
    fn default() -> Client {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(CONNECTING))
            .build();
        Client { agent: config.into() }
    }
}

impl Http for Client {
    fn post(&self, request: &HttpRequest) -> Result<HttpResponse, Failure> {
        let failed = |error: &ureq::Error| {
            Failure::new(
                FailureKind::Outside,
                format!("`{}` did not answer: {}", without_query(&request.url), reason(error)),
            )
        };
        let mut call = self
            .agent
            .post(&request.url)
            .config()
            .timeout_global(Some(request.timeout))
            .build();
        for (name, value) in &request.headers {
            call = call.header(name, value);
        }
        let mut response = call.send(&request.body[..]).map_err(|error| failed(&error))?;
        let retry_after = response
            .headers()
            .get("retry-after")
            .and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let status = response.status().as_u16();
        let mut body = Vec::new();
        let reader = response.body_mut().as_reader();
        reader
            .take(request.most_bytes + 1)
            .read_to_end(&mut body)
            .map_err(|error| {
                Failure::new(
                    FailureKind::Outside,
                    format!("the answer of `{}` broke off: {error}", without_query(&request.url)),
                )
            })?;
        if body.len() as u64 > request.most_bytes {
            let message = format!(
                "the answer of `{}` is longer than {} bytes",
                without_query(&request.url),
                request.most_bytes
            );
            return Err(Failure::new(FailureKind::Outside, message));
        }
        Ok(HttpResponse {
            status,
            retry_after,
            body,
        })
    }
}

/// An address without what may hold a key.
fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}

fn reason(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "the time is over".to_owned(),
        ureq::Error::ConnectionFailed => "nobody listens there".to_owned(),
        other => other.to_string(),
    }
}
