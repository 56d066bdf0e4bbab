//! Names and telephone numbers of people in fields: by what a field is called, and by what its value looks like.

use std::sync::LazyLock;

use fancy_regex::Regex;
use serde_json::{Map, Value};

use super::patterns::Pattern;

/// What a name is replaced with.
pub(super) const NAME: &str = "[name]";
/// What a telephone number is replaced with.
const PHONE: &str = "[phone]";

/// Fields that hold a name and nothing else, in lower case and without separators.
const NAMES: &[&str] = &[
    "accountholder",
    "cardholder",
    "contactname",
    "contactperson",
    "customername",
    "familyname",
    "firstname",
    "fullname",
    "givenname",
    "lastname",
    "maidenname",
    "middlename",
    "nachname",
    "recipientname",
    "surname",
    "vorname",
];

/// Fields that hold a person: by name, or as a map with a name in it. They may say something else of the person, too.
const PEOPLE: &[&str] = &[
    "ansprechpartner",
    "applicant",
    "assignee",
    "beneficiary",
    "billingcontact",
    "buyer",
    "caller",
    "client",
    "contact",
    "customer",
    "employee",
    "guest",
    "kunde",
    "patient",
    "payee",
    "passenger",
    "person",
    "recipient",
    "requester",
    "sender",
    "shippingaddress",
    "user",
];

/// Fields that hold a telephone number, in whatever way it is written.
const PHONES: &[&str] = &[
    "fax",
    "mobile",
    "mobilenumber",
    "phone",
    "phonenumber",
    "telefon",
    "telephone",
];
/// Fewest digits of one.
const DIGITS: usize = 6;

/// Fields that only a person has beside a name.
const BESIDE: &[&str] = &[
    "birthday",
    "birthdate",
    "dateofbirth",
    "email",
    "mail",
    "mobile",
    "phone",
    "telephone",
];

/// Two to four words in capitals, as a name has them, and no word that says what a team is.
static LOOKS_LIKE_A_NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!("^{PERSON}$")).expect("a name is told by a regular expression"));

/// A name as a field says it inside a text.
pub(super) static FIELDS: LazyLock<[Pattern; 2]> = LazyLock::new(|| {
    const AFTER: &str = r#"(["']?\s*[:=]\s*["']?)"#;
    let one = r"((?i:\b(?:first name|last name|full name|given name|family name|surname|firstname|lastname|fullname|vorname|nachname)))";
    let several = r"((?i:\b(?:customer|customer name|contact|contact person|account holder|cardholder|passenger|patient|recipient|kunde|kundin|ansprechpartner|ansprechpartnerin)|(?<![\p{L}\p{N}_.-])(?<!\p{L} )name))";
    [
        Pattern::new(
            &format!(r"{one}{AFTER}\p{{Lu}}[\p{{L}}'’-]+(?:[ \t]+\p{{Lu}}[\p{{L}}'’-]+)*"),
            "$1$2[name]",
        ),
        Pattern::new(&format!("{several}{AFTER}{PERSON}"), "$1$2[name]"),
    ]
});

/// A name of two to four words.
pub(super) const PERSON: &str = r"(?!(?:\S+[ \t]+)?(?:Account|Care|Center|Customer|Department|Desk|Group|Management|Office|Product|Sales|Service|Services|Success|Support|Team)\b)\p{Lu}[\p{L}'’-]+(?:[ \t]+(?:von|van|de|der|del|la|bin|al))*(?:[ \t]+\p{Lu}(?:\.|[\p{L}'’-]+)){1,3}";

/// What a field of a map says instead, where it holds the name or the telephone number of a person. `holder` is the field
/// that holds the map.
pub(super) fn instead(field: &str, value: &Value, holder: &str, beside: &Map<String, Value>) -> Option<&'static str> {
    let (field, holder) = (plain(field), plain(holder));
    let said = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let is_scalar = value.is_string() || value.is_number();
    if is_scalar && PHONES.contains(&&*field) && said.chars().filter(char::is_ascii_digit).count() >= DIGITS {
        return Some(PHONE);
    }
    let text = value.as_str().filter(|text| text.chars().any(char::is_alphabetic))?;
    let looks_like_one = || LOOKS_LIKE_A_NAME.is_match(text.trim()).unwrap_or_default();
    let is_name = match &*field {
        field if NAMES.contains(&field) => true,
        field if PEOPLE.contains(&field) => looks_like_one(),
        "name" if PEOPLE.contains(&&*holder) => true,
        // products, tools and places have names, too
        "name" if holder.is_empty() || beside.keys().any(|key| is_personal(&plain(key))) => looks_like_one(),
        _ => false,
    };
    is_name.then_some(NAME)
}

fn is_personal(field: &str) -> bool {
    BESIDE.contains(&field) || NAMES.contains(&field)
}

/// The name that an address of mail is made of: `jane.doe@…` is of Jane Doe.
pub(super) fn name_of(address: &str) -> Option<String> {
    let (local, _) = address.split_once('@')?;
    let parts: Vec<&str> = local.split(['.', '_', '-']).collect();
    let is_part = |part: &&str| part.chars().count() > 1 && part.chars().all(char::is_alphabetic);
    let capital = |part: &str| {
        let mut letters = part.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters.flat_map(char::to_lowercase)).collect::<String>()
    };
    let name = parts.iter().map(|part| capital(part)).collect::<Vec<_>>().join(" ");
    let is_name = parts.iter().all(is_part) && LOOKS_LIKE_A_NAME.is_match(&name).unwrap_or_default();
    is_name.then_some(name)
}

/// A field's name in lower case, without separators.
pub(super) fn bare(field: &str) -> String {
    let letters = field.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// The same; of several, the holder is the one of a single thing.
fn plain(field: &str) -> String {
    let name = bare(field);
    match name.strip_suffix('s') {
        Some(one) if PEOPLE.contains(&one) => one.to_owned(),
        _ => name,
    }
}
