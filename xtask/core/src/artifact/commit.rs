//! Signatures of commits: which keys there are, and what GPG and SSH say of a signature.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::trust_file::CommitSigner;
use crate::model::Problem;

/// How an armoured signature of SSH begins.
pub const SSH_ARMOUR: &str = "-----BEGIN SSH SIGNATURE-----";
/// How an armoured signature of GPG begins.
pub const GPG_ARMOUR: &str = "-----BEGIN PGP SIGNATURE-----";

/// A key that may sign commits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CommitKey {
    /// The fingerprint of a GPG key, in upper-case hexadecimal.
    Gpg(String),
    /// A public key of SSH, as `<type> <base64>`.
    Ssh(String),
}

/// What is known of a commit's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommitProof {
    /// There is none.
    Unsigned,
    /// It is not the commit's, or its key is expired or revoked: in these words.
    Broken(String),
    /// It is the commit's, by these keys: a subkey of GPG stands beside its primary key.
    Signed(Vec<CommitKey>),
    /// Nobody could tell: in these words.
    Unchecked(String),
}

impl CommitKey {
    /// The key that an entry of the trust file names.
    pub fn of(entry: &CommitSigner, pointer: &str) -> Result<CommitKey, Problem> {
        match (&entry.gpg, &entry.ssh) {
            (Some(fingerprint), None) => gpg(fingerprint).ok_or_else(|| {
                let message = format!("`{fingerprint}` is no whole fingerprint of a GPG key");
                Problem::error("invalid-public-key", format!("{pointer}/gpg"), message)
                    .help("write the 40 digits that `gpg --fingerprint` prints: shorter ids can be forged")
            }),
            (None, Some(key)) => ssh(key).ok_or_else(|| {
                let message = "this is no public key of SSH";
                Problem::error("invalid-public-key", format!("{pointer}/ssh"), message)
                    .help("write the line of the file that ends in `.pub`: `ssh-ed25519 AAAA…`")
            }),
            _ => Err(Problem::error(
                "unclear-signer",
                pointer,
                "expected `gpg` or `ssh`, and not both",
            )),
        }
    }

    /// The id by which Argo CD knows a key of GPG: the last 16 digits of its fingerprint.
    pub fn argocd_id(&self) -> Option<&str> {
        match self {
            CommitKey::Gpg(fingerprint) => fingerprint.get(fingerprint.len().checked_sub(16)?..),
            CommitKey::Ssh(_) => None,
        }
    }

    /// The key in words.
    pub fn words(&self) -> String {
        match self {
            CommitKey::Gpg(fingerprint) => format!("the GPG key `{fingerprint}`"),
            CommitKey::Ssh(key) => format!("the SSH key `{key}`"),
        }
    }
}

fn gpg(text: &str) -> Option<CommitKey> {
    let digits: String = text.chars().filter(|digit| !digit.is_whitespace()).collect();
    let digits = digits.strip_prefix("0x").unwrap_or(&digits).to_ascii_uppercase();
    let is_whole = matches!(digits.len(), 40 | 64) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_whole.then_some(CommitKey::Gpg(digits))
}

/// The comment at the end of the line is nobody's word.
fn ssh(line: &str) -> Option<CommitKey> {
    let mut words = line.split_whitespace();
    let (kind, key) = (words.next()?, words.next()?);
    let bytes = STANDARD.decode(key).ok()?;
    (field(&bytes)?.0 == kind.as_bytes()).then(|| CommitKey::Ssh(format!("{kind} {key}")))
}

/// A field of SSH's format, with its length before it, and what follows.
fn field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    rest.split_at_checked(length)
}

/// The key that a signature of SSH says it is by; that it is can only be told by a program.
pub fn ssh_key(armour: &str) -> Option<CommitKey> {
    let inside = armour.trim().strip_prefix(SSH_ARMOUR)?;
    let inside = inside.strip_suffix("-----END SSH SIGNATURE-----")?;
    let base64: String = inside.split_whitespace().collect();
    let bytes = STANDARD.decode(base64).ok()?;
    // magic and version come first: https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig
    let (_, rest) = bytes.strip_prefix(b"SSHSIG")?.split_first_chunk::<4>()?;
    let (key, _) = field(rest)?;
    let (kind, _) = field(key)?;
    let kind = std::str::from_utf8(kind).ok()?;
    Some(CommitKey::Ssh(format!("{kind} {}", STANDARD.encode(key))))
}

/// What the lines that `gpg --status-fd` writes say of a signature.
pub fn gpg_proof(status: &str) -> CommitProof {
    let lines = status.lines().filter_map(|line| line.strip_prefix("[GNUPG:] "));
    let lines: Vec<Vec<&str>> = lines.map(|line| line.split(' ').collect()).collect();
    let named = |word: &str| {
        let mut found = lines.iter().filter(|line| line.first() == Some(&word));
        (found.next(), found.next().is_some())
    };
    let broken = [
        ("BADSIG", "it is not the signature of this commit"),
        ("EXPSIG", "the signature is expired"),
        ("EXPKEYSIG", "its key is expired"),
        ("REVKEYSIG", "its key was revoked"),
    ];
    if let Some((_, words)) = broken.into_iter().find(|(word, _)| named(word).0.is_some()) {
        return CommitProof::Broken(words.to_owned());
    }
    if let (Some(line), _) = named("NO_PUBKEY") {
        let key = line.get(1).copied().unwrap_or_default();
        return CommitProof::Unchecked(format!("the public key `{key}` is not in the keyring of `gpg`"));
    }
    match (named("GOODSIG"), named("VALIDSIG")) {
        ((Some(_), false), (Some(line), false)) => {
            let keys = [line.get(1), line.get(10)].into_iter().flatten();
            CommitProof::Signed(keys.filter_map(|key| gpg(key)).collect())
        }
        _ => CommitProof::Broken("`gpg` does not call it good".to_owned()),
    }
}
