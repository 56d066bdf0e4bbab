//! Addresses, networks and host names.

use std::net::IpAddr;

use super::names;

/// A network: its address and how many bits of it count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::schema::overlay) struct Network {
    address: IpAddr,
    length: u32,
}

impl Network {
    /// Whether another network lies in this one and is smaller.
    pub(in crate::schema::overlay) fn holds(self, other: Network) -> bool {
        match (self.address, other.address) {
            (IpAddr::V4(own), IpAddr::V4(inner)) => {
                let mask = u32::MAX.checked_shl(32 - self.length).unwrap_or(0);
                self.length < other.length && u32::from(own) & mask == u32::from(inner) & mask
            }
            (IpAddr::V6(own), IpAddr::V6(inner)) => {
                let mask = u128::MAX.checked_shl(128 - self.length).unwrap_or(0);
                self.length < other.length && u128::from(own) & mask == u128::from(inner) & mask
            }
            _ => false,
        }
    }
}

/// Reads `address/length`.
pub(in crate::schema::overlay) fn network(text: &str) -> Option<Network> {
    let (address, length) = text.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let plain = !length.is_empty() && length.bytes().all(|b| b.is_ascii_digit());
    let length: u32 = plain.then(|| length.parse().ok())??;
    let most = if address.is_ipv4() { 32 } else { 128 };
    (length <= most).then_some(Network { address, length })
}

/// A subdomain that may begin with `*.`; an address is none.
pub(super) fn host_name(text: &str) -> bool {
    names::subdomain(text.strip_prefix("*.").unwrap_or(text)) && text.parse::<IpAddr>().is_err()
}
