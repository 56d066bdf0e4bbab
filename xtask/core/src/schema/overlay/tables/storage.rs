//! Volumes that outlive pods.

use super::meta::SELECTOR;
use crate::schema::overlay::forms::Form;
use crate::schema::overlay::laws;
use crate::schema::overlay::row::Check::{Amount, Law, Needs, OneBeside, Positive, Something, Text, Words};
use crate::schema::overlay::row::{Row, at, table};

/// What a claim asks for.
pub(super) const CLAIM: &[Row] = &[
    at(
        "",
        &[Needs(&["accessModes", "resources"]), Law(laws::storage::lonely_mode)],
    ),
    at("accessModes", &[Something]),
    at("accessModes[]", &[Words(ACCESS_MODES)]),
    at("resources", &[Needs(&["requests"]), Law(laws::container::resources)]),
    at("resources.requests", &[Needs(&["storage"])]),
    at("resources.requests.storage", &[Positive]),
    at("resources.limits{}", &[Amount]),
    at("volumeMode", &[Words(&["Filesystem", "Block"])]),
    at("storageClassName", &[Law(laws::storage::class_name)]),
    at("dataSource", &[Needs(&["kind", "name"]), Law(laws::storage::source)]),
    at("dataSourceRef", &[Needs(&["kind", "name"]), Law(laws::storage::source)]),
    table("selector", SELECTOR),
];

const ACCESS_MODES: &[&str] = &["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"];

/// Fields of a volume that are no source.
const VOLUME_FIELDS: &[&str] = &[
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeAttributesClassName",
    "volumeMode",
];

pub(super) const PERSISTENT_VOLUME_CLAIM: &[Row] = &[at("", &[Needs(&["spec"])]), table("spec", CLAIM)];

pub(super) const PERSISTENT_VOLUME: &[Row] = &[
    at("", &[Needs(&["spec"])]),
    at(
        "spec",
        &[
            Needs(&["accessModes", "capacity"]),
            OneBeside(VOLUME_FIELDS),
            Law(laws::storage::lonely_mode),
        ],
    ),
    at("spec.accessModes", &[Something]),
    at("spec.accessModes[]", &[Words(ACCESS_MODES)]),
    at("spec.capacity", &[Needs(&["storage"])]),
    at("spec.capacity.storage", &[Positive]),
    at(
        "spec.persistentVolumeReclaimPolicy",
        &[Words(&["Retain", "Delete", "Recycle"])],
    ),
    at("spec.volumeMode", &[Words(&["Filesystem", "Block"])]),
    at("spec.storageClassName", &[Law(laws::storage::class_name)]),
];

pub(super) const STORAGE_CLASS: &[Row] = &[
    at("", &[Needs(&["provisioner"])]),
    at("provisioner", &[Text(Form::Qualified)]),
    at("reclaimPolicy", &[Words(&["Retain", "Delete"])]),
    at("volumeBindingMode", &[Words(&["Immediate", "WaitForFirstConsumer"])]),
];
