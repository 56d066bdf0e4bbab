//! Many pipelines and one remote, over every way to reach one, and what happens when it does not answer.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::Fleet;
use crate::shell::{refused, run, sh};

const AGENTS: [&str; 8] = [
    "agent-infer",
    "agent-router",
    "data-query",
    "order-triage",
    "document-summary",
    "fraud-screening",
    "notification-service",
    "support-rag",
];

/// Starts one line in each folder at once and returns how they ended.
fn at_once(lines: &[(PathBuf, String)]) -> Vec<(i32, String)> {
    std::thread::scope(|scope| {
        let runs: Vec<_> = lines
            .iter()
            .map(|(folder, line)| scope.spawn(move || run(folder, line)))
            .collect();
        runs.into_iter()
            .map(|run| run.join().unwrap())
            .map(|outcome| (outcome.code, outcome.output + &outcome.errors))
            .collect()
    })
}

/// Pipelines, each with a clone of its own, release a different agent each and push at once.
fn pipelines(count: usize) {
    let fleet = Fleet::new();
    let first = fleet.clone("first", "");
    sh(&first, "$XTASK release dev --push");
    let change = "for agent in agents/*/agent.yaml; do sed -i 's/^criticality: .*/criticality: low/' $agent; done
        git commit -qam 'Change all' && git push -q origin main";
    sh(&first, change);
    let lines: Vec<(PathBuf, String)> = AGENTS[..count]
        .iter()
        .map(|agent| {
            (
                fleet.clone(agent, ""),
                format!("$XTASK release dev --agent {agent} --push"),
            )
        })
        .collect();
    for (code, text) in at_once(&lines) {
        assert_eq!(code, 0, "{text}");
    }
    let remote = fleet.remote();
    for agent in &AGENTS[..count] {
        let events = format!("git ls-tree --name-only lockstep/ledger dev/{agent}/ | wc -l");
        assert_eq!(sh(&remote, &events), "2", "{agent}");
        let log = format!("git log --format=%H environment/dev -- .lockstep/{agent} | wc -l");
        assert_eq!(sh(&remote, &log), "2", "{agent}");
    }
    for branch in ["environment/dev", "lockstep/ledger"] {
        assert_eq!(sh(&remote, &format!("git rev-list --merges --count {branch}")), "0");
    }
    assert_eq!(
        sh(&remote, "git rev-list --count environment/dev"),
        (count + 1).to_string()
    );
    sh(&remote, "git fsck --strict");
}

#[test]
fn two_pipelines_push_different_agents_at_once_and_lose_nothing() {
    pipelines(2);
}

#[test]
fn eight_pipelines_push_different_agents_at_once_and_lose_nothing() {
    pipelines(8);
}

/// A server that refuses so many pushes in these words; its file `tries` counts them.
fn refusing(fleet: &Fleet, words: &str, times: u32) {
    let remote = fleet.remote();
    let script = format!(
        "#!/bin/sh\necho x >> '{0}/tries'\n[ $(wc -l < '{0}/tries') -gt {times} ] && exit 0\necho '{words}' >&2\nexit 1\n",
        remote.display()
    );
    fs::create_dir_all(remote.join("hooks")).unwrap();
    fs::write(remote.join("hooks/pre-receive"), script).unwrap();
    sh(&remote, "chmod +x hooks/pre-receive");
}

/// Each wording with which a server says that somebody else was first.
#[test]
fn a_push_that_the_server_refuses_is_tried_again() {
    for words in [
        "cannot lock ref",
        "incorrect old value",
        "failed to update ref",
        "fetch first",
    ] {
        let fleet = Fleet::new();
        let clone = fleet.clone("clone", "");
        refusing(&fleet, words, 1);
        sh(&clone, "$XTASK release dev --push");
        assert_eq!(sh(&fleet.remote(), "wc -l < tries"), "2", "{words}");
    }
}

#[test]
fn a_push_is_tried_five_times_and_no_more() {
    let fleet = Fleet::new();
    let clone = fleet.clone("clone", "");
    refusing(&fleet, "cannot lock ref", 5);
    let outcome = run(&clone, "$XTASK release dev --push --format json");
    assert_eq!(outcome.code, 4, "{}", outcome.output);
    assert_eq!(sh(&fleet.remote(), "wc -l < tries"), "5");
    // when the server is well again, the same run ends well
    sh(&clone, "$XTASK release dev --push");
    assert_eq!(
        sh(&fleet.remote(), "git rev-parse environment/dev lockstep/ledger"),
        sh(&clone, "git rev-parse environment/dev lockstep/ledger")
    );
}

/// A disk that is full: no file may grow.
#[test]
fn a_full_disk_is_a_failure_that_changes_nothing() {
    let fleet = Fleet::new();
    let clone = fleet.clone("clone", "");
    sh(&clone, "$XTASK release dev");
    sh(
        &clone,
        "sed -i 's/^criticality: .*/criticality: low/' agents/*/agent.yaml && git commit -qam Change",
    );
    let references = "git for-each-ref";
    let before = sh(&clone, references);
    let outcome = run(&clone, "trap '' XFSZ; ulimit -f 0; $XTASK release dev 2>&1 | cat");
    assert!(outcome.output.contains("failed: could not write"), "{}", outcome.output);
    assert_eq!(sh(&clone, references), before);
    sh(&clone, "git fsck --strict && $XTASK release dev");
}

/// A server that is stopped when the test ends.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Serves the remote's folder over HTTP through `git http-backend`, or asks everybody for a password.
const HTTP: &str = r#"
import http.server, os, subprocess, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *arguments): pass
    def serve(self):
        if sys.argv[2] == "closed":
            self.send_response(401); self.send_header("WWW-Authenticate", "Basic realm=x"); self.end_headers(); return
        path, _, query = self.path.partition("?")
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            while (size := int(self.rfile.readline(), 16)):
                body += self.rfile.read(size); self.rfile.readline()
        environment = dict(os.environ, GIT_PROJECT_ROOT=sys.argv[1], GIT_HTTP_EXPORT_ALL="1", PATH_INFO=path,
            QUERY_STRING=query, REQUEST_METHOD=self.command, REMOTE_USER="pipeline", REMOTE_ADDR="127.0.0.1",
            CONTENT_TYPE=self.headers.get("Content-Type", ""), CONTENT_LENGTH=str(len(body)),
            HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", ""))
        answer = subprocess.run(["git", "http-backend"], input=body, env=environment, stdout=subprocess.PIPE).stdout
        head, _, rest = answer.partition(b"\r\n\r\n")
        lines = [line.split(": ", 1) for line in head.decode().split("\r\n")]
        status = next((value for key, value in lines if key == "Status"), "200")
        self.send_response(int(status.split()[0]))
        for key, value in lines:
            if key != "Status": self.send_header(key, value)
        self.end_headers(); self.wfile.write(rest)
    do_GET = do_POST = serve
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"#;

fn http(root: &Path, mode: &str) -> (Server, String) {
    let mut child = Command::new("python3")
        .args(["-c", HTTP, &root.display().to_string(), mode])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut port = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut port)
        .unwrap();
    (Server(child), format!("http://127.0.0.1:{}", port.trim()))
}

#[test]
fn local_paths_and_http_remotes_work_alike() {
    let fleet = Fleet::new();
    let root = fleet.remote().parent().unwrap().to_owned();
    let (_server, address) = http(&root, "open");
    let remote = fleet.remote();
    for (name, url) in [
        ("path", remote.display().to_string()),
        ("file", format!("file://{}", remote.display())),
        ("http", format!("{address}/remote.git")),
    ] {
        sh(&root, &format!("git clone -q '{url}' {name}"));
        let clone = root.join(name);
        sh(
            &clone,
            &format!("sed -i 's/^description: .*/description: By {name}./' agents/*/agent.yaml"),
        );
        sh(
            &clone,
            "git commit -qam Change && git push -q origin main && $XTASK release dev --push",
        );
        for branch in ["environment/dev", "lockstep/ledger"] {
            let tip = format!("git rev-parse {branch}");
            assert_eq!(sh(&remote, &tip), sh(&clone, &tip), "{name}");
        }
    }
    sh(&remote, "git fsck --strict");
}

#[test]
fn nobody_is_asked_for_a_password() {
    let fleet = Fleet::new();
    let clone = fleet.clone("clone", "");
    let (_server, address) = http(&fleet.remote(), "closed");
    sh(&clone, &format!("git remote set-url origin {address}/remote.git"));
    refused(&clone, "$XTASK release dev --push", 4, "could not fetch from `origin`");
    assert_eq!(sh(&clone, "git branch --list 'environment/*'"), "");
}
