//! A server on this machine that speaks OpenAI's chat completions, well or badly.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

/// What the server does with a request, given its number from 0 and its body.
pub type Behaviour = Box<dyn Fn(usize, &Value) -> Answer + Send + Sync>;

/// What the server sends back.
pub enum Answer {
    /// A status and a body.
    Whole(u16, String),
    /// A status, a body, and after how many seconds to come again.
    Later(u16, u64),
    /// Half of what it announces.
    Half,
    /// Nothing, ever.
    Nothing,
}

/// A server that runs as long as the test does.
pub struct Server {
    pub url: String,
    pub bodies: Arc<Mutex<Vec<Value>>>,
    /// What was asked for: path and query, in order.
    pub targets: Arc<Mutex<Vec<String>>>,
    /// The keys that came with it.
    pub keys: Arc<Mutex<Vec<String>>>,
}

/// What was asked so far.
#[derive(Clone, Default)]
struct Seen {
    bodies: Arc<Mutex<Vec<Value>>>,
    targets: Arc<Mutex<Vec<String>>>,
    keys: Arc<Mutex<Vec<String>>>,
    count: Arc<AtomicUsize>,
}

impl Server {
    pub fn start(behaviour: Behaviour) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let (behaviour, seen) = (Arc::new(behaviour), Seen::default());
        let (bodies, targets) = (Arc::clone(&seen.bodies), Arc::clone(&seen.targets));
        let keys = Arc::clone(&seen.keys);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (behaviour, seen) = (Arc::clone(&behaviour), seen.clone());
                thread::spawn(move || serve(&stream.unwrap(), &behaviour, &seen));
            }
        });
        Server {
            url,
            bodies,
            targets,
            keys,
        }
    }

    /// A server that answers every question with this text.
    pub fn saying(text: &'static str) -> Server {
        Server::start(Box::new(move |_, _| Answer::Whole(200, completion(text))))
    }

    pub fn asked(&self) -> usize {
        self.bodies.lock().unwrap().len()
    }
}

/// A completion with this text.
pub fn completion(text: &str) -> String {
    json!({
        "choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10},
    })
    .to_string()
}

/// A completion that calls a tool.
pub fn calling(tool: &str, arguments: &Value) -> String {
    let function = json!({"name": tool, "arguments": arguments.to_string()});
    json!({
        "choices": [{
            "message": {"content": null, "tool_calls": [{"id": "c1", "type": "function", "function": function}]},
            "finish_reason": "tool_calls",
        }],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10},
    })
    .to_string()
}

fn serve(stream: &TcpStream, behaviour: &Behaviour, seen: &Seen) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut length = 0;
        let mut line = String::new();
        loop {
            line.clear();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if let Some(target) = line.strip_prefix("POST ") {
                let target = target.split(' ').next().unwrap().to_owned();
                seen.targets.lock().unwrap().push(target);
            }
            if let Some((_, key)) = line.split_once(": Bearer ") {
                seen.keys
                    .lock()
                    .unwrap()
                    .push(key.trim_end_matches(['\r', '\n']).to_owned());
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        let answer = behaviour(seen.count.fetch_add(1, Ordering::SeqCst), &body);
        seen.bodies.lock().unwrap().push(body);
        let mut out = stream;
        // a client that has gone is no failure of the server
        let _ = match answer {
            Answer::Whole(status, body) => {
                write!(
                    out,
                    "HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                )
            }
            Answer::Later(status, seconds) => {
                write!(
                    out,
                    "HTTP/1.1 {status} X\r\nretry-after: {seconds}\r\ncontent-length: 0\r\n\r\n"
                )
            }
            Answer::Half => {
                let _ = write!(out, "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{{\"choices\":");
                return;
            }
            Answer::Nothing => {
                let mut rest = Vec::new();
                let _ = reader.read_to_end(&mut rest);
                return;
            }
        };
    }
}
