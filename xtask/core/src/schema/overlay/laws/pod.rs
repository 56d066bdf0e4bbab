//! What holds between the parts of a pod.

use serde_json::Value;

use crate::model::{Problem, suggestion};
use crate::schema::overlay::check::shown;
use crate::schema::overlay::forms::Form;
use crate::schema::overlay::view::{deep, field, has, items, number, text};
use crate::schema::overlay::walk::Problems;

/// Seconds that a pod has to end where it does not say.
const GRACE: i64 = 30;

/// The lists of containers.
const LISTS: [&str; 2] = ["containers", "initContainers"];

/// Containers and init containers share one set of names.
pub(in crate::schema::overlay) fn container_names(pod: &Value, problems: &mut Problems<'_>) {
    for (index, container) in items(pod, "initContainers").iter().enumerate() {
        let Some(name) = text(container, "name") else { continue };
        if items(pod, "containers")
            .iter()
            .any(|other| text(other, "name") == Some(name))
        {
            let message = format!("`{name}` is both a container and an init container");
            let pointer = format!("/initContainers/{index}/name");
            problems.add(Problem::error("duplicate-item", pointer, message).help("rename one of them"));
        }
    }
}

/// A mount names a volume that the pod has.
pub(in crate::schema::overlay) fn mounted_volumes(pod: &Value, problems: &mut Problems<'_>) {
    mounts(pod, "", &|name| is_volume(pod, name), problems);
}

/// A StatefulSet's mounts name a volume or one of its claims.
pub(in crate::schema::overlay) fn mounted_claims(spec: &Value, problems: &mut Problems<'_>) {
    let Some(pod) = deep(spec, &["template", "spec"]) else {
        return;
    };
    let is_claim = |name: &str| {
        let mut claims = items(spec, "volumeClaimTemplates").iter();
        claims.any(|claim| field(claim, "metadata").and_then(|metadata| text(metadata, "name")) == Some(name))
    };
    mounts(
        pod,
        "/template/spec",
        &|name| is_volume(pod, name) || is_claim(name),
        problems,
    );
}

fn is_volume(pod: &Value, name: &str) -> bool {
    items(pod, "volumes")
        .iter()
        .any(|volume| text(volume, "name") == Some(name))
}

fn mounts(pod: &Value, prefix: &str, is_known: &dyn Fn(&str) -> bool, problems: &mut Problems<'_>) {
    for list in LISTS {
        for (index, container) in items(pod, list).iter().enumerate() {
            for part in ["volumeMounts", "volumeDevices"] {
                for (mount, name) in names(items(container, part)).filter(|(_, name)| !is_known(name)) {
                    let pointer = format!("{prefix}/{list}/{index}/{part}/{mount}/name");
                    let problem = Problem::error("unknown-volume", pointer, format!("the pod has no volume `{name}`"));
                    let known = names(items(pod, "volumes")).map(|(_, name)| name);
                    problems.add(match suggestion(name, known) {
                        Some(near) => problem.help(format!("did you mean `{near}`?")),
                        None => problem.help("add it to `volumes:`"),
                    });
                }
            }
        }
    }
}

/// A container takes claims that its pod has.
pub(in crate::schema::overlay) fn claims(pod: &Value, problems: &mut Problems<'_>) {
    let known = || names(items(pod, "resourceClaims")).map(|(_, name)| name);
    for list in LISTS {
        for (index, container) in items(pod, list).iter().enumerate() {
            let claims = field(container, "resources").map_or(&[][..], |resources| items(resources, "claims"));
            for (claim, name) in names(claims).filter(|(_, name)| known().all(|known| known != *name)) {
                let pointer = format!("/{list}/{index}/resources/claims/{claim}/name");
                let problem = Problem::error("unknown-claim", pointer, format!("the pod has no claim `{name}`"));
                problems.add(match suggestion(name, known()) {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None => problem.help("add it to `resourceClaims:`"),
                });
            }
        }
    }
}

/// The names of items, with their places.
fn names(items: &[Value]) -> impl Iterator<Item = (usize, &str)> {
    let places = items.iter().enumerate();
    places.filter_map(|(at, item)| Some((at, text(item, "name")?)))
}

/// On the node's own network a port is the node's, and no two containers take the same one.
pub(in crate::schema::overlay) fn host_ports(pod: &Value, problems: &mut Problems<'_>) {
    let host_network = field(pod, "hostNetwork") == Some(&Value::Bool(true));
    let ports = || {
        let containers = items(pod, "containers").iter().enumerate();
        containers.flat_map(|(at, container)| {
            let ports = items(container, "ports").iter().enumerate();
            ports.map(move |(port, value)| (at, port, value))
        })
    };
    for (count, (at, index, port)) in ports().enumerate() {
        let Some(host) = number(port, "hostPort").filter(|host| *host != 0) else {
            continue;
        };
        let pointer = format!("/containers/{at}/ports/{index}/hostPort");
        if host_network && number(port, "containerPort").is_some_and(|own| own != host) {
            let message = format!("with `hostNetwork` the host port `{host}` must be the container port");
            problems.add(Problem::error("conflicting-fields", pointer.clone(), message));
        }
        let protocol = |port: &Value| text(port, "protocol").unwrap_or("TCP").to_owned();
        let taken = ports().take(count).any(|(_, _, other)| {
            number(other, "hostPort") == Some(host)
                && protocol(other) == protocol(port)
                && text(other, "hostIP") == text(port, "hostIP")
        });
        if taken {
            let message = format!("the host port `{host}` is taken twice");
            problems.add(Problem::error("duplicate-item", pointer, message));
        }
    }
}

/// An init container that ends has no probes and no hooks; one that stays (`restartPolicy: Always`) may.
pub(in crate::schema::overlay) fn init_containers(pod: &Value, problems: &mut Problems<'_>) {
    for (index, container) in items(pod, "initContainers").iter().enumerate() {
        if text(container, "restartPolicy") == Some("Always") {
            continue;
        }
        for name in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
            if field(container, name).is_some() {
                let message = format!("an init container that comes to an end has no `{name}`");
                let problem = Problem::error("conflicting-fields", format!("/initContainers/{index}/{name}"), message);
                problems.add(
                    problem
                        .on_key()
                        .help("take it out, or set `restartPolicy: Always` for a sidecar"),
                );
            }
        }
    }
}

/// A pause before the end fits into the time that a pod has to end.
pub(in crate::schema::overlay) fn pre_stop(pod: &Value, problems: &mut Problems<'_>) {
    let grace = number(pod, "terminationGracePeriodSeconds").unwrap_or(GRACE);
    for (index, container) in items(pod, "containers").iter().enumerate() {
        let pause = deep(container, &["lifecycle", "preStop", "sleep"]).and_then(|sleep| number(sleep, "seconds"));
        let Some(pause) = pause.filter(|pause| *pause > grace) else {
            continue;
        };
        let message = format!("the pause of {pause} s is longer than the {grace} s that the pod has to end");
        let pointer = format!("/containers/{index}/lifecycle/preStop/sleep/seconds");
        problems.add(Problem::error("out-of-range", pointer, message).help("raise `terminationGracePeriodSeconds`"));
    }
}

/// A pod that takes no name servers from the cluster names its own.
pub(in crate::schema::overlay) fn name_servers(pod: &Value, problems: &mut Problems<'_>) {
    let servers = field(pod, "dnsConfig").map_or(&[][..], |config| items(config, "nameservers"));
    if text(pod, "dnsPolicy") == Some("None") && servers.is_empty() {
        let message = "with the policy `None` a pod needs `dnsConfig.nameservers`";
        problems.add(Problem::error("conflicting-fields", "/dnsPolicy", message));
    }
    let both = |name| field(pod, name) == Some(&Value::Bool(true));
    if both("shareProcessNamespace") && both("hostPID") {
        let message = "`shareProcessNamespace` contradicts `hostPID`";
        problems.add(Problem::error("conflicting-fields", "/shareProcessNamespace", message));
    }
}

/// Where names are looked for: a domain that may end with a dot, or the root of all of them. Since Kubernetes 1.33 parts
/// may hold `_`, with which the names of services begin.
pub(in crate::schema::overlay) fn search(search: &Value, problems: &mut Problems<'_>) {
    let Some(text) = search.as_str().filter(|text| *text != ".") else {
        return;
    };
    let plain = text.strip_suffix('.').unwrap_or(text);
    let parts = plain.split('.').map(|part| part.strip_prefix('_').unwrap_or(part));
    let undecorated = parts.collect::<Vec<&str>>().join(".").replace('_', "-");
    if plain.len() > 253 || !Form::Subdomain.fits(&undecorated) {
        let message = format!("`{}` is `{text}`, which is no domain to search", problems.place());
        problems.add(Problem::error("malformed-text", "", message).help("write a domain such as `example.com`"));
    }
}

/// A file of the pod's own fields has one source.
pub(in crate::schema::overlay) fn own_field(item: &Value, problems: &mut Problems<'_>) {
    if field(item, "fieldRef").is_some() == field(item, "resourceFieldRef").is_some() {
        let message = "give exactly one of `fieldRef` and `resourceFieldRef`";
        problems.add(Problem::error("conflicting-fields", "", message));
    }
}

/// Waiting for more domains makes sense only where a pod waits.
pub(in crate::schema::overlay) fn least_domains(spread: &Value, problems: &mut Problems<'_>) {
    if field(spread, "minDomains").is_some() && text(spread, "whenUnsatisfiable") == Some("ScheduleAnyway") {
        let message = "`minDomains` goes with `whenUnsatisfiable: DoNotSchedule` only";
        problems.add(Problem::error("conflicting-fields", "/minDomains", message).on_key());
    }
}

/// An empty key means every taint.
pub(in crate::schema::overlay) fn toleration_key(key: &Value, problems: &mut Problems<'_>) {
    if key
        .as_str()
        .is_some_and(|key| !key.is_empty() && !Form::Qualified.fits(key))
    {
        let message = format!("the taint key `{}` is no {}", shown(key), Form::Qualified.name());
        let problem = Problem::error("malformed-text", "", message);
        problems.add(problem.help(format!("write {}", Form::Qualified.rule())));
    }
}

/// What a toleration compares, and for how long it holds.
pub(in crate::schema::overlay) fn toleration(toleration: &Value, problems: &mut Problems<'_>) {
    let operator = text(toleration, "operator").unwrap_or("Equal");
    if !has(toleration, "key") && operator != "Exists" {
        let message = "a toleration without a key tolerates everything, so its operator must be `Exists`";
        problems.add(Problem::error("conflicting-fields", "", message));
    }
    if operator == "Exists" && has(toleration, "value") {
        let message = "a toleration with the operator `Exists` has no value";
        problems.add(Problem::error("conflicting-fields", "/value", message).on_key());
    }
    let evicts = matches!(text(toleration, "effect"), Some("NoExecute"));
    if field(toleration, "tolerationSeconds").is_some() && !evicts {
        let message = "`tolerationSeconds` goes with the effect `NoExecute` only";
        problems.add(Problem::error("conflicting-fields", "/tolerationSeconds", message).on_key());
    }
}

/// What a volume is made of is a map, and names its object by a text: the schemas of some custom resources leave volumes
/// open.
pub(in crate::schema::overlay) fn volume_source(volume: &Value, problems: &mut Problems<'_>) {
    let sources = volume.as_object().into_iter().flatten();
    for (key, source) in sources.filter(|(key, source)| *key != "name" && !source.is_null()) {
        if !source.is_object() {
            let message = format!("`{key}` of `{}` is no map", problems.place());
            problems.add(Problem::error("wrong-type", format!("/{key}"), message));
        }
        let names = ["name", "secretName", "claimName"].into_iter();
        for name in names.filter(|name| field(source, name).is_some_and(|name| !name.is_string())) {
            let message = format!("`{key}.{name}` of `{}` is no text", problems.place());
            problems.add(Problem::error("wrong-type", format!("/{key}/{name}"), message));
        }
    }
}
