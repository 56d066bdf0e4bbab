//! What every object has: name, labels, annotations; and label selectors.

use crate::schema::overlay::forms::Form;
use crate::schema::overlay::laws;
use crate::schema::overlay::row::Check::{Keys, Law, Needs, Something, Text, Words};
use crate::schema::overlay::row::{Row, at, table};

/// Metadata of an object of its own.
pub(super) const OBJECT: &[Row] = &[
    at("", &[Needs(&["metadata"])]),
    at("metadata", &[Law(laws::meta::named)]),
    at("metadata.namespace", &[Text(Form::Label)]),
    at(
        "metadata.ownerReferences[]",
        &[Needs(&["apiVersion", "kind", "name", "uid"])],
    ),
    table("metadata", LABELLED),
];

/// Metadata of a pod template, too.
pub(super) const LABELLED: &[Row] = &[
    at("labels", &[Keys(Form::Qualified)]),
    at("labels{}", &[Text(Form::LabelValue)]),
    at(
        "annotations",
        &[Keys(Form::AnnotationKey), Law(laws::meta::annotation_size)],
    ),
];

/// Finalizers of built-in kinds.
pub(super) const FINALIZERS: &[Row] = &[at("metadata.finalizers[]", &[Text(Form::Finalizer)])];

/// Finalizers of custom kinds.
pub(super) const CUSTOM_FINALIZERS: &[Row] = &[at("metadata.finalizers[]", &[Text(Form::Qualified)])];

/// Names of most kinds.
pub(super) const SUBDOMAIN_NAME: &[Row] = &[at("metadata.name", &[Text(Form::Subdomain)])];
/// Names that become a part of a DNS name.
pub(super) const LABEL_NAME: &[Row] = &[at("metadata.name", &[Text(Form::Label)])];
/// Names of Services.
pub(super) const SERVICE_NAME: &[Row] = &[at("metadata.name", &[Text(Form::LetterLabel)])];
/// Names that only have to fit into a path.
pub(super) const PATH_NAME: &[Row] = &[at("metadata.name", &[Text(Form::PathSegment)])];

/// A label selector.
pub(super) const SELECTOR: &[Row] = &[
    at("matchLabels", &[Keys(Form::Qualified)]),
    at("matchLabels{}", &[Text(Form::LabelValue)]),
    at(
        "matchExpressions[]",
        &[Needs(&["key", "operator"]), Law(laws::meta::expression)],
    ),
    at("matchExpressions[].key", &[Text(Form::Qualified)]),
    at(
        "matchExpressions[].operator",
        &[Words(&["In", "NotIn", "Exists", "DoesNotExist"])],
    ),
    at("matchExpressions[].values[]", &[Text(Form::LabelValue)]),
];

/// A label selector that must select something.
pub(super) const WORKLOAD_SELECTOR: &[Row] = &[at("", &[Something]), table("", SELECTOR)];

/// A term that selects nodes.
pub(super) const NODE_TERM: &[Row] = &[
    at(
        "matchExpressions[]",
        &[Needs(&["key", "operator"]), Law(laws::meta::expression)],
    ),
    at("matchExpressions[].key", &[Text(Form::Qualified)]),
    at(
        "matchExpressions[].operator",
        &[Words(&["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"])],
    ),
    at("matchExpressions[].values[]", &[Text(Form::LabelValue)]),
    at("matchFields[]", &[Needs(&["key", "operator"])]),
    at("matchFields[].key", &[Words(&["metadata.name"])]),
    at("matchFields[].operator", &[Words(&["In", "NotIn"])]),
];

/// Named things: a list of maps with different names.
pub(super) const BY_NAME: &[(&str, &str)] = &[("name", "")];
