//! Every way to reach a remote: paths, HTTP, HTTPS with a certificate of one's own, SSH; and what is said where one does
//! not get through.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{Fleet, write_prompt};
use crate::shell::{refused, run, sh};

const HTTP: &str = include_str!("http.py");

/// A server that is stopped when the test ends.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Serves the repositories of a folder to whom is admitted, with these files of a certificate where it is over TLS.
fn http(root: &Path, admitted: &str, certificate: &[PathBuf]) -> (Server, String) {
    let mut child = Command::new("python3")
        .args(["-c", HTTP])
        .arg(root)
        .arg(admitted)
        .args(certificate)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut port = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut port)
        .unwrap();
    let scheme = if certificate.is_empty() { "http" } else { "https" };
    (Server(child), format!("{scheme}://localhost:{}", port.trim()))
}

/// A certificate for `localhost` and its key, and that of the private authority that issued it.
fn certificate(folder: &Path) -> ([PathBuf; 2], PathBuf) {
    fs::create_dir_all(folder).unwrap();
    sh(
        folder,
        "new='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
         openssl req -x509 $new -keyout ca.key -out ca.pem -days 2 -subj '/CN=Authority of a test' 2>/dev/null
         openssl req $new -keyout server.key -out server.csr -subj /CN=localhost 2>/dev/null
         echo 'subjectAltName=DNS:localhost' > names
         openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem 2>/dev/null",
    );
    let certificate = ["server.pem", "server.key"].map(|name| folder.join(name));
    (certificate, folder.join("ca.pem"))
}

/// A server of SSH on loopback that knows one key, and the configuration of a client that has the key and knows the server.
struct Ssh {
    _server: Server,
    folder: PathBuf,
    port: u16,
}

impl Ssh {
    fn start(folder: &Path) -> Ssh {
        fs::create_dir_all(folder).unwrap();
        // where the server of the system would be started by its service, that makes this folder
        sh(folder, "[ $(id -u) != 0 ] || mkdir -p /run/sshd");
        sh(
            folder,
            "for name in host client stranger; do ssh-keygen -q -t ed25519 -N '' -C $name -f $name; done",
        );
        // somebody else may take the port in between: then another one
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            if let Some(server) = serve(folder, port) {
                let ssh = Ssh {
                    _server: server,
                    folder: folder.to_owned(),
                    port,
                };
                let host = fs::read_to_string(folder.join("host.pub")).unwrap();
                fs::write(folder.join("known"), format!("[127.0.0.1]:{port} {host}")).unwrap();
                return ssh;
            }
        }
        panic!("{}", fs::read_to_string(folder.join("log")).unwrap_or_default());
    }

    /// Where a repository is.
    fn url(&self, repository: &Path) -> String {
        format!("ssh://127.0.0.1:{}{}", self.port, repository.display())
    }

    /// Makes git in a clone come with this key, and know the hosts of this file.
    fn come_with(&self, clone: &Path, key: &str, hosts: &str) {
        let folder = self.folder.display();
        let command = format!(
            "ssh -F none -oIdentitiesOnly=yes -oIdentityFile={folder}/{key} -oUserKnownHostsFile={folder}/{hosts} -oGlobalKnownHostsFile=none -oStrictHostKeyChecking=yes"
        );
        sh(clone, &format!("git config core.sshCommand '{command}'"));
    }
}

fn serve(folder: &Path, port: u16) -> Option<Server> {
    let place = folder.display();
    let log = fs::File::create(folder.join("log")).unwrap();
    let options = [
        format!("HostKey={place}/host"),
        format!("AuthorizedKeysFile={place}/client.pub"),
        "ListenAddress=127.0.0.1".to_owned(),
        "PidFile=none".to_owned(),
        "StrictModes=no".to_owned(),
        "UsePAM=no".to_owned(),
        "PasswordAuthentication=no".to_owned(),
        "KbdInteractiveAuthentication=no".to_owned(),
        "PermitRootLogin=prohibit-password".to_owned(),
    ];
    // it starts itself again for each connection, by its whole path
    let program = sh(folder, "PATH=$PATH:/usr/sbin command -v sshd");
    let mut command = Command::new(program);
    command.args(["-D", "-e", "-f", "/dev/null", "-p", &port.to_string()]);
    command.args(options.iter().map(|option| format!("-o{option}")));
    let mut server = Server(command.stderr(log).spawn().unwrap());
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(30) {
        if server.0.try_wait().unwrap().is_some() {
            return None;
        }
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Some(server);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    None
}

/// Clones by this address with these settings, releases and pushes; another clone then goes on from there, and the first
/// one from that.
fn goes_round(fleet: &Fleet, name: &str, url: &str, settings: &dyn Fn(&Path)) {
    let remote = fleet.remote();
    let clone = |name: &str| {
        let clone = fleet.clone(name, "");
        sh(&clone, &format!("git remote set-url origin '{url}'"));
        settings(&clone);
        sh(&clone, "git pull -q --ff-only origin main");
        clone
    };
    let same = |clone: &Path, own: &str| {
        for branch in ["environment/dev", "lockstep/ledger"] {
            let here = sh(clone, &format!("git rev-parse {own}{branch}"));
            assert_eq!(sh(&remote, &format!("git rev-parse {branch}")), here, "{name}");
        }
    };
    let one = clone(&format!("{name}-one"));
    write_prompt(&one, &format!("{}.0.0", 10 + name.len()));
    sh(&one, "git push -q origin main && $XTASK release dev --push");
    same(&one, "");
    let two = clone(&format!("{name}-two"));
    write_prompt(&two, &format!("{}.1.0", 10 + name.len()));
    sh(&two, "git push -q origin main && $XTASK release dev --push");
    same(&two, "");
    let release = "git pull -q --ff-only origin main && $XTASK release dev --push";
    let text = sh(&one, release);
    assert!(text.contains("nothing to change"), "{name}: {text}");
    same(&one, "origin/");
    sh(&remote, "git fsck --strict");
}

#[test]
fn paths_and_http_and_https_and_ssh_remotes_work_alike() {
    let fleet = Fleet::new();
    let remote = fleet.remote();
    let root = remote.parent().unwrap().to_owned();
    let (_plain, plain) = http(&root, "open", &[]);
    let (certificate, authority) = certificate(&root.join("tls"));
    let (_closed, closed) = http(&root, "robot:secret", &certificate);
    let ssh = Ssh::start(&root.join("ssh"));
    let nothing = |_: &Path| {};
    goes_round(&fleet, "path", &remote.display().to_string(), &nothing);
    goes_round(&fleet, "by-http", &format!("{plain}/remote.git"), &nothing);
    goes_round(&fleet, "with-https", &format!("{closed}/remote.git"), &|clone| {
        let helper = "!f() { echo username=robot; echo password=secret; }; f";
        sh(clone, &format!("git config credential.helper '{helper}'"));
        sh(clone, &format!("git config http.sslCAInfo '{}'", authority.display()));
    });
    goes_round(&fleet, "through-ssh", &ssh.url(&remote), &|clone| {
        ssh.come_with(clone, "client", "known");
    });
}

/// Runs a release that cannot reach its remote: it says why and what to do, and has written nothing.
#[track_caller]
fn does_not_get_through(clone: &Path, why: &str, hint: &str) {
    let outcome = run(clone, "$XTASK release dev --push");
    assert_eq!(outcome.code, 4, "{}{}", outcome.output, outcome.errors);
    let said = "could not fetch from `origin`";
    assert!(outcome.errors.contains(said), "{}", outcome.errors);
    assert!(outcome.errors.contains(why), "{}", outcome.errors);
    let mut hints = outcome.errors.lines().filter(|line| line.contains("hint: "));
    assert!(hints.any(|line| line.contains(hint)), "{}", outcome.errors);
    assert_eq!(sh(clone, "git branch --list 'environment/*' 'lockstep/*'"), "");
}

#[test]
fn who_does_not_get_through_is_told_why_and_never_asked() {
    let fleet = Fleet::new();
    let remote = fleet.remote();
    let root = remote.parent().unwrap().to_owned();
    let clone = fleet.clone("clone", "");
    let at = |url: &str| sh(&clone, &format!("git remote set-url origin '{url}'"));

    let (_closed, address) = http(&root, "robot:secret", &[]);
    at(&format!("{address}/remote.git"));
    does_not_get_through(&clone, "could not read Username", "credential helper");
    let helper = "!f() { echo username=robot; echo password=wrong; }; f";
    sh(&clone, &format!("git config credential.helper '{helper}'"));
    does_not_get_through(&clone, "Authentication failed", "credential helper");

    let (certificate, _) = certificate(&root.join("tls"));
    let (_tls, address) = http(&root, "open", &certificate);
    at(&format!("{address}/remote.git"));
    does_not_get_through(&clone, "certificate", "git config http.sslCAInfo");

    let ssh = Ssh::start(&root.join("ssh"));
    at(&ssh.url(&remote));
    fs::write(root.join("ssh/nobody"), "").unwrap();
    ssh.come_with(&clone, "client", "nobody");
    does_not_get_through(&clone, "Host key verification failed", "ssh-keyscan");
    ssh.come_with(&clone, "stranger", "known");
    does_not_get_through(&clone, "Permission denied", "ssh-add");

    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    at(&format!("https://127.0.0.1:{free}/remote.git"));
    does_not_get_through(&clone, "Failed to connect", "git remote -v");
    at("https://nowhere.invalid/remote.git");
    does_not_get_through(&clone, "Could not resolve host", "git remote -v");
}

#[test]
fn who_may_read_but_not_write_is_told_so() {
    let fleet = Fleet::new();
    let clone = fleet.clone("clone", "");
    let ssh = Ssh::start(&fleet.remote().parent().unwrap().join("ssh"));
    sh(
        &clone,
        &format!("git remote set-url origin '{}'", ssh.url(&fleet.remote())),
    );
    ssh.come_with(&clone, "client", "known");
    let hook = fleet.remote().join("hooks/pre-receive");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, "#!/bin/sh\necho 'protected branch' >&2\nexit 1\n").unwrap();
    sh(&fleet.remote(), "chmod +x hooks/pre-receive");
    refused(&clone, "$XTASK release dev --push", 4, "protected branch");
    refused(
        &clone,
        "$XTASK release dev --push",
        4,
        "stays on the branches of this clone",
    );
    fs::remove_file(hook).unwrap();
    sh(&clone, "$XTASK release dev --push");
}
