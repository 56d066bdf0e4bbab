//! Numbers that stand for one person: of passports, identity cards, taxes, insurances, accounts and cards.
//!
//! A number is known by its check digits, by a shape that nothing else has, or by the word beside it.

use std::sync::LazyLock;

use serde_json::Value;

use super::patterns::Pattern;
use super::people::bare;

/// What a number of an authority is replaced with.
const IDENTITY: &str = "[identity]";
/// What the number of an account is replaced with.
const ACCOUNT: &str = "[account]";
/// What the number of a card is replaced with.
const CARD: &str = "[card]";
/// What an IBAN is replaced with.
const IBAN: &str = "[iban]";

/// Words that stand before a number of an authority: as people write them, and short ones in capitals only.
const AUTHORITIES: &str = r"(?:(?i:passport|reisepass|passeport|pasaporte|passaporto|passnummer|identity[ _-]?card|id[ _-]?card|personalausweis|ausweis(?=[ _-]?n)|(?:national|personal)[ _-]?(?:id|identity|identification)|identity[ _-]?(?=n)|social[ _-]?security|social[ _-]?insurance|national[ _-]?insurance|sozialversicherungs|tax(?:payer)?[ _-]?(?:id|identification|file)|steuer-?(?:id|identifikations)|driv(?:er[’']?s?|ing)[ _-]?licen[cs]e|führerschein|codice fiscale|burgerservice|aadhaar|personnummer)|SSN|SIN|NINO|TIN|ITIN|DNI|NIE|NIF|NIR|BSN|CPF|CURP|PESEL|PAN)";

/// Words that stand before the number of an account.
const ACCOUNTS: &str = r"(?i:(?:bank[ _-]?)?(?:account|acct\.?)(?=[ _-]?n|[ _-]?#)|bank[ _-]?account|konto(?=[ _-]?n)|sort[ _-]?code|(?:aba[ _-]?)?routing|bankleitzahl|blz)";

/// What may stand between such a word and the number.
const BETWEEN: &str = r#"(?i:[ _-]?(?:numbers?|nummer|num|no|nr)\b\.?)?["']?(?:\s*[:=#]\s*|\s+(?:(?:is|was|ist|war|lautet|es|est|è)[: ]\s*)?)["']?"#;

/// A number with or without letters, in one piece or in groups; no date.
const NUMBER: &str = r"(?!\d{4}-\d{2}-\d{2}\b|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b)(?:\d{1,4}(?:[ ./-]\d{1,6}){2,6}\b|(?=[A-Za-z./-]*\d)[A-Za-z0-9](?:[./-]?[A-Za-z0-9]){4,18}\b(?: \d{2,6}\b)*)";

/// What is taken out of texts.
pub(super) static NUMBERS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    vec![
        // as people type them; those in capitals are taken whatever their check digits say
        Pattern::checked(
            r"(?i)(?<![[:latin:]])[a-z]{2}\d{2}[ .-]?[a-z0-9]{4}(?:[ .-]?(?=[a-z]{0,3}\d)[a-z0-9]{4}){1,6}(?:[a-z0-9]{1,3}|[ .-]\d[a-z0-9]{0,2})?(?![[:latin:]])",
            IBAN,
            is_iban,
        ),
        // cards in groups that nobody prints, and no dates; a digit behind a printed one is none of it
        Pattern::checked(
            r"(?<![+[:latin:]])(?!\d{4}-\d{2}-\d{2}\b|\d{8}\b|\d{4}(?:[[:gap:]-]\d{4}){3}\b|\d{4}[[:gap:]-]\d{6}[[:gap:]-]\d{4,5}\b)[3-6](?:[[:gap:]-]?\d){12,18}(?![[:latin:]]|[[:gap:]-]\d)",
            CARD,
            is_luhn,
        ),
        // the lines at the bottom of passports and identity cards
        Pattern::new(r"(?<![A-Z0-9<])(?=[A-Z0-9]*<)[A-Z0-9<]{28,46}(?![A-Z0-9<])", IDENTITY),
        // Spain
        Pattern::checked(
            r"(?<![[:latin:]])(?:\d{8}|[XYZ]-?\d{7})-?[A-Z](?![[:latin:]])",
            IDENTITY,
            is_spanish,
        ),
        // Italy
        Pattern::new(
            r"(?<![[:latin:]])[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z](?![[:latin:]])",
            IDENTITY,
        ),
        // the United Kingdom
        Pattern::new(
            r"(?<![[:latin:]])[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?![[:latin:]])",
            IDENTITY,
        ),
        // Brazil, Switzerland, Belgium
        Pattern::new(
            r"(?<![[:latin:]_.-])\d{3}\.\d{3}\.\d{3}-\d{2}(?![[:latin:]_-])",
            IDENTITY,
        ),
        Pattern::new(
            r"(?<![[:latin:]_.-])756\.\d{4}\.\d{4}\.\d{2}(?![[:latin:]_-])",
            IDENTITY,
        ),
        Pattern::new(
            r"(?<![[:latin:]_.-])\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}(?![[:latin:]_-])",
            IDENTITY,
        ),
        // Sweden
        Pattern::checked(
            r"(?<![[:latin:]_.-])(?:\d{2})?(?<number>\d{2}[01]\d[0-3]\d[-+]\d{4})(?![[:latin:]_-])",
            IDENTITY,
            is_luhn,
        ),
        // India: the fourth letter says that it is a person's
        Pattern::new(r"(?<![[:latin:]])[A-Z]{3}P[A-Z]\d{4}[A-Z](?![[:latin:]])", IDENTITY),
        // Hong Kong
        Pattern::new(r"(?<![[:latin:]])[A-Z]{1,2}\d{6}\([0-9A]\)", IDENTITY),
        Pattern::new(
            &format!(r"(?<![[:latin:]])({AUTHORITIES})({BETWEEN}){NUMBER}"),
            "$1$2[identity]",
        ),
        Pattern::new(
            &format!(r"(?<![[:latin:]])({ACCOUNTS})({BETWEEN})\d(?:[ -]?\d){{4,19}}\b"),
            "$1$2[account]",
        ),
    ]
});

/// Fields that hold such a number, in lower case and without separators, each with what it is replaced with.
const FIELDS: &[(&[&str], &str)] = &[
    (
        &[
            "aadhaar",
            "aadhaarnumber",
            "bsn",
            "codicefiscale",
            "cpf",
            "dni",
            "driverslicense",
            "driverslicensenumber",
            "drivinglicence",
            "drivinglicencenumber",
            "idcardnumber",
            "identitycardnumber",
            "identitynumber",
            "nationalid",
            "nationalidnumber",
            "nationalinsurancenumber",
            "passport",
            "passportno",
            "passportnumber",
            "personalid",
            "personnummer",
            "pesel",
            "reisepassnummer",
            "socialsecuritynumber",
            "sozialversicherungsnummer",
            "ssn",
            "steuerid",
            "steuernummer",
            "taxid",
            "taxnumber",
        ],
        IDENTITY,
    ),
    (
        &[
            "accountno",
            "accountnumber",
            "bankaccount",
            "bankaccountnumber",
            "kontonummer",
            "routingnumber",
            "sortcode",
        ],
        ACCOUNT,
    ),
    (
        &[
            "cardnumber",
            "creditcard",
            "creditcardnumber",
            "cvc",
            "cvv",
            "debitcard",
        ],
        CARD,
    ),
    (&["iban"], IBAN),
];

/// Fewest letters and digits of a number.
const LEAST: usize = 3;

/// What a field of a map says instead that is called as such numbers are.
pub(super) fn instead(field: &str, value: &Value) -> Option<&'static str> {
    let said = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let is_number =
        said.contains(|c: char| c.is_ascii_digit()) && said.chars().filter(|c| c.is_alphanumeric()).count() >= LEAST;
    let field = bare(field);
    let found = FIELDS.iter().find(|(fields, _)| fields.contains(&&*field));
    found.filter(|_| is_number).map(|(_, instead)| *instead)
}

/// Whether the check digits of an IBAN are right: ISO 13616, modulo 97.
fn is_iban(text: &str) -> bool {
    let letters: Vec<u32> = text.chars().filter_map(|letter| letter.to_digit(36)).collect();
    let Some((head, rest)) = letters.split_at_checked(4) else {
        return false;
    };
    let number = rest.iter().chain(head);
    let remainder = number.fold(0, |sum, digit| (sum * if *digit > 9 { 100 } else { 10 } + digit) % 97);
    remainder == 1 && (15..=34).contains(&letters.len())
}

/// Whether the letter at the end of a Spanish number is right. One of a foreigner begins with a letter for 0, 1 or 2.
fn is_spanish(text: &str) -> bool {
    const LETTERS: &[u8] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let letters: Vec<u8> = text.bytes().filter(|letter| *letter != b'-').collect();
    let Some((last, number)) = letters.split_last() else {
        return false;
    };
    let digit = |letter: &u8| u32::from(letter - if *letter < b'X' { b'0' } else { b'X' });
    let number = number.iter().fold(0, |sum, letter| sum * 10 + digit(letter));
    LETTERS.get(number as usize % LETTERS.len()) == Some(last)
}

/// Whether the last digit is the check digit of the others by Luhn.
fn is_luhn(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(10)).collect();
    let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let places = digits.iter().rev().enumerate();
    let sum: u32 = places
        .map(|(place, digit)| if place % 2 == 1 { doubled(*digit) } else { *digit })
        .sum();
    sum.is_multiple_of(10)
}
