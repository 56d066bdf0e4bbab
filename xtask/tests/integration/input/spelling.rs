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
fn what_a_template_sets_itself_and_what_is_open_is_left_alone() {
    let fleet = Fleet::small();
    fleet.put(
        "templates/agent-service/extra.yaml.tera",
        "{% set release = \"x\" %}{% if false %}{{ release.nothing }}{{ values.custom.anything.at.all }}{{ values.labels.team }}\
         {{ values?.routing?.host }}{% endif %}\n",
    );
    fleet.commit("Fine");
    fleet.release(&["dev"]);
}
