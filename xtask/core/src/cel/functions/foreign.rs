//! Values of the Kubernetes libraries.

use std::cmp::Ordering;
use std::net::IpAddr;
use std::sync::Arc;

use super::network::Cidr;
use super::semver::Semver;
use super::url::Url;
use super::{Answer, Value, bool_answer, int_answer};
use crate::model::Quantity;

/// A value of a Kubernetes library.
#[derive(Clone, Debug, PartialEq)]
pub enum Foreign {
    /// A resource quantity.
    Quantity(Quantity),
    /// An address.
    Ip(IpAddr),
    /// A network.
    Cidr(Cidr),
    /// A URL.
    Url(Url),
    /// A semantic version.
    Semver(Semver),
    /// A named format of text.
    Format(&'static str),
}

impl Foreign {
    pub(in crate::cel) fn type_name(&self) -> &'static str {
        match self {
            Foreign::Quantity(_) => "kubernetes.Quantity",
            Foreign::Ip(_) => "net.IP",
            Foreign::Cidr(_) => "net.CIDR",
            Foreign::Url(_) => "kubernetes.URL",
            Foreign::Semver(_) => "kubernetes.Semver",
            Foreign::Format(_) => "kubernetes.NamedFormat",
        }
    }

    pub(in crate::cel) fn equals(&self, other: &Foreign) -> bool {
        match (self, other) {
            (Foreign::Semver(left), Foreign::Semver(right)) => left.order(right) == Ordering::Equal,
            _ => self == other,
        }
    }

    pub(super) fn answer<'a>(self) -> Answer<'a> {
        Some(Ok(Value::Foreign(Arc::new(self))))
    }
}

fn order(arguments: &[Value<'_>]) -> Option<Ordering> {
    let (Value::Foreign(left), Value::Foreign(right)) = (&arguments[0], &arguments[1]) else {
        return None;
    };
    match (&**left, &**right) {
        (Foreign::Quantity(left), Foreign::Quantity(right)) => Some(left.cmp(right)),
        (Foreign::Semver(left), Foreign::Semver(right)) => Some(left.order(right)),
        _ => None,
    }
}

pub(super) fn compare_to<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    int_answer(order(arguments)? as i64)
}

pub(super) fn is_less_than<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    bool_answer(order(arguments)?.is_lt())
}

pub(super) fn is_greater_than<'a>(arguments: &[Value<'a>]) -> Answer<'a> {
    bool_answer(order(arguments)?.is_gt())
}
