//! Paths that lead nowhere in a template, which would be false in silence.

use expect_test::expect;

use crate::fleet::Fleet;

#[test]
fn a_misspelt_path_in_an_if_is_found_at_its_place() {
    let fleet = Fleet::small();
    fleet.put(
        "templates/agent-service/extra.yaml.tera",
        "{# values.nothing in a comment #}\n{% if values.replica > 1 or agent.owner.team == \"values.none\" %}\n{% endif %}\n",
    );
    fleet.commit("Misspell");
    fleet.refused(
        &["release", "dev"],
        expect![[r#"
            exit 1
            error[unknown-path] templates/agent-service/extra.yaml.tera:2:7
              `values.replica` leads nowhere: `values` has no `replica`
              help: did you mean `replicas`? `values` has `argocd`, `autoscaling`, `configuration`, `custom`, `disruption`, `env`, `generations`, `imagePullSecrets`, `labels`, `logLevel`, `monitoring`, `namespace`, `network`, `podAnnotations`, `ports`, `probes`, `replicas`, `resources`, `rollout`, `routing`, `scratch`, `secrets`, `serviceAccount`, `shutdown`, `trafficWeight`, `verification`
        "#]],
    );
}

#[test]
fn a_misspelt_path_is_found_by_any_name_and_in_brackets() {
    let fleet = Fleet::small();
    for (tag, path, column) in [
        (
            "{% for d in agent.dependencies %}{% if d.prt %}{% endif %}{% endfor %}",
            "agent.dependencies.0.prt",
            40,
        ),
        (
            "{% set v = values.autoscaling %}{% if v.enabld %}{% endif %}",
            "values.autoscaling.enabld",
            39,
        ),
        ("{% if values[\"autoscalng\"] %}{% endif %}", "values.autoscalng", 7),
        ("{% if tuple['modl'].name %}{% endif %}", "tuple.modl.name", 7),
        (
            "{% for k, v in values.ports %}{% if v.nme %}{% endif %}{% endfor %}",
            "values.ports.0.nme",
            37,
        ),
    ] {
        fleet.put("templates/agent-service/extra.yaml.tera", tag);
        let answer = fleet.run(&["check"]);
        let found = answer
            .findings()
            .iter()
            .find(|finding| finding["rule"] == "unknown-path");
        let found = found.unwrap_or_else(|| panic!("{tag}: {}", answer.text()));
        assert!(
            found["message"].as_str().unwrap().contains(&format!("`{path}`")),
            "{found}"
        );
        assert_eq!(found["location"]["column"], column, "{found}");
    }
}

#[test]
fn what_a_template_sets_itself_and_what_is_open_is_left_alone() {
    let fleet = Fleet::small();
    fleet.put(
        "templates/agent-service/extra.yaml.tera",
        "{% set release = \"x\" %}{% if false %}{{ release.nothing }}{{ values.custom.anything.at.all }}{{ values.labels.team }}\
         {{ values?.routing?.host }}{% set v = values.routing %}{% set v = values.rollout %}{{ v.strategy }}{{ v.host }}\
         {% for k, v in values.labels %}{{ k.any }}{% endfor %}{{ values.custom[\"a.b\"].c }}{% endif %}\n",
    );
    fleet.commit("Fine");
    fleet.release(&["dev"]);
}
