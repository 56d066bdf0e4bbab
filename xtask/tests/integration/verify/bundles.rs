//! Bundles that are not what they should be, some of them signed all the same.

use super::released::{Released, base64, unbase64};

fn path() -> String {
    Released::bundle_path("orders")
}

#[test]
fn case_10_another_keys_signature() {
    let released = Released::new();
    let other = Released::new();
    let theirs = unbase64(
        &serde_json::from_slice::<serde_json::Value>(&other.bytes(&path())).unwrap()["dsseEnvelope"]["signatures"][0]["sig"],
    );
    released.edit_json("orders", |bundle| {
        bundle["dsseEnvelope"]["signatures"][0]["sig"] = base64(&theirs).into();
    });
    released.refused(
        "wrong-signature",
        &path(),
        "expected a signature of this payload by the key",
    );
}

#[test]
fn case_10_a_key_that_nobody_knows() {
    let released = Released::new();
    let stranger = Released::new();
    released.put(&path(), Some(&stranger.bytes(&path())));
    released.refused("unknown-signer", &path(), "expected a key of the trust file");
}

#[test]
fn case_10_a_hint_and_a_key_id_that_differ() {
    let released = Released::new();
    released.edit_json("orders", |bundle| {
        bundle["dsseEnvelope"]["signatures"][0]["keyid"] = "AAAA".into();
    });
    released.refused("key-id-mismatch", &path(), "found `AAAA`");
}

#[test]
fn case_10_no_hint() {
    let released = Released::new();
    released.edit_json("orders", |bundle| {
        bundle["verificationMaterial"]["publicKey"]["hint"] = "".into();
    });
    released.refused("missing-key-id", &path(), "found an empty text");
}

#[test]
fn case_16_another_payload_type() {
    let released = Released::new();
    released.edit_json("orders", |bundle| {
        bundle["dsseEnvelope"]["payloadType"] = "text/plain".into()
    });
    released.refused("wrong-payload-type", &path(), "found `text/plain`");
}

#[test]
fn case_17_another_kind_of_statement() {
    let released = Released::new();
    released.restate("orders", |statement| {
        statement["_type"] = "https://in-toto.io/Statement/v0.1".into()
    });
    released.refused(
        "wrong-statement-type",
        &path(),
        "found `https://in-toto.io/Statement/v0.1`",
    );
    released.again("two");
    released.restate("orders", |statement| {
        statement["predicateType"] = "https://slsa.dev/provenance/v1".into()
    });
    released.refused(
        "wrong-predicate-type",
        &path(),
        "found `https://slsa.dev/provenance/v1`",
    );
}

#[test]
fn case_18_no_signature_and_two() {
    let released = Released::new();
    let whole = released.bytes(&path());
    released.edit_json("orders", |bundle| {
        bundle["dsseEnvelope"]["signatures"] = serde_json::json!([])
    });
    released.refused("signature-count", &path(), "found 0");
    released.put(&path(), Some(&whole)).edit_json("orders", |bundle| {
        let signature = bundle["dsseEnvelope"]["signatures"][0].clone();
        bundle["dsseEnvelope"]["signatures"] = vec![signature; 2].into();
    });
    released.refused("signature-count", &path(), "found 2");
}

#[test]
fn case_19_a_key_that_stands_twice_in_a_bundle() {
    let released = Released::new();
    released.edit_bundle("orders", |text| {
        text.replacen("{\"mediaType\"", "{\"mediaType\":\"x\",\"mediaType\"", 1)
    });
    released.refused("duplicate-key", &path(), "`mediaType` stands here twice");
}

#[test]
fn case_19_a_key_that_stands_twice_in_a_statement() {
    let released = Released::new();
    let payload = String::from_utf8(released.payload("orders")).unwrap();
    released.sign(
        "orders",
        payload
            .replacen("\"digest\":{", "\"digest\":{\"sha256\":\"00\",", 1)
            .as_bytes(),
    );
    released.refused("duplicate-key", &path(), "`sha256` stands here twice");
}

#[test]
fn case_19_a_key_that_stands_twice_in_a_trust_file() {
    let released = Released::new();
    let answer = released.verify_with("    environments: [dev]\n    environments: [dev]\n");
    assert_eq!(answer.rules(), ["duplicate-key"], "{}", answer.text());
}

#[test]
fn case_20_fields_that_nobody_knows() {
    let released = Released::new();
    let whole = released.bytes(&path());
    released.edit_json("orders", |bundle| bundle["verifiedBy"] = "me".into());
    released.refused("unchecked-field", &path(), "unknown field `verifiedBy`");
    released
        .put(&path(), Some(&whole))
        .restate("orders", |statement| statement["predicate"]["approved"] = true.into());
    released.refused("unchecked-field", &path(), "unknown field `approved`");
}

#[test]
fn case_21_a_high_s_is_accepted() {
    let released = Released::new();
    released.edit_bundle("orders", |text| {
        let bundle: serde_json::Value = serde_json::from_str(&text).unwrap();
        let signature = &bundle["dsseEnvelope"]["signatures"][0]["sig"];
        let other = base64(&with_other_s(&unbase64(signature)));
        text.replace(signature.as_str().unwrap(), &other)
    });
    assert_eq!(released.verify().exit, 0, "{}", released.verify().text());
}

#[test]
fn case_34_a_bundle_in_another_form() {
    let released = Released::new();
    let whole = String::from_utf8(released.bytes(&path())).unwrap();
    let as_list = |text: &str| {
        let bundle: serde_json::Value = serde_json::from_str(text).unwrap();
        let signature = &bundle["dsseEnvelope"]["signatures"][0];
        let list = serde_json::json!([signature["sig"], signature["keyid"]]).to_string();
        let start = text.find("{\"sig\"").unwrap();
        let end = start + text[start..].find('}').unwrap() + 1;
        format!("{}{list}{}", &text[..start], &text[end..])
    };
    let forms = [
        as_list(&whole),
        format!(" {whole}"),
        format!("{whole}\n"),
        whole.trim_end().to_owned(),
        whole.replacen(":{", ": {", 1),
        whole.replacen("mediaType", "media\\u0054ype", 1),
    ];
    for form in forms {
        assert_ne!(form, whole);
        released.put(&path(), Some(form.as_bytes()));
        released.refused("malformed-bundle", &path(), "found the same in another form");
    }
    released.put(&path(), Some(whole.as_bytes()));
    assert_eq!(released.verify().exit, 0, "{}", released.verify().text());
}

#[test]
fn case_21_a_signature_that_is_no_der() {
    let released = Released::new();
    let whole = released.bytes(&path());
    let spoil = |spoil: &dyn Fn(Vec<u8>) -> Vec<u8>| {
        released.put(&path(), Some(&whole)).edit_json("orders", |bundle| {
            let signature = &mut bundle["dsseEnvelope"]["signatures"][0]["sig"];
            *signature = base64(&spoil(unbase64(signature))).into();
        });
        released.refused("signature-encoding", &path(), "expected an ECDSA signature in DER");
    };
    spoil(&|signature| {
        let (r, s) = numbers(&signature);
        [r, s].concat()
    });
    spoil(&|signature| [signature, vec![0]].concat());
    spoil(&|_| Vec::new());
}

#[test]
fn case_22_digests_in_another_form() {
    for form in [
        |hex: &str| hex.to_uppercase(),
        |hex: &str| format!("sha256:{hex}"),
        |hex: &str| hex[1..].to_owned(),
    ] {
        let released = Released::new();
        released.restate("orders", |statement| {
            let digest = &mut statement["subject"][0]["digest"]["sha256"];
            *digest = form(&format!("a{}", &digest.as_str().unwrap()[1..])).into();
        });
        released.refused("digest-encoding", &path(), "expected 64 lower-case hexadecimal digits");
    }
}

#[test]
fn case_23_base64_in_another_form() {
    for form in [
        |text: &str| format!("{}\n{}", &text[..8], &text[8..]),
        |text: &str| format!("{}-_{}", &text[..8], &text[10..]),
        |text: &str| format!(" {text}"),
        |text: &str| format!("{text}="),
    ] {
        let released = Released::new();
        released.edit_json("orders", |bundle| {
            let payload = &mut bundle["dsseEnvelope"]["payload"];
            *payload = form(payload.as_str().unwrap()).into();
        });
        released.refused("base64-encoding", &path(), "expected standard base64");
    }
}

#[test]
fn a_statement_in_another_form_is_refused() {
    let released = Released::new();
    let payload = released.payload("orders");
    released.sign("orders", &[payload.as_slice(), b" "].concat());
    released.refused("malformed-statement", &path(), "canonical JSON");
}

/// The two numbers of a DER signature, 32 bytes each.
fn numbers(signature: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let number = |at: usize| {
        let length = usize::from(signature[at + 1]);
        let bytes = &signature[at + 2..at + 2 + length];
        let bytes = &bytes[bytes.len().saturating_sub(32)..];
        ([vec![0; 32 - bytes.len()], bytes.to_vec()].concat(), at + 2 + length)
    };
    let (r, next) = number(2);
    (r, number(next).0)
}

/// The same signature with the order of the curve minus S, which holds as well.
fn with_other_s(signature: &[u8]) -> Vec<u8> {
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6,
        0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let (r, s) = numbers(signature);
    let mut other = vec![0u8; 32];
    let mut borrow = 0i16;
    for index in (0..32).rev() {
        let difference = i16::from(ORDER[index]) - i16::from(s[index]) - borrow;
        borrow = i16::from(difference < 0);
        other[index] = u8::try_from(difference.rem_euclid(256)).unwrap();
    }
    let der = |number: &[u8]| {
        let start = number.iter().position(|byte| *byte != 0).unwrap();
        let mut bytes = number[start..].to_vec();
        if bytes[0] & 0x80 != 0 {
            bytes.insert(0, 0);
        }
        [vec![2, u8::try_from(bytes.len()).unwrap()], bytes].concat()
    };
    let body = [der(&r), der(&other)].concat();
    [vec![0x30, u8::try_from(body.len()).unwrap()], body].concat()
}
