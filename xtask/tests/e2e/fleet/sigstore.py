"""A Sigstore on loopback: Fulcio with an authority of its own, Rekor v1, and the tokens of GitHub Actions.

It writes into the folder that it is given: signing_config.json, trusted_root.json, a token, and a line for each request, and
prints its address. What it signs is what the real services sign; its log stumbles once.
"""

import base64
import datetime
import hashlib
import json
import pathlib
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

FOLDER = pathlib.Path(sys.argv[1])
IDENTITY = sys.argv[2]
ISSUER = "https://token.actions.githubusercontent.com"
SHA256 = ec.ECDSA(hashes.SHA256())
ISSUED_FOR = ObjectIdentifier("1.3.6.1.4.1.57264.1.8")
PROMISED = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")


def sha256(data):
    return hashlib.sha256(data).digest()


def text(data):
    return base64.b64encode(data).decode()


def spki(key):
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.DER, form)


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def size(count, width):
    return count.to_bytes(width, "big")


AUTHORITY, CERTIFICATES, LOG = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
START = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)


def builder(public, subject, days):
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(NAME).public_key(public)
    made = made.serial_number(x509.random_serial_number())
    return made.not_valid_before(START).not_valid_after(START + datetime.timedelta(days=days))


ROOT = (
    builder(AUTHORITY.public_key(), NAME, 10)
    .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    .add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False, False), critical=True)
    .add_extension(x509.SubjectKeyIdentifier.from_public_key(AUTHORITY.public_key()), critical=False)
    .sign(AUTHORITY, hashes.SHA256())
)


def promise(certificate):
    """What a log of certificates promises of one, to be embedded in it."""
    now = size(int(time.time() * 1000), 8)
    tbs = certificate.tbs_certificate_bytes
    entry = size(0, 2) + now + size(1, 2) + sha256(spki(AUTHORITY)) + size(len(tbs), 3) + tbs + size(0, 2)
    signature = CERTIFICATES.sign(entry, SHA256)
    one = size(0, 1) + sha256(spki(CERTIFICATES)) + now + size(0, 2) + b"\x04\x03" + size(len(signature), 2) + signature
    listed = size(len(one) + 2, 2) + size(len(one), 2) + one
    return b"\x04" + (size(len(listed), 1) if len(listed) < 128 else b"\x81" + size(len(listed), 1)) + listed


def certify(request):
    token = request["credentials"]["oidcIdentityToken"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    asked = request["publicKeyRequest"]
    public = serialization.load_pem_public_key(asked["publicKey"]["content"].encode())
    public.verify(base64.b64decode(asked["proofOfPossession"]), claims["sub"].encode(), SHA256)
    issuer = claims["iss"].encode()
    made = (
        builder(public, x509.Name([]), 1)
        .add_extension(x509.KeyUsage(True, False, False, False, False, False, False, False, False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(AUTHORITY.public_key()), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(claims["sub"])]), critical=True)
        .add_extension(x509.UnrecognizedExtension(ISSUED_FOR, b"\x0c" + size(len(issuer), 1) + issuer), critical=False)
    )
    promised = x509.UnrecognizedExtension(PROMISED, promise(made.sign(AUTHORITY, hashes.SHA256())))
    leaf = made.add_extension(promised, critical=False).sign(AUTHORITY, hashes.SHA256())
    chain = [each.public_bytes(serialization.Encoding.PEM).decode() for each in (leaf, ROOT)]
    return {"signedCertificateEmbeddedSct": {"chain": {"certificates": chain}}}


LEAVES = []
TURN = threading.Lock()


def half(leaves):
    return 1 << (len(leaves) - 1).bit_length() - 1


def root(leaves):
    return leaves[0] if len(leaves) == 1 else sha256(b"\x01" + root(leaves[: half(leaves)]) + root(leaves[half(leaves) :]))


def path(index, leaves):
    if len(leaves) == 1:
        return []
    middle = half(leaves)
    if index < middle:
        return path(index, leaves[:middle]) + [root(leaves[middle:])]
    return path(index - middle, leaves[middle:]) + [root(leaves[:middle])]


def log(request):
    proposed = request["spec"]["proposedContent"]
    envelope = json.loads(proposed["envelope"])
    verifier = proposed["verifiers"][0]
    payload, kind = base64.b64decode(envelope["payload"]), envelope["payloadType"].encode()
    signature = envelope["signatures"][0]["sig"]
    signed = b"DSSEv1 %d %s %d " % (len(kind), kind, len(payload)) + payload
    holder = x509.load_pem_x509_certificate(base64.b64decode(verifier)).public_key()
    holder.verify(base64.b64decode(signature), signed, SHA256)

    def digest(data):
        return {"algorithm": "sha256", "value": sha256(data).hex()}

    body = {
        "apiVersion": "0.0.1",
        "kind": "dsse",
        "spec": {
            "envelopeHash": digest(proposed["envelope"].encode()),
            "payloadHash": digest(payload),
            "signatures": [{"signature": signature, "verifier": verifier}],
        },
    }
    with TURN:
        LEAVES.append(sha256(b"\x00" + canonical(body)))
        leaves = list(LEAVES)
    index = len(leaves) - 1
    entry = {
        "body": text(canonical(body)),
        "integratedTime": int(time.time()),
        "logID": sha256(spki(LOG)).hex(),
        "logIndex": index,
    }
    promised = text(LOG.sign(canonical(entry), SHA256))
    note = f"loopback\n{len(leaves)}\n{text(root(leaves))}\n"
    signed = text(sha256(spki(LOG))[:4] + LOG.sign(note.encode(), SHA256))
    proof = {
        "checkpoint": f"{note}\n\u2014 loopback {signed}\n",
        "hashes": [each.hex() for each in path(index, leaves)],
        "logIndex": index,
        "rootHash": root(leaves).hex(),
        "treeSize": len(leaves),
    }
    entry["verification"] = {"inclusionProof": proof, "signedEntryTimestamp": promised}
    return {f"{index:064x}": entry}


def token():
    # a build may stand between the token and its use
    claims = {"iss": ISSUER, "sub": IDENTITY, "aud": "sigstore", "exp": int(time.time()) + 6 * 3600}
    parts = [b'{"alg":"none"}', canonical(claims), b"none"]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


class Services(BaseHTTPRequestHandler):
    stumbled = False

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def note(self):
        with open(FOLDER / "requests", "a", encoding="utf-8") as requests:
            requests.write(f"{self.command} {self.path}\n")

    def do_GET(self):
        self.note()
        allowed = self.headers["Authorization"] == "Bearer job" and self.path.endswith("&audience=sigstore")
        self.answer(200 if allowed else 403, {"value": token()})

    def do_POST(self):
        self.note()
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/api/v2/signingCert":
            return self.answer(201, certify(request))
        if not Services.stumbled:
            Services.stumbled = True
            return self.answer(503, {})
        return self.answer(201, log(request))

    def log_message(self, *_):
        pass


SERVER = ThreadingHTTPServer(("127.0.0.1", 0), Services)
ADDRESS = f"http://127.0.0.1:{SERVER.server_port}"
FROM = {"start": "2020-01-01T00:00:00Z"}


def key(private):
    material = {"rawBytes": text(spki(private)), "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": FROM}
    return {
        "baseUrl": ADDRESS,
        "hashAlgorithm": "SHA2_256",
        "publicKey": material,
        "logId": {"keyId": text(sha256(spki(private)))},
    }


def write(name, value):
    (FOLDER / name).write_text(value if isinstance(value, str) else json.dumps(value, indent=2), encoding="utf-8")


SERVICE = [{"url": ADDRESS, "majorApiVersion": 1, "validFor": FROM}]
write(
    "signing_config.json",
    {
        "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
        "caUrls": SERVICE,
        "rekorTlogUrls": SERVICE,
        "rekorTlogConfig": {"selector": "ANY"},
    },
)
write(
    "trusted_root.json",
    {
        "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "tlogs": [key(LOG)],
        "certificateAuthorities": [
            {
                "subject": {"organization": "loopback", "commonName": "loopback"},
                "uri": ADDRESS,
                "certChain": {"certificates": [{"rawBytes": text(ROOT.public_bytes(serialization.Encoding.DER))}]},
                "validFor": FROM,
            }
        ],
        "ctlogs": [key(CERTIFICATES)],
        "timestampAuthorities": [],
    },
)
write("token", token())
print(ADDRESS, flush=True)
SERVER.serve_forever()
