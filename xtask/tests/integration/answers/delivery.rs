//! Answers of the commands that release, record and sign.

use serde_json::json;

use super::{done, fits};
use crate::fleet::Fleet;

/// A fleet whose staging has run two releases of `orders`, with a key that signs.
fn fleet() -> Fleet {
    let fleet = Fleet::small();
    fleet.done(&["keys", "init", "--plain"]);
    for version in ["v1.0.0", "v1.1.0"] {
        fleet.promote("orders", "staging", version);
        fleet.commit(version);
        fleet.release(&["dev", "staging"]);
    }
    fleet
}

#[test]
fn a_way_through_the_environments_and_back() {
    let fleet = fleet();
    done(
        &fleet,
        "stage record unit_test passed --agent orders --duration 1.5 --detail tests=12 --artifact report.xml",
    );
    fleet.promote("orders", "staging", "v1.2.0");
    fleet.commit("v1.2.0");
    done(&fleet, "release dev staging --dry-run");
    done(&fleet, "release dev staging");
    done(&fleet, "mark verified orders -e staging --reason calm");
    done(&fleet, "promote orders --from staging --to canary --dry-run");
    done(&fleet, "promote orders --from staging --to canary --as v1.2.1");
    done(&fleet, "drill orders -e staging");
    done(&fleet, "rollback orders -e staging --reason slow --dry-run");
    done(&fleet, "rollback orders -e staging --reason slow");
    done(&fleet, "resume orders -e staging --reason calm");
    done(&fleet, "resume orders -e staging --reason calm");
    done(&fleet, "hold orders -e staging --reason again");
    done(
        &fleet,
        "incident open orders -e staging --severity P2 --summary slow --id INC-7",
    );
    done(&fleet, "incident close INC-7 --cause queue --reason grown");
    done(&fleet, "retro draft orders --incident INC-7 --into retro.yaml");
    let history = done(&fleet, "history");
    for view in ["events", "releaseLog", "versions", "incidents"] {
        assert_ne!(history.result()[view], json!([]), "{view}");
    }
    let changes = done(&fleet, "history orders --changes");
    assert_ne!(changes.result(), &json!([]));
    done(&fleet, "trace v1.2.0");
    let candidate = fleet.json("environment/dev", ".lockstep/assistant/tuple.json");
    let found = done(&fleet, &format!("trace {}", candidate["id"].as_str().unwrap()));
    assert_ne!(found.result()[0]["files"], json!([]));
    fits(&fleet, 2, &["trace", "sha256:0123456789"]);
}

#[test]
fn keys_that_come_and_go() {
    let fleet = Fleet::small();
    done(&fleet, "keys init --plain --name first");
    done(&fleet, "keys rotate first --plain --name second");
    done(&fleet, "keys revoke second --reason lost");
}
