//! Addresses of the web: what nothing can be reached under.

/// The port of the first address in a text that no machine has; addresses begin with `<scheme>://`.
pub fn impossible_port(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("://")?;
    let end = rest.find(|c: char| c.is_whitespace() || "/?#\"'`,;<>(){}|\\".contains(c));
    let authority = &rest[..end.unwrap_or(rest.len())];
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    // what stands in brackets is an address of version 6
    let after = host.rsplit_once(']').map_or(host, |(_, after)| after);
    let port = after.rsplit_once(':').map(|(_, port)| port)?;
    let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_possible = port.parse::<u16>().is_ok_and(|port| port > 0);
    (is_number && !is_possible).then_some(port)
}

#[cfg(test)]
mod tests {
    use super::impossible_port;

    #[test]
    fn ports_go_from_one_to_65535() {
        for (text, port) in [
            ("https://a.example.com:99999/b", Some("99999")),
            ("http://user:1@a:0", Some("0")),
            ("url: \"http://[fd00::99999]:65536\"", Some("65536")),
            ("https://a.example.com:65535/b:99999", None),
            ("http://[fd00::1]", None),
            ("https://a?b=:99999", None),
            ("a.example.com:99999", None),
            ("http://$(HOST):$(PORT)/", None),
        ] {
            assert_eq!(impossible_port(text), port, "{text}");
        }
    }
}
