//! Whom to believe: which keys and identities may sign what, until when, and which no more.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::commit::CommitKey;
use super::key::PublicKey;
use super::trust_file::{Revocation, SequenceRange, SignerEntry, TrustFile};
use crate::model::{EnvironmentName, Problem, Timestamp, suggestion};

/// Whom to believe: a trust file whose keys and times are read.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The signers, those of the file first.
    pub signers: Vec<TrustedSigner>,
    /// Whose commits must be signed, and by whom.
    pub commits: BTreeMap<EnvironmentName, Vec<CommitKey>>,
    /// Commits that need no signature, nor do those before them.
    pub settled: BTreeMap<EnvironmentName, BTreeSet<String>>,
    /// How old the last release may be, days.
    pub freshness: BTreeMap<EnvironmentName, u32>,
    /// Environments whose events must be signed, and the commit of the ledger up to which they need not be.
    pub ledger: BTreeMap<EnvironmentName, Option<String>>,
    /// Who may sign images.
    pub images: Vec<TrustedImageSigner>,
}

/// Who may sign images, read.
#[derive(Clone, Debug)]
pub struct TrustedImageSigner {
    /// What the image's repository begins with, up to a `/`.
    pub repository: String,
    /// What they sign with.
    pub proof: Proof,
}

/// An entry, read.
#[derive(Clone, Debug)]
pub struct TrustedSigner {
    /// What it is called.
    pub name: String,
    /// What it signs with.
    pub proof: Proof,
    /// The environments that it may sign for.
    pub environments: Vec<EnvironmentName>,
    /// The agents that it may sign for; all where none are named.
    pub agents: Option<Vec<String>>,
    /// Which commits of an environment it may sign.
    pub sequences: BTreeMap<EnvironmentName, SequenceRange>,
    /// From when, seconds since 1970.
    pub valid_from: Option<i64>,
    /// Until when, seconds since 1970.
    pub valid_until: Option<i64>,
    /// Why it is not believed any more.
    pub revoked: Option<Revocation>,
}

/// What a signer signs with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A key.
    Key(PublicKey),
    /// A certificate for this identity from this issuer.
    Identity {
        /// Its subject.
        identity: String,
        /// Who vouched for it.
        issuer: String,
    },
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Proof::Key(key) => write!(f, "the key `{}`", key.id()),
            Proof::Identity { identity, issuer } => write!(f, "`{identity}` from `{issuer}`"),
        }
    }
}

impl Trust {
    /// Reads the entries of a file; every one that cannot be believed is a problem.
    pub fn of(file: &TrustFile) -> (Trust, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut signers = Vec::new();
        for (index, entry) in file.signers.iter().enumerate() {
            let pointer = format!("/signers/{index}");
            match signer(entry, &pointer) {
                Ok(signer) => signers.push(signer),
                Err(problem) => problems.push(problem),
            }
            problems.extend(idle(entry, &pointer));
            if file.signers[..index].iter().any(|other| other.name == entry.name) {
                let message = format!("`{}` is the name of another signer already", entry.name);
                let problem = Problem::error("unclear-signer", format!("{pointer}/name"), message);
                problems.push(problem.help("rename one of them: `keys revoke` and what `verify` says go by names"));
            }
        }
        let mut images = Vec::new();
        for (index, image) in file.images.iter().enumerate() {
            let parts = (image.key.as_deref(), image.identity.as_deref(), image.issuer.as_deref());
            match proof(parts, &format!("/images/{index}")) {
                Ok(proof) => images.push(TrustedImageSigner {
                    repository: image.repository.trim_end_matches('/').to_owned(),
                    proof,
                }),
                Err(problem) => problems.push(problem),
            }
        }
        let mut commits: BTreeMap<EnvironmentName, Vec<CommitKey>> = BTreeMap::new();
        let mut settled: BTreeMap<EnvironmentName, BTreeSet<String>> = BTreeMap::new();
        for (environment, entries) in &file.commits {
            // an environment whose entries cannot be read still demands what none of them can meet
            let keys = commits.entry(environment.clone()).or_default();
            for (index, entry) in entries.iter().enumerate() {
                match CommitKey::of(entry, &format!("/commits/{environment}/{index}")) {
                    Ok(key) => keys.push(key),
                    Err(problem) => problems.push(problem),
                }
                if let Some(since) = &entry.since {
                    problems.extend(not_whole(since, &format!("/commits/{environment}/{index}/since")));
                    settled.entry(environment.clone()).or_default().insert(since.clone());
                }
            }
        }
        let mut ledger = BTreeMap::new();
        for (environment, demand) in &file.ledger {
            let since = demand.since.as_deref();
            let pointer = format!("/ledger/{environment}/since");
            problems.extend(since.and_then(|since| not_whole(since, &pointer)));
            ledger.insert(environment.clone(), demand.since.clone());
        }
        let mut trust = Trust {
            ledger,
            commits,
            settled,
            freshness: file.freshness.clone(),
            images,
            ..Trust::default()
        };
        trust.extend(signers);
        (trust, problems)
    }

    /// Believes these signers too. A key or identity that one entry revokes is revoked in all of them.
    pub fn extend(&mut self, signers: impl IntoIterator<Item = TrustedSigner>) {
        self.signers.extend(signers);
        let revoked = self.signers.iter().filter_map(|signer| {
            let revocation = signer.revoked.clone()?;
            Some((signer.proof.clone(), revocation))
        });
        let revoked: Vec<(Proof, Revocation)> = revoked.collect();
        for signer in self.signers.iter_mut().filter(|signer| signer.revoked.is_none()) {
            let revocation = revoked.iter().find(|(proof, _)| *proof == signer.proof);
            signer.revoked = revocation.map(|(_, revocation)| revocation.clone());
        }
    }

    /// Whether anyone at all may sign for an environment.
    pub fn covers(&self, environment: &EnvironmentName) -> bool {
        self.signers
            .iter()
            .any(|signer| signer.environments.contains(environment))
    }

    /// The ids of all keys, those that may not sign any more included.
    pub fn key_ids(&self) -> impl Iterator<Item = String> {
        self.signers.iter().filter_map(|signer| match &signer.proof {
            Proof::Key(key) => Some(key.id().to_owned()),
            Proof::Identity { .. } => None,
        })
    }

    /// The entries of a key by its id.
    pub fn with_key(&self, id: &str) -> Vec<&TrustedSigner> {
        let has = |signer: &&TrustedSigner| matches!(&signer.proof, Proof::Key(key) if key.id() == id);
        self.signers.iter().filter(has).collect()
    }

    /// Who may sign the images of a repository: the entries whose beginning of it is the longest.
    pub fn image_signers(&self, repository: &str) -> Vec<&TrustedImageSigner> {
        let begins = |signer: &&TrustedImageSigner| {
            let rest = repository.strip_prefix(&signer.repository);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let mut signers: Vec<_> = self.images.iter().filter(begins).collect();
        let longest = signers.iter().map(|signer| signer.repository.len()).max();
        signers.retain(|signer| Some(signer.repository.len()) == longest);
        signers
    }

    /// The entries of a key or an identity, letter by letter.
    pub fn with_proof(&self, proof: &Proof) -> Vec<&TrustedSigner> {
        self.signers.iter().filter(|signer| signer.proof == *proof).collect()
    }

    /// The environment by which events about it are signed. One that the file names nowhere, since it left the fleet or has
    /// another name now, is nobody's: whoever may sign for the agent anywhere speaks for what happened there.
    pub fn place<'e>(&self, environment: Option<&'e EnvironmentName>) -> Option<&'e EnvironmentName> {
        let named = |name: &&EnvironmentName| {
            let mut signers = self.signers.iter();
            self.ledger.contains_key(*name) || signers.any(|signer| signer.environments.contains(*name))
        };
        environment.filter(named)
    }
}

/// The problem of a commit that is not named by its whole id.
fn not_whole(commit: &str, pointer: &str) -> Option<Problem> {
    let is_hexadecimal = commit.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (!is_hexadecimal || !matches!(commit.len(), 40 | 64)).then(|| {
        let message = format!("`{commit}` is no whole id of a commit");
        Problem::error("unclear-signer", pointer, message).help("write the 40 digits that `git rev-parse` prints")
    })
}

impl TrustedSigner {
    /// What keeps the signer from signing this unit at this sequence; `now` and `signed` are seconds since 1970, and
    /// `signed` is known only where a log or an authority tells.
    pub fn refusal(
        &self,
        environment: &EnvironmentName,
        unit: &str,
        sequence: u64,
        now: i64,
        signed: Option<i64>,
    ) -> Option<Problem> {
        let name = &self.name;
        if let Some(revoked) = &self.revoked {
            let message = format!("`{name}` was revoked at {}: {}", revoked.at, revoked.reason);
            let help = "sign anew with another key: `cargo xtask release <environment> --resign`; a unit that is held, when it may go on";
            return Some(Problem::error("revoked-signer", "", message).help(help));
        }
        if !self.environments.contains(environment) {
            let names: Vec<&str> = self.environments.iter().map(EnvironmentName::as_str).collect();
            let message = format!("`{name}` may sign for {}, not for {environment}", names.join(", "));
            return Some(Problem::error("signer-not-admitted", "", message));
        }
        if let Some(agents) = &self.agents
            && !agents.iter().any(|agent| agent == unit)
        {
            let message = format!("`{name}` may sign for {}, not for {unit}", agents.join(", "));
            return Some(Problem::error("signer-not-admitted", "", message));
        }
        let range = self.sequences.get(environment).copied().unwrap_or_default();
        if range.from.is_some_and(|from| sequence < from) || range.to.is_some_and(|to| sequence > to) {
            let end = |end: Option<u64>| end.map_or("…".to_owned(), |end| end.to_string());
            let message = format!(
                "`{name}` may sign releases {} to {} of {environment}, not {sequence}",
                end(range.from),
                end(range.to)
            );
            return Some(Problem::error("retired-signer", "", message));
        }
        self.expiry(range, now, signed)
    }

    fn expiry(&self, range: SequenceRange, now: i64, signed: Option<i64>) -> Option<Problem> {
        let at = |seconds| Timestamp {
            seconds,
            offset_minutes: 0,
        };
        let name = &self.name;
        let moment = signed.unwrap_or(now);
        if let Some(from) = self.valid_from.filter(|from| moment < *from) {
            let message = format!("`{name}` may sign from {} on, not at {}", at(from), at(moment));
            return Some(Problem::error("expired-signer", "", message));
        }
        // what the signer says of its own clock, a commit's date for one, is worth nothing
        let is_bounded = signed.is_none() && range.to.is_some();
        let until = self.valid_until.filter(|until| moment > *until && !is_bounded)?;
        let message = format!("`{name}` could sign until {}, and it is {}", at(until), at(moment));
        Some(
            Problem::error("expired-signer", "", message)
                .help("sign it anew with another key, or bound this one by `sequences:` up to its last release"),
        )
    }
}

/// Bounds that admit nothing, or bound nothing, where somebody meant something.
fn idle(entry: &SignerEntry, pointer: &str) -> Vec<Problem> {
    let told = |place: String, message: String, help: String| {
        Problem::error("invalid-value", format!("{pointer}/{place}"), message).help(help)
    };
    let mut problems = Vec::new();
    for (environment, range) in &entry.sequences {
        let place = format!("sequences/{environment}");
        if !entry.environments.contains(environment) {
            let known = entry.environments.iter().map(|name| name.as_str());
            let help = match suggestion(environment.as_str(), known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "take it out, or list it under `environments:`".to_owned(),
            };
            let message = format!("this bounds nothing: `{}` may not sign for `{environment}`", entry.name);
            problems.push(told(place, message, help));
        } else if let (Some(from), Some(to)) = (range.from, range.to)
            && from > to
        {
            let message = format!("no release has a number from {from} to {to}");
            problems.push(told(place, message, "exchange the two ends".to_owned()));
        }
    }
    let seconds = |text: &Option<String>| Timestamp::parse(text.as_deref()?).map(|time| time.seconds);
    if let (Some(from), Some(until)) = (seconds(&entry.valid_from), seconds(&entry.valid_until))
        && from > until
    {
        let message = "this ends before it begins, so nothing that is signed counts".to_owned();
        problems.push(told(
            "validUntil".to_owned(),
            message,
            "exchange it with `validFrom`".to_owned(),
        ));
    }
    if entry
        .revoked
        .as_ref()
        .is_some_and(|revoked| revoked.reason.trim().is_empty())
    {
        let message = "a revocation says why".to_owned();
        problems.push(told(
            "revoked/reason".to_owned(),
            message,
            "write what happened to the key".to_owned(),
        ));
    }
    problems
}

fn signer(entry: &SignerEntry, pointer: &str) -> Result<TrustedSigner, Problem> {
    let parts = (entry.key.as_deref(), entry.identity.as_deref(), entry.issuer.as_deref());
    let time = |field: &str, text: &Option<String>| match text {
        None => Ok(None),
        Some(text) => Timestamp::parse(text).map(|time| Some(time.seconds)).ok_or_else(|| {
            Problem::error(
                "invalid-value",
                format!("{pointer}/{field}"),
                format!("`{text}` is no time"),
            )
            .help("write it as RFC 3339 has it, for example `2027-01-31T00:00:00Z`")
        }),
    };
    Ok(TrustedSigner {
        name: entry.name.clone(),
        proof: proof(parts, pointer)?,
        environments: entry.environments.clone(),
        agents: entry.agents.clone(),
        sequences: entry.sequences.clone(),
        valid_from: time("validFrom", &entry.valid_from)?,
        valid_until: time("validUntil", &entry.valid_until)?,
        revoked: entry.revoked.clone(),
    })
}

/// What an entry's key, or identity and issuer, amount to.
pub fn proof(parts: (Option<&str>, Option<&str>, Option<&str>), pointer: &str) -> Result<Proof, Problem> {
    match parts {
        (Some(pem), None, None) => PublicKey::from_pem(pem).map(Proof::Key).ok_or_else(|| {
            Problem::error(
                "invalid-public-key",
                format!("{pointer}/key"),
                "this is no P-256 public key in PEM",
            )
            .help("write what `cargo xtask keys init` or `cosign public-key` prints")
        }),
        (None, Some(identity), Some(issuer)) => {
            let odd = |text: &str| {
                text.is_empty() || text.contains(|letter: char| letter.is_whitespace() || "*^$|".contains(letter))
            };
            if let Some((field, text)) = [("identity", identity), ("issuer", issuer)]
                .into_iter()
                .find(|(_, text)| odd(text))
            {
                let message = format!("no certificate has `{text}`: {field} and certificate agree letter by letter");
                return Err(Problem::error("unclear-signer", format!("{pointer}/{field}"), message)
                    .help("write it as the certificate has it; one entry for each"));
            }
            Ok(Proof::Identity {
                identity: identity.to_owned(),
                issuer: issuer.to_owned(),
            })
        }
        _ => Err(Problem::error(
            "unclear-signer",
            pointer,
            "expected `key`, or `identity` with `issuer`, and not both",
        )),
    }
}
