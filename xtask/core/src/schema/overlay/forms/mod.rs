//! Forms of text that the server holds fields to.

mod images;
mod names;
mod networks;
mod paths;
mod schedules;

pub(super) use networks::network;
pub(super) use schedules::schedule_problem;

/// A form that a text may have to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// RFC 1123 label.
    Label,
    /// RFC 1035 label: a letter first.
    LetterLabel,
    /// RFC 1123 subdomain.
    Subdomain,
    /// A subdomain that may begin with `*.` and is no address.
    HostName,
    /// A host name, with or without a dot at its end.
    ExternalName,
    /// A name that may hold anything but `/` and `%`.
    PathSegment,
    /// A name, perhaps with a domain and `/` before it.
    Qualified,
    /// As Qualified; the domain may be written in capitals.
    AnnotationKey,
    /// A domain, `/` and a path.
    DomainPath,
    /// A finalizer: with a domain, or one of the built-in ones.
    Finalizer,
    /// The value of a label.
    LabelValue,
    /// A key of a ConfigMap or Secret.
    DataKey,
    /// The name of a port.
    PortName,
    /// The name of an environment variable.
    VariableName,
    /// The name of an HTTP header.
    HeaderName,
    /// An address.
    Ip,
    /// An address of four numbers.
    Ipv4,
    /// An address of version 6.
    Ipv6,
    /// A network.
    Cidr,
    /// A percentage.
    Percentage,
    /// A time zone.
    TimeZone,
    /// A span of time as Go reads it.
    Span,
    /// An image reference.
    Image,
    /// A path from the root.
    AbsolutePath,
    /// A path that stays below where it starts.
    InnerPath,
    /// A path without `..`.
    StraightPath,
    /// Base64.
    Base64,
    /// What a resource is called in a container.
    ContainerResource,
    /// A field that a pod may read of itself.
    PodField,
    /// A resource that a container may read of itself.
    OwnResource,
    /// The name of a kernel parameter.
    Sysctl,
}

impl Form {
    /// Whether a text has the form.
    pub(super) fn fits(self, text: &str) -> bool {
        match self {
            Form::Label => names::label(text),
            Form::LetterLabel => names::label(text) && text.starts_with(|c: char| c.is_ascii_lowercase()),
            Form::Subdomain => names::subdomain(text),
            Form::HostName => networks::host_name(text),
            Form::ExternalName => names::subdomain(text.strip_suffix('.').unwrap_or(text)),
            Form::PathSegment => names::path_segment(text),
            Form::Qualified => names::qualified(text),
            Form::AnnotationKey => names::annotation_key(text),
            Form::DomainPath => names::domain_path(text),
            Form::Finalizer => names::finalizer(text),
            Form::LabelValue => text.is_empty() || names::bare(text),
            Form::DataKey => names::data_key(text),
            Form::PortName => names::port(text),
            Form::VariableName => !text.is_empty() && text.bytes().all(|b| (b' '..=b'~').contains(&b) && b != b'='),
            Form::HeaderName => !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'),
            Form::Ip => text.parse::<std::net::IpAddr>().is_ok(),
            Form::Ipv4 => text.parse::<std::net::Ipv4Addr>().is_ok(),
            Form::Ipv6 => text.parse::<std::net::Ipv6Addr>().is_ok(),
            Form::Cidr => network(text).is_some(),
            Form::Percentage => percent(text).is_some(),
            Form::TimeZone => schedules::time_zone(text),
            Form::Span => schedules::span(text),
            Form::Image => images::reference(text),
            Form::AbsolutePath => text.starts_with('/'),
            Form::InnerPath => paths::inner(text),
            Form::StraightPath => paths::straight(text),
            Form::Base64 => paths::base64(text),
            Form::ContainerResource => names::container_resource(text),
            Form::PodField => names::pod_field(text),
            Form::OwnResource => names::own_resource(text),
            Form::Sysctl => names::sysctl(text),
        }
    }

    /// What a text of the form is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Form::Label | Form::LetterLabel => "DNS label",
            Form::Subdomain => "DNS name",
            Form::HostName | Form::ExternalName => "host name",
            Form::PathSegment => "name",
            Form::Qualified => "qualified name",
            Form::AnnotationKey => "annotation key",
            Form::DomainPath => "path with a domain",
            Form::Finalizer => "finalizer",
            Form::LabelValue => "label value",
            Form::DataKey => "key of a ConfigMap or Secret",
            Form::PortName => "port name",
            Form::VariableName => "name of an environment variable",
            Form::HeaderName => "name of an HTTP header",
            Form::Ip => "IP address",
            Form::Ipv4 => "IPv4 address",
            Form::Ipv6 => "IPv6 address",
            Form::Cidr => "network in CIDR form",
            Form::Percentage => "percentage",
            Form::TimeZone => "time zone",
            Form::Span => "span of time",
            Form::Image => "image reference",
            Form::AbsolutePath => "absolute path",
            Form::InnerPath => "path below its folder",
            Form::StraightPath => "path without `..`",
            Form::Base64 => "base64",
            Form::ContainerResource => "resource of a container",
            Form::PodField => "field that a pod may read",
            Form::OwnResource => "resource that a container may read",
            Form::Sysctl => "kernel parameter",
        }
    }

    /// What was meant by a misspelt text, where the form is a list of names.
    pub(super) fn near(self, text: &str) -> Option<&'static str> {
        match self {
            Form::TimeZone => schedules::near_zone(text),
            _ => None,
        }
    }

    /// What a text of the form looks like; goes after "write".
    pub(super) fn rule(self) -> &'static str {
        match self {
            Form::Label => "lower-case letters, digits and `-`, none of them `-` at either end, 63 at most",
            Form::LetterLabel => "lower-case letters, digits and `-`, a letter first, no `-` last, 63 at most",
            Form::Subdomain => "lower-case letters, digits and `-` between dots, such as `example.com`, 253 at most",
            Form::HostName => "a name such as `shop.example.com` or `*.example.com`, in lower case, no address",
            Form::ExternalName => "a name such as `shop.example.com`, in lower case",
            Form::PathSegment => "a name without `/` and `%`",
            Form::Qualified | Form::AnnotationKey => {
                "`name` or `example.com/name`: letters, digits, `-`, `_` and `.`, 63 at most after the `/`"
            }
            Form::DomainPath => "a domain and a path, such as `example.com/controller`",
            Form::Finalizer => "a domain and a name, such as `example.com/cleanup`",
            Form::LabelValue => {
                "letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit, 63 at most"
            }
            Form::DataKey => "letters, digits, `-`, `_` and `.`, 253 at most",
            Form::PortName => "lower-case letters, digits and single `-` between them, a letter among them, 15 at most",
            Form::VariableName => "printable ASCII characters without `=`",
            Form::HeaderName => "letters, digits and `-`",
            Form::Ip => "an address such as `10.1.2.3` or `fd00::1`",
            Form::Ipv4 => "an address such as `10.1.2.3`",
            Form::Ipv6 => "an address such as `fd00::1`",
            Form::Cidr => "an address and a length, such as `10.0.0.0/8`",
            Form::Percentage => "digits and `%`, such as `25%`",
            Form::TimeZone => "a name of the time zone database, such as `Europe/Berlin`",
            Form::Span => "numbers with `h`, `m` or `s`, such as `3h` or `1h30m`: a day is `24h`",
            Form::Image => "`registry/name:tag` or `registry/name@sha256:…`, the name in lower case",
            Form::AbsolutePath => "a path that begins with `/`",
            Form::InnerPath => "a path that begins without `/` and has no `..`",
            Form::StraightPath => "a path that has no `..`",
            Form::Base64 => "the bytes in base64, or use `stringData`",
            Form::ContainerResource => "`cpu`, `memory`, `ephemeral-storage`, `hugepages-…` or a name with a domain",
            Form::PodField => {
                "a field such as `metadata.name`, `metadata.labels['app']`, `spec.nodeName` or `status.podIP`"
            }
            Form::OwnResource => "`limits.` or `requests.` with `cpu`, `memory`, `ephemeral-storage` or `hugepages-…`",
            Form::Sysctl => "a name such as `net.ipv4.tcp_syncookies`",
        }
    }
}

/// The number before the `%`.
pub(super) fn percent(text: &str) -> Option<u64> {
    let digits = text.strip_suffix('%')?;
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok())?
}
