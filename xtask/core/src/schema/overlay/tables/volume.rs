//! Volumes of a pod: one source each, and what the sources ask for.

use super::storage::CLAIM;
use crate::schema::overlay::forms::Form;
use crate::schema::overlay::laws;
use crate::schema::overlay::row::Check::{
    Amount, Distinct, Law, Needs, OneBeside, Positive, Something, Text, Within, Words,
};
use crate::schema::overlay::row::{Row, at, table};

/// Bits that a file's mode may have.
const MODE: i64 = 0o777;

/// A volume.
pub(super) const VOLUME: &[Row] = &[
    at(
        "",
        &[Needs(&["name"]), OneBeside(&["name"]), Law(laws::pod::volume_source)],
    ),
    at("name", &[Text(Form::Label)]),
    at("configMap", &[Needs(&["name"])]),
    table("configMap", FILES),
    at("secret", &[Needs(&["secretName"])]),
    table("secret", FILES),
    at("hostPath", &[Needs(&["path"])]),
    at("hostPath.path", &[Text(Form::StraightPath)]),
    at(
        "hostPath.type",
        &[Words(&[
            "",
            "DirectoryOrCreate",
            "Directory",
            "FileOrCreate",
            "File",
            "Socket",
            "CharDevice",
            "BlockDevice",
        ])],
    ),
    at("emptyDir.sizeLimit", &[Amount]),
    at("persistentVolumeClaim", &[Needs(&["claimName"])]),
    at("persistentVolumeClaim.claimName", &[Text(Form::Subdomain)]),
    at("nfs", &[Needs(&["server", "path"])]),
    at("nfs.path", &[Text(Form::AbsolutePath)]),
    at("csi", &[Needs(&["driver"])]),
    at("csi.driver", &[Text(Form::Subdomain)]),
    at("image.pullPolicy", &[Words(&["Always", "IfNotPresent", "Never"])]),
    at("image.reference", &[Text(Form::Image)]),
    at("ephemeral", &[Needs(&["volumeClaimTemplate"])]),
    at("ephemeral.volumeClaimTemplate", &[Needs(&["spec"])]),
    table("ephemeral.volumeClaimTemplate.spec", CLAIM),
    at("downwardAPI.defaultMode", &[Within(0, MODE)]),
    table("downwardAPI", OWN_FIELDS),
    at("projected", &[Law(laws::system::projected_paths)]),
    at("projected.defaultMode", &[Within(0, MODE)]),
    at("projected.sources[]", &[OneBeside(&[]), Law(laws::pod::volume_source)]),
    at("projected.sources[].configMap", &[Needs(&["name"])]),
    table("projected.sources[].configMap", FILES),
    at("projected.sources[].secret", &[Needs(&["name"])]),
    table("projected.sources[].secret", FILES),
    table("projected.sources[].downwardAPI", OWN_FIELDS),
    at("projected.sources[].serviceAccountToken", &[Needs(&["path"])]),
    at("projected.sources[].serviceAccountToken.path", &[Text(Form::InnerPath)]),
    at(
        "projected.sources[].serviceAccountToken.expirationSeconds",
        &[Within(600, 1 << 32)],
    ),
];

/// Files from a ConfigMap or a Secret.
const FILES: &[Row] = &[
    at("defaultMode", &[Within(0, MODE)]),
    at("items", &[Distinct(&[("path", "")])]),
    at("items[]", &[Needs(&["key", "path"])]),
    at("items[].key", &[Something]),
    at("items[].path", &[Text(Form::InnerPath)]),
    at("items[].mode", &[Within(0, MODE)]),
];

/// Files from the pod's own fields.
const OWN_FIELDS: &[Row] = &[
    at("items", &[Distinct(&[("path", "")])]),
    at("items[]", &[Needs(&["path"]), Law(laws::pod::own_field)]),
    at("items[].path", &[Text(Form::InnerPath)]),
    at("items[].mode", &[Within(0, MODE)]),
    at("items[].fieldRef.fieldPath", &[Text(Form::PodField)]),
    at("items[].resourceFieldRef.divisor", &[Positive]),
];
