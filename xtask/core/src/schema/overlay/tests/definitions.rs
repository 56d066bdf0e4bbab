//! Definitions of custom resources, and Jobs that bring their own selector: what the server refuses, beside what it takes.

use super::{one, wrong};

/// What is wrong with a good object after one piece of its text is replaced.
fn check(text: &str, cases: &[(&str, &str, &str)]) {
    assert_eq!(wrong(&one(text)), Vec::<String>::new(), "{text}");
    for (from, to, expected) in cases {
        assert!(text.contains(from), "{from}");
        assert_eq!(wrong(&one(&text.replacen(from, to, 1))).join(", "), *expected, "{to}");
    }
}

const SHOP: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: shops.example.com }
spec:
  group: example.com
  scope: Namespaced
  preserveUnknownFields: false
  names: { plural: shops, singular: shop, kind: Shop, listKind: ShopList, shortNames: [sh], categories: [all] }
  conversion: { strategy: None }
  versions:
    - name: v1
      served: true
      storage: true
      additionalPrinterColumns: [{ name: Size, type: integer, jsonPath: .spec.size }]
      schema:
        openAPIV3Schema:
          type: object
          properties:
            apiVersion: { type: string }
            kind: { type: string }
            metadata: { type: object }
            spec:
              type: object
              required: [size]
              oneOf: [{ required: [size] }, { required: [port] }]
              allOf: [{ properties: { size: { minimum: 1 } } }]
              properties:
                size: { type: integer, not: { enum: [13] } }
                port: { x-kubernetes-int-or-string: true, anyOf: [{ type: integer }, { type: string }] }
                anything: { x-kubernetes-preserve-unknown-fields: true }
                labels: { type: object, additionalProperties: { type: string } }
                object: { type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true }
                doors:
                  type: array
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [name]
                  items: { type: object, required: [name], properties: { name: { type: string } } }
";
const ROOT: &str = "/spec/versions/0/schema/openAPIV3Schema";

#[test]
fn definitions_are_named_and_stored_as_the_server_wants() {
    check(
        SHOP,
        &[
            (
                "shops.example.com",
                "shop.example.com",
                "conflicting-fields /metadata/name",
            ),
            ("storage: true", "storage: false", "conflicting-fields /spec/versions"),
            (
                "listKind: ShopList",
                "listKind: Shop",
                "conflicting-fields /spec/names/listKind",
            ),
            ("kind: Shop,", "kind: My Shop,", "malformed-text /spec/names/kind"),
            ("[sh]", "[Sh]", "malformed-text /spec/names/shortNames/0"),
            (
                "preserveUnknownFields: false",
                "preserveUnknownFields: true",
                "conflicting-fields /spec/preserveUnknownFields",
            ),
            ("strategy: None", "strategy: Webhook", "missing-field /spec/conversion"),
            (
                "strategy: None",
                "strategy: none",
                "unknown-word /spec/conversion/strategy",
            ),
            (
                "strategy: None",
                "strategy: None, webhook: {}",
                "conflicting-fields /spec/conversion/webhook",
            ),
            (
                ", jsonPath: .spec.size",
                "",
                "missing-field /spec/versions/0/additionalPrinterColumns/0",
            ),
            (
                "type: integer, jsonPath",
                "type: int, jsonPath",
                "unknown-word /spec/versions/0/additionalPrinterColumns/0/type",
            ),
        ],
    );
    let own = SHOP.replace("example.com", "shops.x-k8s.io");
    assert_eq!(wrong(&one(&own)), Vec::<String>::new());
    let own = SHOP.replace("example.com", "shops.k8s.io");
    assert_eq!(wrong(&one(&own)), ["missing-field /metadata"]);
    let approved = "metadata: { annotations: { api-approved.kubernetes.io: https://example.com/1 },";
    assert_eq!(
        wrong(&one(&own.replace("metadata: { name", &format!("{approved} name")))),
        Vec::<String>::new()
    );
}

#[test]
fn schemas_of_definitions_are_structural() {
    let cases = [
        (
            "openAPIV3Schema:\n          type: object",
            "openAPIV3Schema:\n          type: array\n          items: { type: string }",
            "conflicting-fields {root}/type",
        ),
        (
            "size: { type: integer, ",
            "size: { ",
            "missing-field {root}/properties/spec/properties/size",
        ),
        (
            "metadata: { type: object }",
            "metadata: { type: map }",
            "unknown-word {root}/properties/metadata/type",
        ),
        (
            "kind: { type: string }",
            "kind: { $ref: '#/definitions/kind', type: string }",
            "conflicting-fields {root}/properties/kind/$ref",
        ),
        (
            "additionalProperties: { type: string }",
            "properties: {}, additionalProperties: { type: string }",
            "conflicting-fields {root}/properties/spec/properties/labels/additionalProperties",
        ),
        (
            "additionalProperties: { type: string }",
            "additionalProperties: false",
            "conflicting-fields {root}/properties/spec/properties/labels/additionalProperties",
        ),
        (
            "additionalProperties: { type: string }",
            "additionalProperties: {}",
            "missing-field {root}/properties/spec/properties/labels/additionalProperties",
        ),
        (
            "port: { ",
            "port: { type: string, ",
            "conflicting-fields {root}/properties/spec/properties/port/type",
        ),
        (
            "x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true",
            "x-kubernetes-embedded-resource: true",
            "missing-field {root}/properties/spec/properties/object",
        ),
        (
            "[name]\n",
            "[title]\n",
            "conflicting-fields {root}/properties/spec/properties/doors/x-kubernetes-list-map-keys/0",
        ),
        (
            "x-kubernetes-list-map-keys: [name]",
            "uniqueItems: false",
            "missing-field {root}/properties/spec/properties/doors",
        ),
        (
            "list-type: map\n",
            "list-type: set\n",
            "conflicting-fields {root}/properties/spec/properties/doors/x-kubernetes-list-map-keys",
        ),
        (
            "list-type: map\n",
            "list-type: bag\n",
            "unknown-word {root}/properties/spec/properties/doors/x-kubernetes-list-type, conflicting-fields {root}/properties/spec/properties/doors/x-kubernetes-list-map-keys",
        ),
        (
            "{ minimum: 1 }",
            "{ minimum: 1, type: integer }",
            "conflicting-fields {root}/properties/spec/allOf/0/properties/size/type",
        ),
        (
            "{ minimum: 1 }",
            "{ minimum: 1, description: a }",
            "conflicting-fields {root}/properties/spec/allOf/0/properties/size/description",
        ),
        (
            "properties: { size: { minimum",
            "properties: { weight: { minimum",
            "conflicting-fields {root}/properties/spec/allOf/0/properties/weight",
        ),
    ];
    for (from, to, expected) in cases {
        check(SHOP, &[(from, to, &expected.replace("{root}", ROOT))]);
    }
    check(
        SHOP,
        &[(
            "items: { type: object, required: [name], properties: { name: { type: string } } }",
            "maxItems: 3",
            &[
                "missing-field ",
                ROOT,
                "/properties/spec/properties/doors, conflicting-fields ",
                ROOT,
                "/properties/spec/properties/doors/x-kubernetes-list-map-keys/0",
            ]
            .concat(),
        )],
    );
}

#[test]
fn rules_of_definitions_can_be_compiled() {
    let ruled = SHOP.replace(
        "size: { type: integer,",
        "size: { type: integer, x-kubernetes-validations: [{ rule: self > 1 && self >= oldSelf, messageExpression: string(self) }],",
    );
    let rule = format!("{ROOT}/properties/spec/properties/size/x-kubernetes-validations/0");
    let cases = [
        ("self > 1", "size > 1", "rule"),
        ("self > 1", "self >", "rule"),
        ("string(", "strong(", "messageExpression"),
    ];
    for (from, to, key) in cases {
        check(&ruled, &[(from, to, &format!("malformed-text {rule}/{key}"))]);
    }
}

#[test]
fn a_job_with_its_own_selector_says_so() {
    check(
        "
apiVersion: batch/v1
kind: Job
metadata: { name: a }
spec:
  manualSelector: true
  selector: { matchLabels: { app: a } }
  template:
    metadata: { labels: { app: a } }
    spec: { restartPolicy: Never, containers: [{ name: a, image: a:1 }] }
",
        &[
            ("  manualSelector: true\n", "", "conflicting-fields /spec/selector"),
            (
                "  manualSelector: true\n",
                "  manualSelector: false\n",
                "conflicting-fields /spec/selector",
            ),
            ("  selector: { matchLabels: { app: a } }\n", "", "missing-field /spec"),
            (
                "matchLabels: { app: a }",
                "matchLabels: { app: b }",
                "selector-mismatch /spec/selector/matchLabels/app",
            ),
        ],
    );
    check(
        "
apiVersion: batch/v1
kind: CronJob
metadata: { name: a }
spec:
  schedule: 0 6 * * *
  timeZone: Europe/Berlin
  jobTemplate:
    spec:
      manualSelector: false
      template:
        spec: { restartPolicy: Never, containers: [{ name: a, image: a:1 }] }
",
        &[
            (
                "timeZone: Europe/Berlin",
                "timeZone: ''",
                "malformed-text /spec/timeZone",
            ),
            (
                "timeZone: Europe/Berlin",
                "timeZone: LOCAL",
                "malformed-text /spec/timeZone",
            ),
            (
                "timeZone: Europe/Berlin",
                "timeZone: CEST",
                "malformed-text /spec/timeZone",
            ),
            (
                "timeZone: Europe/Berlin",
                "timeZone: 'Europe/Berlin '",
                "malformed-text /spec/timeZone",
            ),
            (
                "manualSelector: false",
                "manualSelector: true\n      selector: {}",
                "conflicting-fields /spec/jobTemplate/spec/manualSelector",
            ),
        ],
    );
}
