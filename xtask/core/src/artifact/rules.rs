//! The rules about what is signed, and by whom.

use crate::model::Rule;

/// The rules about bundles, statements and trust, by id.
pub const RULES: &[Rule] = &[
    Rule::new(
        "base64-encoding",
        "a bundle's payload or signature is no standard base64, which readers take in different ways",
        "restore the file: the tool writes the alphabet with `+` and `/`, padding, and no white space",
    ),
    Rule::new(
        "digest-encoding",
        "a subject's digest is not 64 lower-case hexadecimal digits, so a comparison as text would fail, or pass, wrongly",
        "find out what signed it: this tool writes no prefix and no upper case",
    ),
    Rule::new(
        "duplicate-subject",
        "a statement names a file twice, so it is unclear which digest counts",
        "find out what signed it: this tool names each file once",
    ),
    Rule::new(
        "expired-certificate",
        "the certificate was not valid when the log or a time stamp says that it signed",
        "find out who signed this; an honest signer asks for a new certificate each time",
    ),
    Rule::new(
        "expired-signer",
        "the signer may not sign any more, and a date in what it signed is its own word",
        "sign units anew with another key (`release --resign`) and record events again, or bound the old one by `sequences`",
    ),
    Rule::new(
        "failed-bundle-conformance",
        "a published case of Sigstore comes out differently here",
        "report it: the checker of bundles is wrong, or the suite asks for something new",
    ),
    Rule::new(
        "foreign-provenance",
        "the provenance beside a release tells of other files, another unit or another commit",
        "restore the branch, or release the environment again with `--resign`",
    ),
    Rule::new(
        "invalid-public-key",
        "an entry of the trust file has a key that cannot be read, so whatever it signed could not be checked",
        "write the PEM that `keys init` or `cosign public-key` prints; of a commit's key the whole fingerprint or the public line",
    ),
    Rule::new(
        "key-id-mismatch",
        "a bundle names two keys, so it is unclear who signed",
        "restore the file",
    ),
    Rule::new(
        "malformed-bundle",
        "a file is no Sigstore bundle v0.3 with one signed envelope",
        "restore the file",
    ),
    Rule::new(
        "malformed-statement",
        "what was signed is no statement in canonical JSON, so two readers could see two releases",
        "find out what signed it, and release again",
    ),
    Rule::new(
        "missing-key-id",
        "a bundle does not say which key signed it",
        "restore the file",
    ),
    Rule::new(
        "mixed-tuple",
        "parts of two releases stand together: what runs was never released as one",
        "restore the branch, or release the environment again with `--resign`",
    ),
    Rule::new(
        "retired-signer",
        "the key may not sign this release: it was rotated, or not yet in use",
        "sign anew with the key that is in use (`release --resign`), or mend `sequences` in the trust file",
    ),
    Rule::new(
        "revoked-signer",
        "the key was revoked, so nothing that it signed is proved",
        "look at what it signed, then sign units anew with another key, `release --resign`, and record events of the ledger again",
    ),
    Rule::new(
        "signature-count",
        "a bundle must have exactly one signature: with none nothing is proved, with several it is unclear which counts",
        "restore the file",
    ),
    Rule::new(
        "signature-encoding",
        "a signature is not the DER of an ECDSA signature, so other checkers would refuse it",
        "find out what signed it: P1363 and trailing bytes are refused",
    ),
    Rule::new(
        "signer-not-admitted",
        "the signer may sign, but not for this environment or agent",
        "sign with another key, or widen its entry in the trust file after a review",
    ),
    Rule::new(
        "too-many-subjects",
        "a statement names more files than any unit has: somebody wants to keep the verifier busy",
        "find out what signed it",
    ),
    Rule::new(
        "unchecked-certificate",
        "a bundle was signed with a certificate, which this build of the tool cannot check",
        "use a build with the feature `sigstore`",
    ),
    Rule::new(
        "unchecked-field",
        "a bundle or statement says something that this tool does not know and cannot check",
        "restore the file, or use the tool's version that wrote it",
    ),
    Rule::new(
        "unclear-signer",
        "an entry of the trust file has neither a key nor an identity with its issuer, or both, or another entry's name",
        "write `key`, or `identity` and `issuer`, and a name for each entry",
    ),
    Rule::new(
        "unknown-signer",
        "the key that signed is not in the trust file",
        "find out who wrote this; if the key may sign, add it after a review",
    ),
    Rule::new(
        "untrusted-image",
        "the trust file lets nobody sign images of the repository, so a signature of one proves nothing",
        "write under `images:` who may, with the beginning of the repository, after a review",
    ),
    Rule::new(
        "wrong-artifact",
        "the signature is of something else than what it stands beside",
        "restore the file",
    ),
    Rule::new(
        "wrong-certificate",
        "the certificate was not issued by an authority that the roots name, or not for signing",
        "find out who signed this",
    ),
    Rule::new(
        "wrong-identity",
        "the certificate names an identity or issuer that is not in the trust file, letter by letter",
        "find out who signed this; if the identity may sign, add it after a review",
    ),
    Rule::new(
        "wrong-log-entry",
        "the entry of the transparency log is missing, or not of this signature",
        "find out who signed this",
    ),
    Rule::new(
        "wrong-payload-type",
        "the envelope holds something else than an in-toto statement, though it may be signed",
        "restore the file",
    ),
    Rule::new(
        "wrong-predicate-type",
        "the statement is about something else than a release, though it may be signed",
        "restore the file",
    ),
    Rule::new(
        "wrong-signature",
        "the signature is not of this payload by this key",
        "restore the file: somebody changed the payload, or signed it with another key",
    ),
    Rule::new(
        "wrong-statement-type",
        "what was signed is no in-toto Statement v1",
        "restore the file",
    ),
    Rule::new(
        "wrong-timestamp",
        "the time of signing is not proved",
        "find out who signed this",
    ),
];
