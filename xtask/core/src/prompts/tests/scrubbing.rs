//! What a sample of production leaves behind.

use crate::prompts::cases::Suite;
use crate::prompts::retro::{Trace, case_of, scrubbed, without_secrets};

#[test]
fn nothing_personal_and_no_secret_stays() {
    for (text, expected) in [
        ("write to ada.l@love.org please", "write to person@example.com please"),
        ("call +49 170 1234567 now", "call [phone] now"),
        ("DE89 3704 0044 0532 0130 00", "[iban]"),
        ("card 4111 1111 1111 1111", "card [card]"),
        ("from 10.1.2.3.", "from [ip]."),
        ("Dear Mr Turing", "Dear Mr [name]"),
        ("Ich wohne Lindenstraße 12", "Ich wohne [address]"),
        (
            "Authorization: Bearer abcdefghijklmnop1234",
            "Authorization: Bearer [secret]",
        ),
        ("password=hunter2hunter2", "password=[secret]"),
        ("my api_key=abc123def456 is old", "my api_key=[secret] is old"),
        ("clientSecret: s3cr3tvalue", "clientSecret: [secret]"),
        ("maxTokens: 200000, keys: abcdefg", "maxTokens: 200000, keys: abcdefg"),
        ("use AIzaSyA1234567890abcdefghijklmnopqrstuv.", "use [secret]."),
        ("use AIzaSyA12345", "use AIzaSyA12345"),
        ("my password is hunter2secret.", "my password is [secret]"),
        ("the password is wrong", "the password is wrong"),
        ("call 555-123-4567 or (555) 123-4567", "call [phone] or [phone]"),
        ("call (030) 1234567", "call [phone]"),
        ("call 13812345678 or 138-1234-5678", "call [phone] or [phone]"),
        ("SSN 123-45-6789", "SSN [identity]"),
        ("ID 11010519491231002X", "ID [identity]"),
        ("from 2001:db8:1::5, at 12:30:45", "from [ip], at 12:30:45"),
        ("use std::fs and a::b", "use std::fs and a::b"),
        ("I am Ada Lovelace, and I am Happy", "I am [name], and I am Happy"),
        ("Thanks. Kind regards, Ada Lovelace", "Thanks. Kind regards, [name]"),
        ("Je m'appelle Ada Lovelace", "Je m'appelle [name]"),
        ("Mr. Alan Turing and Dr Ada Lovelace", "Mr. [name] and Dr [name]"),
        (
            "see https://ada:hunter2@shop.example/x",
            "see https://[secret]@shop.example/x",
        ),
        ("see https://shop.example:8443/a@b", "see https://shop.example:8443/a@b"),
        ("pw: hunter2", "pw: [secret]"),
        (
            "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYABCDEFGHIJ",
            "aws_secret_access_key = [secret]",
        ),
        (
            "write to jörg@müller.example or 用户@例子.公司",
            "write to person@example.com or person@example.com",
        ),
        ("born on 12.03.1984 in Ulm", "born on [birthday] in Ulm"),
        (
            "order HL-2291043 of 2026-02-12 costs 129.95 EUR",
            "order HL-2291043 of 2026-02-12 costs 129.95 EUR",
        ),
    ] {
        assert_eq!(scrubbed(text), expected);
    }
    assert_eq!(without_secrets("mail ada@love.org"), "mail ada@love.org");
}

/// Whatever `check` tells as a leaked secret stays in no case and no recording.
#[test]
fn what_is_told_as_a_leaked_secret_stays_nowhere() {
    let body = "Q7xK2pVw9ZtR4mLn8yBdF3gHj6sAc1eUoTiP";
    for start in [
        "sk_live_",
        "glpat-",
        "npm_",
        "hf_",
        "dop_v1_Zz90Yy81Xx72Ww63Vv54Uu45",
        "ASIA",
    ] {
        let key = match start {
            "ASIA" => "ASIAQ3EGXYZ2WLKM7PQR".to_owned(),
            start => format!("{start}{body}"),
        };
        let said = format!("use {key}.");
        assert_eq!(scrubbed(&said), "use [secret].", "{key}");
        assert_eq!(without_secrets(&said), "use [secret].", "{key}");
        let trace = Trace {
            user_input: said.clone(),
            answer: format!("{key} is wrong"),
            ..Trace::default()
        };
        let case = case_of(&trace, "incident/1", &suite(serde_json::json!([])), &[])
            .0
            .unwrap();
        let text = serde_json::to_string(&case).unwrap();
        assert!(!text.contains(&key) && text.contains("[secret] is wrong"), "{text}");
    }
    let named = serde_json::json!({format!("npm_{body}"): "a"}).to_string();
    assert!(scrubbed(&named).contains(r#":"a""#));
}

/// Chinese and Japanese put no space before a number or after it.
#[test]
fn letters_beside_a_number_do_not_hide_it() {
    for (text, expected) in [
        (
            "我的手机号是13812345678，身份证11010519491231002X号，银行卡6222021234567890123，密钥AKIAQ3EGXYZ2WLKM7PQR和ghp_Q7xK2pVw9ZtR4mLn8yBdF3gHj6sAc1eUoTiP。",
            "我的手机号是[phone]，身份证[identity]号，银行卡[card]，密钥[secret]和[secret]。",
        ),
        ("カード4111111111111111です", "カード[card]です"),
        ("電話は090-1234-5678です", "電話は[phone]です"),
        ("IBANはDE89370400440532013000です", "IBANは[iban]です"),
        ("从10.1.2.3来", "从[ip]来"),
        (
            "请写信给ada.l@love.org谢谢，或写信给 用户@例子.公司。",
            "请写信给person@example.com谢谢，或写信给 person@example.com。",
        ),
        ("メールはada@love.co.jpです", "メールはperson@example.comです"),
        (
            "ada@love.org으로, jörg@müller.example",
            "person@example.com으로, person@example.com",
        ),
        ("写给ada@例子.com吧", "写给person@example.com吧"),
        (
            "Prüfüng4111111111111111 a4111111111111111",
            "Prüfüng4111111111111111 a4111111111111111",
        ),
    ] {
        assert_eq!(scrubbed(text), expected);
    }
}

#[test]
fn addresses_and_telephone_numbers_are_told_from_other_numbers() {
    for (text, expected) in [
        (
            "1.795.455.022 rows, 10.1.2.256, 1.2.3.4.5",
            "1.795.455.022 rows, 10.1.2.256, 1.2.3.4.5",
        ),
        ("255.255.255.0 and 0.0.0.0:80", "[ip] and [ip]:80"),
        ("06.12.34.56.78 or 06 12 34 56 78", "[phone] or [phone]"),
        ("tel: 06 12 34 56 78", "tel: [phone]"),
        ("Tel. 5550 1999", "Tel. [phone]"),
        ("phone 555-0199, please", "phone [phone], please"),
        ("call me on 06-12-34-56-78", "call me on [phone]"),
        ("phone number is 5550199", "phone number is [phone]"),
        ("call me on 2026-02-12", "call me on 2026-02-12"),
        ("call 12.02.2026, hotel 2026 0101", "call 12.02.2026, hotel 2026 0101"),
        ("mobile 15 of 2000", "mobile 15 of 2000"),
    ] {
        assert_eq!(scrubbed(text), expected);
    }
}

/// Numbers that stand for one person: by their check digits, by their shape, or by the word beside them.
#[test]
fn no_number_of_a_person_stays() {
    for (text, expected) in [
        (
            "de89370400440532013000 or de89 3704 0044 0532 0130 00",
            "[iban] or [iban]",
        ),
        (
            "no93 8601 1117 947 please, be68 5390 0754 7034 then",
            "[iban] please, [iban] then",
        ),
        ("de88370400440532013000", "de88370400440532013000"),
        (
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
            "[identity]\n[identity]",
        ),
        (
            "DNI 12345678Z, 12345678Z and X1234567L",
            "DNI [identity], [identity] and [identity]",
        ),
        ("article 12345678A", "article 12345678A"),
        ("RSSMRA85T10A562S", "[identity]"),
        ("AB123456C or AB 12 34 56 C", "[identity] or [identity]"),
        (
            "529.982.247-25, 756.1234.5678.97, 85.07.30-033.28",
            "[identity], [identity], [identity]",
        ),
        ("811228-9874 and 811228-9875", "[identity] and 811228-9875"),
        ("ABCPE1234F, A123456(3)", "[identity], [identity]"),
        ("My passport is C01X00T47.", "My passport is [identity]."),
        (
            "passport number: L8988901C3, valid",
            "passport number: [identity], valid",
        ),
        ("passportNumber=C01X00T47", "passportNumber=[identity]"),
        ("Reisepass Nr. C01X00T47", "Reisepass Nr. [identity]"),
        ("Steuer-ID 86 095 742 719", "Steuer-ID [identity]"),
        (
            "Aadhaar 2341 2341 2346, tax id 12-3456789",
            "Aadhaar [identity], tax id [identity]",
        ),
        (
            "account number 12345678, sort code 20-00-00",
            "account number [account], sort code [account]",
        ),
        (
            "Kontonummer: 0532013000, BLZ 370 400 44",
            "Kontonummer: [account], BLZ [account]",
        ),
        // what is none
        ("my passport expired on 2026-02-12", "my passport expired on 2026-02-12"),
        ("passport 2026-02-12", "passport 2026-02-12"),
        ("passports of 2024", "passports of 2024"),
        ("my account is 5 years old", "my account is 5 years old"),
        ("account 2026 report", "account 2026 report"),
        (
            "order HL-2291043, article A104200, SKU 8123-4567",
            "order HL-2291043, article A104200, SKU 8123-4567",
        ),
        (
            "Please identify 3 items under SINGLE 12345",
            "Please identify 3 items under SINGLE 12345",
        ),
    ] {
        assert_eq!(scrubbed(text), expected);
    }
    let fields = serde_json::json!({"passportNumber": "C01X00T47", "nationalId": "AB 1", "account_number": 12345678, "iban": "x1y2", "cvv": "123",
        "ssn": null, "taxId": "none", "orderNumber": "HL-2291043"});
    let clean = serde_json::json!({"passportNumber": "[identity]", "nationalId": "[identity]", "account_number": "[account]", "iban": "[iban]",
        "cvv": "[card]", "ssn": null, "taxId": "none", "orderNumber": "HL-2291043"});
    assert_eq!(scrubbed(&fields.to_string()), clean.to_string());
}

/// A name that a text says like a field, and a number, are gone everywhere.
#[test]
fn what_a_text_says_like_a_field_is_taken_out_everywhere() {
    let trace = trace(
        r#"{"userInput": "Customer: Grace Hopper, passport C01X00T47", "answer": "Grace, C01X00T47 is invalid"}"#,
    );
    let case = case_of(&trace, "incident/1", &suite(serde_json::json!([])), &[])
        .0
        .unwrap();
    let text = serde_json::to_string(&(&case.user_input, &case.assertions)).unwrap();
    assert!(
        !["Grace", "Hopper", "C01X00T47"].iter().any(|gone| text.contains(gone)),
        "{text}"
    );
}

fn trace(text: &str) -> Trace {
    serde_json::from_str(text).unwrap()
}

fn suite(cases: serde_json::Value) -> Suite {
    serde_json::from_value(serde_json::json!({"prompt": "p", "userVariable": "question", "cases": cases})).unwrap()
}

#[test]
fn a_field_that_says_whose_name_it_is_loses_it() {
    let check = |value: serde_json::Value, expected: &str| {
        assert_eq!(scrubbed(&value.to_string()), expected, "{value}");
    };
    let json = |value| serde_json::Value::to_string(&value);
    check(
        serde_json::json!({"firstName": "ada", "last_name": "Lovelace", "Customer-Name": "A. L."}),
        &json(serde_json::json!({"firstName": "[name]", "last_name": "[name]", "Customer-Name": "[name]"})),
    );
    check(
        serde_json::json!({"customer": {"name": "Ada", "tier": "plus"}, "contact": "Ada King Lovelace"}),
        &json(serde_json::json!({"customer": {"name": "[name]", "tier": "plus"}, "contact": "[name]"})),
    );
    check(
        serde_json::json!({"customers": [{"name": "ada"}], "name": "Alan Turing"}),
        &json(serde_json::json!({"customers": [{"name": "[name]"}], "name": "[name]"})),
    );
    check(
        serde_json::json!({"rows": [{"name": "Alan Turing", "email": "a@b.org"}]}),
        &json(serde_json::json!({"rows": [{"name": "[name]", "email": "person@example.com"}]})),
    );
    check(
        serde_json::json!({"password": "hunter2hunter2", "answer": "{\"firstName\":\"Ada\"}"}),
        &json(serde_json::json!({"password": "[secret]", "answer": "{\"firstName\":\"[name]\"}"})),
    );
    // what has a name and is nobody
    for value in [
        serde_json::json!({"product": {"name": "Alpine Tent"}, "tools": [{"name": "order_status"}]}),
        serde_json::json!({"articles": [{"name": "Return Period", "text": "30 days"}]}),
        serde_json::json!({"name": "HL-2291043", "customer": "premium", "contact": "Customer Service"}),
        serde_json::json!({"customer": {"tier": "plus", "locale": "en"}, "user": 4711, "firstName": ""}),
        serde_json::json!({"customerNumber": "4711", "contact": {"channel": "Live Chat"}}),
    ] {
        check(value.clone(), &value.to_string());
    }
}

#[test]
fn a_text_may_say_it_like_a_field() {
    for (text, expected) in [
        ("Customer: Ada Lovelace, order HL-1", "Customer: [name], order HL-1"),
        ("Kunde: Ada Lovelace\nOrt: Ulm", "Kunde: [name]\nOrt: Ulm"),
        (
            "first name: Ada; last name = Lovelace",
            "first name: [name]; last name = [name]",
        ),
        ("Name: Ada Lovelace", "Name: [name]"),
        ("contact: Ludwig van Beethoven", "contact: [name]"),
        ("so {\"customer\": \"Ada Lovelace\"}", "so {\"customer\": \"[name]\"}"),
        ("product name: Alpine Tent", "product name: Alpine Tent"),
        ("Contact: Customer Service", "Contact: Customer Service"),
        ("Contact: Premium Support", "Contact: Premium Support"),
        ("Customer: premium since May", "Customer: premium since May"),
        (
            "filename: Read Me, hostname: Alpha Beta",
            "filename: Read Me, hostname: Alpha Beta",
        ),
        ("The customer asked: Where is it?", "The customer asked: Where is it?"),
        ("contact: Berlin", "contact: Berlin"),
    ] {
        assert_eq!(scrubbed(text), expected);
    }
}

/// What one place gives away stands nowhere else in the case, and is no word that an answer is asked about.
#[test]
fn what_is_taken_out_once_is_taken_out_everywhere() {
    let trace = trace(
        r#"{
            "userInput": "Grace Hopper here, hunter2secret does not work, call 0301234567",
            "answer": "Dear Grace Hopper, hunter2secret is wrong",
            "turns": [{"role": "user", "text": "I am at hunter2secretive.example"}],
            "forbiddenKeywords": ["hunter2secret", "wrong"],
            "vars": {"customer": {"name": "Grace Hopper", "password": "hunter2secret", "apiKey": "abc123def456", "phone": "0301234567"}}
        }"#,
    );
    let case = case_of(&trace, "incident/1", &suite(serde_json::json!([])), &[])
        .0
        .unwrap();
    let text = serde_json::to_string_pretty(&case).unwrap();
    expect_test::expect![[r#"
        {
          "id": "sample-70b08e363e",
          "userInput": "[name] here, [secret-1] does not work, call [phone]",
          "forbiddenKeywords": [
            "[secret-1]",
            "wrong"
          ],
          "vars": {
            "customer": {
              "apiKey": "[secret-2]",
              "name": "[name]",
              "password": "[secret-1]",
              "phone": "[phone]"
            }
          },
          "turns": [
            {
              "role": "user",
              "text": "I am at hunter2secretive.example"
            }
          ],
          "tags": [
            "incident"
          ],
          "origin": "incident/1"
        }"#]]
    .assert_eq(&text);
}
