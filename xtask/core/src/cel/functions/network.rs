//! Addresses and networks.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Answer, Foreign, Value, bool_answer, failure, int_answer, text};

/// A network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cidr {
    address: IpAddr,
    length: u8,
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

impl Cidr {
    fn parse(text: &str) -> Result<Cidr, String> {
        let wrong = || format!("`{text}` is no network");
        let (address, length) = text.split_once('/').ok_or_else(wrong)?;
        let address = parse_ip(address)?;
        let is_plain = length == "0" || !length.starts_with(['0', '+']);
        let length = length.parse::<u8>().ok().filter(|_| is_plain).ok_or_else(wrong)?;
        if length > width(address) {
            return Err(wrong());
        }
        Ok(Cidr { address, length })
    }

    fn masked(&self) -> Cidr {
        let address = match self.address {
            IpAddr::V4(address) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.length)).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from(u32::from(address) & mask))
            }
            IpAddr::V6(address) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.length)).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from(u128::from(address) & mask))
            }
        };
        Cidr {
            address,
            length: self.length,
        }
    }

    fn contains(&self, address: IpAddr) -> bool {
        let other = Cidr {
            address,
            length: self.length,
        };
        width(address) == width(self.address) && other.masked().address == self.masked().address
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// An address without a zone; an IPv4 address in the form of an IPv6 one is refused, as Kubernetes does.
fn parse_ip(text: &str) -> Result<IpAddr, String> {
    match text.parse() {
        Ok(IpAddr::V6(address)) if address.to_ipv4_mapped().is_some() => {
            Err(format!("`{text}` is an IPv4 address in the form of an IPv6 one"))
        }
        Ok(address) => Ok(address),
        Err(_) => Err(format!("`{text}` is no address")),
    }
}

fn address(value: &Value<'_>) -> Option<IpAddr> {
    match value {
        Value::Foreign(foreign) => match &**foreign {
            Foreign::Ip(address) => Some(*address),
            _ => None,
        },
        _ => None,
    }
}

fn network<'v>(value: &'v Value<'_>) -> Option<&'v Cidr> {
    match value {
        Value::Foreign(foreign) => match &**foreign {
            Foreign::Cidr(network) => Some(network),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn ip<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    match parse_ip(text(&arguments[0])?) {
        Ok(address) => Foreign::Ip(address).answer(),
        Err(message) => failure(message),
    }
}

pub(super) fn is_ip<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    bool_answer(parse_ip(text(&arguments[0])?).is_ok())
}

pub(super) fn is_canonical<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let text = text(&arguments[0])?;
    match parse_ip(text) {
        Ok(address) => bool_answer(address.to_string() == text),
        Err(message) => failure(message),
    }
}

pub(super) fn family<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    int_answer(if address(&arguments[0])?.is_ipv4() { 4 } else { 6 })
}

pub(super) fn is_unspecified<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    bool_answer(address(&arguments[0])?.is_unspecified())
}

pub(super) fn is_loopback<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    bool_answer(address(&arguments[0])?.is_loopback())
}

pub(super) fn is_link_local_multicast<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    bool_answer(link_local_multicast(address(&arguments[0])?))
}

pub(super) fn is_link_local_unicast<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    bool_answer(link_local_unicast(address(&arguments[0])?))
}

pub(super) fn is_global_unicast<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let address = address(&arguments[0])?;
    let is_special = address.is_unspecified()
        || address.is_loopback()
        || address.is_multicast()
        || link_local_unicast(address)
        || matches!(address, IpAddr::V4(address) if address.is_broadcast());
    bool_answer(!is_special)
}

fn link_local_multicast(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => matches!(address.octets(), [224, 0, 0, _]),
        IpAddr::V6(address) => address.octets()[0] == 0xff && address.octets()[1] & 0x0f == 0x02,
    }
}

fn link_local_unicast(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}

pub(super) fn cidr<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    match Cidr::parse(text(&arguments[0])?) {
        Ok(network) => Foreign::Cidr(network).answer(),
        Err(message) => failure(message),
    }
}

pub(super) fn is_cidr<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    bool_answer(Cidr::parse(text(&arguments[0])?).is_ok())
}

pub(super) fn contains_ip<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let network = network(&arguments[0])?;
    if let Some(address) = address(&arguments[1]) {
        return bool_answer(network.contains(address));
    }
    match parse_ip(text(&arguments[1])?) {
        Ok(address) => bool_answer(network.contains(address)),
        Err(message) => failure(message),
    }
}

pub(super) fn contains_cidr<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    let outer = network(&arguments[0])?;
    let holds = |inner: &Cidr| outer.contains(inner.address) && inner.length >= outer.length;
    if let Some(inner) = network(&arguments[1]) {
        return bool_answer(holds(inner));
    }
    match Cidr::parse(text(&arguments[1])?) {
        Ok(inner) => bool_answer(holds(&inner)),
        Err(message) => failure(message),
    }
}

pub(super) fn address_of_cidr<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    Foreign::Ip(network(&arguments[0])?.address).answer()
}

pub(super) fn masked<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    Foreign::Cidr(network(&arguments[0])?.masked()).answer()
}

pub(super) fn prefix_length<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    int_answer(i64::from(network(&arguments[0])?.length))
}
