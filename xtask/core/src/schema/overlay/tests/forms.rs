//! Forms of text, a row for each.

use crate::schema::overlay::forms::{Form, network, schedule_problem};

#[test]
fn forms_admit_what_the_server_admits_and_nothing_else() {
    let long = "a".repeat(64);
    let digest = format!("app@sha256:{}", "0".repeat(64));
    let table: &[(Form, &[&str], &[&str])] = &[
        (Form::Label, &["a", "0a-b"], &["", "-a", "a-", "a.b", "A", &long]),
        (Form::LetterLabel, &["a0"], &["0a"]),
        (Form::Subdomain, &["a.b-c.0", &long], &["a..b", ".a", "a.", "a_b"]),
        (
            Form::Qualified,
            &["a", "A_b.c", "example.com/a"],
            &["", "/a", "a/", "a/b/c", "_a", &long],
        ),
        (Form::LabelValue, &["", "a_B.9"], &["a b", "-a", "é", &long]),
        (Form::DataKey, &["a.yaml", ".a", "A_1-"], &["", "..", "..a", ".", "a/b"]),
        (
            Form::PortName,
            &["http", "a-1"],
            &["", "1", "a--b", "-a", "abcdefghijklmnop", "HTTP"],
        ),
        (Form::PathSegment, &["system:a"], &["", ".", "..", "a/b", "a%b"]),
        (Form::Ip, &["10.0.0.1", "::1"], &["10.0.0", "010.0.0.1", "a"]),
        (
            Form::Cidr,
            &["10.0.0.0/8", "::/0", "10.1.2.3/8"],
            &["10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8"],
        ),
        (Form::Percentage, &["0%", "150%"], &["%", "5", "-5%", "5.5%", "5 %"]),
        (
            Form::Image,
            &[
                "a",
                "a/b:c",
                "r.example.com:5000/a_b/c__d/e--f:V1.0_x",
                &digest,
                "localhost/a",
                "[::1]:5000/a",
            ],
            &[
                "",
                "A",
                "a:",
                "a b",
                "a:b:c",
                "a//b",
                "a@sha256:0",
                "a___b",
                "-a",
                "https://r/a",
            ],
        ),
        (Form::InnerPath, &["a", "a/b", "a..b"], &["/a", "..", "a/../b"]),
        (
            Form::Base64,
            &["", "YQ==", "YWI=", "YWJj", "YW\nJj"],
            &["Y", "Y===", "a b=", "____"],
        ),
        (
            Form::HostName,
            &["*.example.com", "a"],
            &["*", "*.*.a", "10.0.0.1", "A.b"],
        ),
        (
            Form::TimeZone,
            &[
                "UTC",
                "Etc/GMT+1",
                "Europe/Berlin",
                "America/Argentina/Buenos_Aires",
                "Zulu",
            ],
            &[
                "",
                "local",
                "Local",
                "Europe/",
                "+1",
                "PST",
                "Berlin",
                "utc",
                "Europe/Berlin ",
                " UTC",
                "Europe//Berlin",
            ],
        ),
        (
            Form::Sysctl,
            &["net.ipv4.ip_forward", "kernel/shm_rmid_forced"],
            &["Net.x", "a..b"],
        ),
        (
            Form::PodField,
            &["status.podIP", "metadata.annotations['a/b']", "metadata.labels['c']"],
            &["spec.x", "metadata.labels['']", "metadata.labels[a]"],
        ),
        (
            Form::ContainerResource,
            &["cpu", "hugepages-2Mi", "nvidia.com/gpu"],
            &["gpu", "pods", "a/b/c"],
        ),
        (Form::DomainPath, &["k8s.io/ingress-nginx"], &["nginx", "A.b/c", "a.b/"]),
    ];
    for (form, good, bad) in table {
        for text in *good {
            assert!(form.fits(text), "{form:?} admits `{text}`");
        }
        for text in *bad {
            assert!(!form.fits(text), "{form:?} refuses `{text}`");
        }
    }
}

#[test]
fn schedules_are_read_as_the_controller_reads_them() {
    for good in [
        "* * * * *",
        "0 0 1 1 0",
        "*/5 ? * jan-mar SUN,6",
        "5/15 1-23/2 * * *",
        "@hourly",
        "@every 1h30m",
    ] {
        assert_eq!(schedule_problem(good), None, "{good}");
    }
    for bad in [
        "* * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 7",
        "5-1 * * * *",
        "*/0 * * * *",
        "a * * * *",
        "TZ=UTC 0 0 * * *",
        "@often",
        "@every day",
        "1,, * * * *",
        "",
    ] {
        assert!(schedule_problem(bad).is_some(), "{bad}");
    }
}

#[test]
fn networks_hold_smaller_networks() {
    let holds = |outer: &str, inner: &str| {
        network(outer)
            .zip(network(inner))
            .map(|(outer, inner)| outer.holds(inner))
    };
    assert_eq!(holds("10.0.0.0/8", "10.1.0.0/16"), Some(true));
    assert_eq!(holds("0.0.0.0/0", "10.1.0.0/16"), Some(true));
    assert_eq!(holds("::/0", "fd00::/8"), Some(true));
    assert_eq!(holds("10.0.0.0/8", "10.0.0.0/8"), Some(false));
    assert_eq!(holds("10.0.0.0/8", "11.0.0.0/16"), Some(false));
    assert_eq!(holds("0.0.0.0/0", "fd00::/8"), Some(false));
}
