//! What a sample of production leaves behind.

use crate::prompts::retro::{scrubbed, without_secrets};

#[test]
fn nothing_personal_and_no_secret_stays() {
    for (text, expected) in [
        ("write to ada.l@love.org please", "write to person@example.com please"),
        ("call +49 170 1234567 now", "call [phone] now"),
        ("DE89 3704 0044 0532 0130 00", "[iban]"),
        ("card 4111 1111 1111 1111", "card [card]"),
        ("from 10.1.2.3", "from 192.0.2.1"),
        ("Dear Mr Turing", "Dear Mr [name]"),
        ("Ich wohne Lindenstraße 12", "Ich wohne [address]"),
        (
            "Authorization: Bearer abcdefghijklmnop1234",
            "Authorization: Bearer [secret]",
        ),
        ("password=hunter2hunter2", "password=[secret]"),
        (
            "order HL-2291043 of 2026-02-12 costs 129.95 EUR",
            "order HL-2291043 of 2026-02-12 costs 129.95 EUR",
        ),
    ] {
        assert_eq!(scrubbed(text), expected);
    }
    assert_eq!(without_secrets("mail ada@love.org"), "mail ada@love.org");
}
