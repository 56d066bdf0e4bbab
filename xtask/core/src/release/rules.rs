//! The rules about promotions, rollbacks and the ledger.

use crate::model::Rule;

/// The rules of this room, by id. Those of promotion and rollback can be set aside with `--override`.
pub const RULES: &[Rule] = &[
    Rule::new(
        "abandoned-branch",
        "the branch of an environment that the fleet does not list, or one from before `branchPrefix` was changed, is still there: Argo \
         CD may apply it, and nothing judges, verifies or releases it any more",
        "keep its commits by a tag, delete the branch and the environment's Applications (docs/guides/argo-cd.md), or list the \
         environment again; to go on from a branch of another prefix, make the new one of it",
    ),
    Rule::new(
        "altered-retrospective",
        "a retrospective says otherwise than the ledger what ran, what changed or what happened when",
        "draft it again with `cargo xtask retro draft`, and take over release, changes and timeline from there",
    ),
    Rule::new(
        "backdated-event",
        "a signed event claims to be older than the one that it follows, so that a key would count that was taken out of use",
        "find out who signed it; if it is true, record it again with the key that is in use",
    ),
    Rule::new(
        "blocked-release",
        "a gate or a person has said that the release must not go on",
        "promote another release, or `cargo xtask mark … verified` with a reason",
    ),
    Rule::new(
        "broken-ledger",
        "an event was changed or taken out of the ledger, or it has nothing of an environment: it no longer proves what happened",
        "fetch it; look at the log of `lockstep/ledger`, and put back what is missing",
    ),
    Rule::new(
        "changed-case",
        "a case that spoke for what runs there demands more now or is given something else: what it came to is not compared",
        "have somebody read the change: it stops nothing",
    ),
    Rule::new(
        "changed-record",
        "what stands on an environment's branch is not what Lockstep wrote there",
        "find out who wrote it, and release again",
    ),
    Rule::new(
        "failed-stage",
        "a stage of the pipeline found something wrong with the tuple, or broke",
        "see its log, and run the pipeline again once it is mended",
    ),
    Rule::new(
        "held-unit",
        "somebody has stopped the unit, and only a person's word starts it again",
        "`cargo xtask resume <agent> --environment <environment> --reason …`",
    ),
    Rule::new(
        "incomplete-evaluation",
        "cases of the tuple had no recorded answer, and what is not known is no pass",
        "record the answers with `cargo xtask evaluate … --live --record`, commit them, then evaluate it again with `--evidence`",
    ),
    Rule::new(
        "loosened-case",
        "a case that spoke for what runs there asks something else or demands less now, which would hide a step back",
        "put back what it asked and demanded; a change that is right is set aside with `--override loosened-case`",
    ),
    Rule::new(
        "lost-release",
        "the ledger tells of a release that the environment's branch does not have: the branch was set back, or the release was \
         never pushed",
        "nothing, if the release was given up; or push the branch from the clone that has it",
    ),
    Rule::new(
        "lower-version",
        "the label comes before the one that runs, so that the history would read backwards",
        "go back with `rollback`, give the release a higher label with `--as`, or say that it is a hotfix",
    ),
    Rule::new(
        "missing-case",
        "a case that spoke for what runs there is gone, so that nobody would see what it was written against come back",
        "write it again, under its id; one that has had its day is set aside with `--override missing-case`",
    ),
    Rule::new(
        "missing-evaluation",
        "a tuple would reach users whose cases were never asked, or only with the overrides of another environment",
        "`cargo xtask evaluate <agent> --environment <from> --for <to> --evidence`",
    ),
    Rule::new(
        "missing-evidence",
        "fleet.yaml asks for a verdict on the tuple that the ledger does not have",
        "look at the release where it runs, and record the verdict with `cargo xtask mark`",
    ),
    Rule::new(
        "missing-retrospective",
        "nothing was learnt yet from an incident of the agent, or from the release that would be replaced",
        "`cargo xtask retro draft`, fill it in, then `cargo xtask retro finish`",
    ),
    Rule::new(
        "missing-stage",
        "fleet.yaml asks for a stage of the pipeline that has not passed on this tuple",
        "run the stage, and record it with `cargo xtask stage record`",
    ),
    Rule::new(
        "no-earlier-release",
        "there is nothing that a rollback could go back to",
        "name a release with `--to`, or mark one as verified",
    ),
    Rule::new(
        "open-incident",
        "an incident goes on, so that nobody can know yet what it teaches",
        "`cargo xtask incident close <id> --cause … --reason …` when it is over",
    ),
    Rule::new(
        "overtaken-rollback",
        "another run brought something else while the rollback was under way, so that going back by one would bring back what was \
         to go",
        "look at what runs now; if that has to go as well, ask for the rollback again",
    ),
    Rule::new(
        "regressed-evaluation",
        "cases that held for what runs there do not hold for what would replace it",
        "mend the prompt; `margin:` under `promotion:` in fleet.yaml says how far the share of cases may fall",
    ),
    Rule::new(
        "removed-dependency",
        "an agent would leave an environment where others still call it",
        "let them call another agent, or remove them too; or bring the agent back",
    ),
    Rule::new(
        "repeated-rollback",
        "two people, or one twice, asked for the same rollback, and the second would go back further than anybody wanted",
        "nothing; if what came back has to go as well, name a release with `--to`, or mark it as blocked first",
    ),
    Rule::new(
        "reused-version",
        "one label would stand for two tuples, so nobody could tell which one ran",
        "promote with another label: `--as`",
    ),
    Rule::new(
        "skipped-environment",
        "a release would reach users without having run in the environment before",
        "promote it step by step, or as a hotfix: `--kind hotfix`",
    ),
    Rule::new(
        "stale-evaluation",
        "the cases of the agent, or the recordings and mock tools that answered them, are others than when the tuple was evaluated, so that nobody knows how it does in them",
        "commit cases and recordings, then `cargo xtask evaluate <agent> --environment <from> --for <to> --evidence`",
    ),
    Rule::new(
        "uncompared-evaluation",
        "no record names the cases that spoke for what runs there, so that a step back would go unseen",
        "`cargo xtask evaluate <agent> --environment <from> --for <to> --against <to> --evidence`",
    ),
    Rule::new(
        "unfinished-retrospective",
        "a retrospective with empty lines says nothing that anyone could act on",
        "fill them in, or remove a line that does not apply",
    ),
    Rule::new(
        "unfinished-rollback",
        "a rollback did not get as far as the release file, so that the next release would bring back what was rolled back",
        "run the same rollback again: it writes what is missing, and nothing twice",
    ),
    Rule::new(
        "unknown-tuple",
        "a stage was recorded of a tuple that no branch and no event knows, so that it may prove nothing",
        "record it again with the id that `candidate` or `status` shows, if it was mistyped",
    ),
    Rule::new(
        "unpromoted-release",
        "a release file was written past the promotion, so that nothing was asked of the release: no evidence, no stages, no blocks",
        "`cargo xtask promote`; what must go out as it is, `release --override unpromoted-release --reason …`, which is recorded",
    ),
    Rule::new(
        "unreadable-event",
        "an event of the ledger cannot be read, and it may be a hold",
        "update Lockstep, or look at what wrote it",
    ),
    Rule::new(
        "unreleased-unit",
        "the agent does not run in the environment that it is to come from",
        "release it there first",
    ),
    Rule::new(
        "unsafe-rollback",
        "the index was built anew for another embedding, so that the earlier release would find nothing in it",
        "go back to a release with the same embedding, or pass `--accept` when the old index is restored",
    ),
    Rule::new(
        "unsigned-event",
        "an event that would let something go on has no signature that speaks for it",
        "record it again where a key is that the trust file knows, or settle what was there before with `since:`",
    ),
    Rule::new(
        "weak-evaluation",
        "an evaluation passed with fewer cases, or a lower share of them, than where it goes to asks for",
        "write the cases that are gone or were never there, and evaluate again; `promotion:` in fleet.yaml says how many",
    ),
];
