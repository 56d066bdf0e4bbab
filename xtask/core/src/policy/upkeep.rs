//! The rules about what stands below `policies/`.

use crate::model::Rule;

/// The rules about policies, waivers and their examples, by id.
pub const RULES: &[Rule] = &[
    Rule::new(
        "broken-policy",
        "a policy that cannot be read or compiled guards nothing, and on a cluster refuses everything or lets everything in",
        "mend the file at the place that is shown",
    ),
    Rule::new(
        "duplicate-policy",
        "two policies, or two bindings, have the same name, and a cluster keeps the one that is applied last",
        "rename one of them",
    ),
    Rule::new(
        "expired-waiver",
        "an exception was granted for a time, and that time is over",
        "mend what it admits and remove the file, or renew it with a reason",
    ),
    Rule::new(
        "failed-policy-test",
        "an example is judged otherwise than its folder says, so policy and example do not mean the same",
        "mend whichever of the two is wrong",
    ),
    Rule::new(
        "idle-policy",
        "a policy met no object in a whole run: what it is about may be misspelt, and then it guards nothing",
        "compare `resourceRules` and selectors with what is rendered; annotate `lockstep.dev/idle: allowed` where it waits for a kind that the fleet does not have yet",
    ),
    Rule::new(
        "missing-params",
        "a binding takes its parameters from an object that is not there, so everything would be denied",
        "write the object below `policies/`, or set `parameterNotFoundAction: Allow`",
    ),
    Rule::new(
        "no-policies",
        "nothing stands below `policies/`, so nothing that is rendered was held to a policy, and a pass says nothing",
        "write policies below `policies/admission/`, or bring back the folder that was moved",
    ),
    Rule::new(
        "overlong-waiver",
        "an exception without a near end becomes the rule",
        "let it expire within 90 days of `created`",
    ),
    Rule::new(
        "policy-not-evaluable",
        "what only a cluster knows (its authorizer, who makes the request) cannot be judged here, so a pass would be a guess",
        "let the cluster judge it, and keep it apart from what can be judged here",
    ),
    Rule::new(
        "rego-not-built",
        "this build has no engine for Rego, so the policy was not judged and did not pass",
        "run it as `cargo xtask`, which makes the build that can",
    ),
    Rule::new(
        "unbound-policy",
        "a policy without a binding does nothing, here and on a cluster",
        "write a ValidatingAdmissionPolicyBinding with its `policyName`",
    ),
    Rule::new(
        "unknown-policy",
        "a binding names a policy that does not exist",
        "name one that does",
    ),
    Rule::new(
        "unknown-policy-kind",
        "nothing here evaluates a policy of this kind, so a pass would say nothing",
        "write it as a ValidatingAdmissionPolicy, or keep it out of `policies/admission/`",
    ),
    Rule::new(
        "unknown-policy-resource",
        "a policy is about a resource that does not exist, so it guards nothing",
        "correct group or resource; resources are plural and lower case, such as `deployments`",
    ),
    Rule::new(
        "unknown-waived-rule",
        "a waiver names a rule that does not exist, so it admits nothing",
        "name a rule of `cargo xtask policy list` or of docs/reference/findings.md",
    ),
    Rule::new(
        "untested-policy",
        "a policy that no example breaks may let everything pass, and nobody would notice",
        "write a file below `policies/tests/<rule>/fail/` and one below `policies/tests/<rule>/pass/`",
    ),
    Rule::new(
        "unused-waiver",
        "a waiver that admits nothing waits to admit something that nobody has looked at",
        "remove the file, or correct its `match`",
    ),
    Rule::new(
        "weakened-policy",
        "a change lets through what a policy refused or warned of before, and what is judged by it passes all the more easily",
        "say in the change why; else give the binding its `validationActions` and its selectors back",
    ),
];
