//! DSSE: what exactly is signed, so that a payload cannot be taken for one of another type.

/// The payload type of an in-toto Statement.
pub const IN_TOTO: &str = "application/vnd.in-toto+json";

/// The pre-authentication encoding (DSSE v1): type and payload with their lengths. This is what a signature is over.
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}
