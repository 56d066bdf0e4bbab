//! Addresses without whoever logs in there: git keeps passwords and tokens in the addresses of remotes.

use std::borrow::Cow;

/// A text in which no address says with which name and password one logs in; the name alone stays where no web server asks
/// for it, as in `ssh://git@…`.
pub fn without_login(text: &str) -> Cow<'_, str> {
    let mut shown = String::new();
    let mut done = 0;
    for (at, mark) in text.match_indices("://") {
        let start = at + mark.len();
        let host = &text[start..];
        let end = host.find(|c: char| c.is_whitespace() || "/?#'\"`".contains(c));
        let Some(login) = host[..end.unwrap_or(host.len())].rfind('@') else {
            continue;
        };
        if start >= done
            && (host[..login].contains(':') || text[..at].ends_with("http") || text[..at].ends_with("https"))
        {
            shown.push_str(&text[done..start]);
            shown.push('…');
            done = start + login;
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    shown.push_str(&text[done..]);
    Cow::Owned(shown)
}
