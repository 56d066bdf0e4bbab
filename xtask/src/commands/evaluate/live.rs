//! A live endpoint that speaks OpenAI's chat completions: retries, budgets, and nothing half taken.

mod outages;
mod spent;

use std::time::Duration;

use lockstep::model::Digest;
use lockstep::prompts::run::{Answers, Refusal, Reply, Request, openai};
use lockstep::secrets::without_login;

use super::sources::Endpoint;
use crate::ports::{Clock, Http, HttpRequest, HttpResponse};
pub(super) use outages::Outages;
pub(super) use spent::{Budget, Short, Spent, Used};

/// How often a request is sent in all.
const TRIES: u32 = 5;
/// How many times the timeout of one try all tries of a question may take, the waits between them among it.
const TIMEOUTS: u32 = 3;
/// Longest wait between two tries, and longest that a server may ask for in all.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Most bytes of an answer: far more than any model writes.
const MOST_BYTES: u64 = 4 << 20;
/// Bytes of a question that are taken for one token: few enough that the estimate is rather too high.
const BYTES_PER_TOKEN: usize = 3;

/// A live endpoint.
pub(super) struct Live<'a> {
    pub(super) http: &'a dyn Http,
    pub(super) clock: &'a dyn Clock,
    pub(super) endpoint: &'a Endpoint,
    /// Of one try.
    pub(super) timeout: Duration,
    pub(super) budget: Budget,
    /// Price of a million tokens of question and of answer, by provider and model.
    pub(super) price: &'a (dyn Fn(&str, &str) -> Option<(f64, f64)> + Sync),
    /// What the endpoint calls the model of a request.
    pub(super) served: &'a (dyn Fn(&Request) -> String + Sync),
    pub(super) spent: &'a Spent,
    pub(super) outages: &'a Outages,
}

impl Answers for Live<'_> {
    fn answer(&self, request: &Request, _key: &Digest) -> Result<Reply, Refusal> {
        let served = (self.served)(request);
        let body = openai::body(request, &served);
        let body = serde_json::to_vec(&body).expect("requests have string keys");
        let mut reserved = self
            .spent
            .reserve(&self.budget, self.most(request, body.len())?)
            .map_err(Refusal::OverBudget)?;
        let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        if let Some(key) = &self.endpoint.key {
            headers.push(("authorization".to_owned(), format!("Bearer {key}")));
        }
        let call = HttpRequest {
            url: self.endpoint.url.clone(),
            headers,
            body,
            timeout: self.timeout,
            most_bytes: MOST_BYTES,
        };
        let (mut reply, latency) = self.send(call, &served)?;
        reply.latency_ms = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
        reserved.settle(self.used(request, reply.usage.input, reply.usage.output));
        Ok(reply)
    }
}

impl Live<'_> {
    /// The most that a question may use up.
    fn most(&self, request: &Request, bytes: usize) -> Result<Used, Refusal> {
        let model = &request.model;
        if self.budget.cost.is_some() && (self.price)(&model.provider, &model.name).is_none() {
            let message = format!("the price of `{}` is not known, so no budget can hold it", model.name);
            self.spent.refuse(&message);
            return Err(Refusal::OverBudget(message));
        }
        let question = bytes.div_ceil(BYTES_PER_TOKEN) as u64;
        Ok(self.used(request, question, u64::from(request.max_tokens)))
    }

    fn used(&self, request: &Request, input: u64, output: u64) -> Used {
        let price = (self.price)(&request.model.provider, &request.model.name);
        #[expect(clippy::cast_precision_loss, reason = "tokens of an answer are few")]
        let cost = price.map_or(0.0, |(question, answer)| {
            (input as f64 * question + output as f64 * answer) / 1e6
        });
        Used {
            tokens: input + output,
            cost,
        }
    }

    fn read(&self, response: &HttpResponse) -> openai::Received {
        openai::Received::new(&response.body, self.endpoint.key.as_deref())
    }

    /// Sends until an answer comes that is worth reading, waiting twice as long each time; and how long that one took.
    fn send(&self, mut call: HttpRequest, served: &str) -> Result<(Reply, Duration), Refusal> {
        let mut wait = Duration::from_millis(500);
        let (mut limit, mut gone, mut granted) = (self.timeout * TIMEOUTS, Duration::ZERO, Duration::ZERO);
        let mut attempt = 0;
        loop {
            attempt += 1;
            self.outages.go_on()?;
            call.timeout = self.timeout.min(limit - gone);
            let begun = self.clock.monotonic();
            let answered = self.http.post(&call);
            let took = Duration::try_from_secs_f64(self.clock.monotonic() - begun).unwrap_or_default();
            gone += took;
            let (problem, asked) = match answered {
                Ok(response) => match response.status {
                    200 => match self.read(&response).reply(served) {
                        Ok(reply) => {
                            self.outages.answered();
                            return Ok((reply, took));
                        }
                        Err(problem) => (problem, None),
                    },
                    408 | 429 | 500.. => (self.status(&response), response.retry_after),
                    // it leads elsewhere, or lets nobody in: no other question fares better
                    300..=399 | 401 | 403 | 404 => return Err(self.outages.refused(self.status(&response))),
                    // it takes this question for a bad one, however often it is asked
                    _ => return Err(self.outages.failed(self.status(&response))),
                },
                Err(failure) => (failure.message, None),
            };
            let mut pause = wait;
            if let Some(seconds) = asked {
                // who is told to wait does so, and the wait does not count
                pause = Duration::from_secs(seconds).min(LONGEST_WAIT - granted);
                granted += pause;
                limit += pause;
            }
            if attempt == TRIES || gone + pause >= limit {
                let times = if attempt == 1 {
                    "once".to_owned()
                } else {
                    format!("{attempt} times")
                };
                return Err(self.outages.failed(format!("{problem}, {times}")));
            }
            self.clock.wait(pause);
            gone += pause;
            wait *= 2;
        }
    }

    fn status(&self, response: &HttpResponse) -> String {
        let excerpt = self.read(response).excerpt();
        let mut place = String::new();
        // where nothing is, or only the way to elsewhere, the address is what is wrong; a query may have a key
        if response.status == 404 || (300..400).contains(&response.status) {
            let (path, query) = self.endpoint.url.split_once('?').unwrap_or((&self.endpoint.url, ""));
            let query = if query.is_empty() { "" } else { "?…" };
            place = format!(" at {}{query}", without_login(path));
        }
        let excerpt = match excerpt.is_empty() {
            true => String::new(),
            false => format!(": {excerpt}"),
        };
        format!("the endpoint answers with status {}{place}{excerpt}", response.status)
    }
}
