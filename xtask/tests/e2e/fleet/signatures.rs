//! Signed releases as openssl, npm's `@sigstore/verify` and PyPI's `securesystemslib` see them.

use std::fs;
use std::path::PathBuf;

use super::Fleet;
use crate::shell::sh;

/// Writes what DSSE signs, and the signature over it, as openssl takes them.
const OPENSSL: &str = r#"
import base64, json
envelope = json.load(open("bundle.json"))["dsseEnvelope"]
payload, kind = base64.b64decode(envelope["payload"]), envelope["payloadType"]
open("pae", "wb").write(b"DSSEv1 %d %s %d " % (len(kind), kind.encode(), len(payload)) + payload)
open("sig", "wb").write(base64.b64decode(envelope["signatures"][0]["sig"]))
"#;

const JAVASCRIPT: &str = r"
const { Verifier, toSignedEntity, toTrustMaterial } = require('@sigstore/verify');
const { bundleFromJSON } = require('@sigstore/bundle');
const { readFileSync } = require('fs');
const bundle = bundleFromJSON(JSON.parse(readFileSync('bundle.json')));
const hint = bundle.verificationMaterial.content.publicKey.hint;
const rawBytes = Buffer.from(readFileSync('key.pub', 'utf8').replace(/-----.*-----|\s/g, ''), 'base64');
const PKIX_ECDSA_P256_SHA_256 = 5;
const root = { mediaType: '', tlogs: [], certificateAuthorities: [], ctlogs: [], timestampAuthorities: [] };
const material = toTrustMaterial(root, { [hint]: { rawBytes, keyDetails: PKIX_ECDSA_P256_SHA_256 } });
const verifier = new Verifier(material, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });
try { verifier.verify(toSignedEntity(bundle)); console.log('holds'); } catch (error) { console.log('refused'); }
";

const PYTHON: &str = r#"
import json
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey
envelope = json.load(open("bundle.json"))["dsseEnvelope"]
key = load_pem_public_key(open("key.pub", "rb").read())
key = SSlibKey.from_crypto(key, keyid=envelope["signatures"][0]["keyid"], scheme="ecdsa-sha2-nistp256")
try:
    Envelope.from_dict(envelope).verify([key], 1)
    print("holds")
except VerificationError:
    print("refused")
"#;

/// A folder with a bundle of a release, the key that signed it, and the scripts.
fn folder(fleet: &Fleet) -> PathBuf {
    let clone = fleet.clone("signed", "");
    sh(
        &clone,
        "$XTASK release dev && mkdir ../bundle && cp .git/lockstep/keys/development.pub ../bundle/key.pub
         git show environment/dev:.lockstep/support-rag/release.sigstore.json > ../bundle/bundle.json",
    );
    let folder = clone.parent().unwrap().join("bundle");
    for (name, text) in [("pae.py", OPENSSL), ("verify.js", JAVASCRIPT), ("verify.py", PYTHON)] {
        fs::write(folder.join(name), text).unwrap();
    }
    folder
}

/// What a line says of the bundle, and of the same bundle with another payload.
fn check(line: &str) {
    let fleet = Fleet::new();
    let folder = folder(&fleet);
    assert_eq!(sh(&folder, line), "holds");
    sh(
        &folder,
        r#"python3 -c '
import base64, json
bundle = json.load(open("bundle.json"))
payload = base64.b64decode(bundle["dsseEnvelope"]["payload"]).replace(b"support-rag", b"support-bag")
bundle["dsseEnvelope"]["payload"] = base64.b64encode(payload).decode()
json.dump(bundle, open("bundle.json", "w"))'"#,
    );
    assert_eq!(sh(&folder, line), "refused");
}

#[test]
fn a_signed_release_holds_for_openssl() {
    check(
        "python3 pae.py; openssl dgst -sha256 -verify key.pub -signature sig pae >/dev/null && echo holds || echo refused",
    );
}

#[test]
fn a_signed_release_holds_for_sigstore_in_javascript() {
    check("node verify.js");
}

#[test]
fn a_signed_release_holds_for_securesystemslib_in_python() {
    check("python3 verify.py");
}
