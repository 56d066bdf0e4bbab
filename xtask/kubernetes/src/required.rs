//! What the API server insists on, or does without, although the published schemas say otherwise.

/// Fields without which the API server refuses an object: type and field.
pub(crate) const ALSO_REQUIRED: &[(&str, &str)] = &[
    ("admissionregistration.v1.MutatingAdmissionPolicy", "spec"),
    ("admissionregistration.v1.MutatingAdmissionPolicyBinding", "spec"),
    ("admissionregistration.v1.ValidatingAdmissionPolicy", "spec"),
    (
        "admissionregistration.v1.ValidatingAdmissionPolicySpec",
        "matchConstraints",
    ),
    ("apiregistration.v1.APIService", "spec"),
    ("apps.v1.DaemonSet", "spec"),
    ("apps.v1.Deployment", "spec"),
    ("apps.v1.ReplicaSet", "spec"),
    ("apps.v1.ReplicaSetSpec", "template"),
    ("apps.v1.StatefulSet", "spec"),
    ("autoscaling.v1.HorizontalPodAutoscaler", "spec"),
    ("autoscaling.v2.HorizontalPodAutoscaler", "spec"),
    ("batch.v1.CronJob", "spec"),
    ("batch.v1.Job", "spec"),
    ("batch.v1.JobTemplateSpec", "spec"),
    ("core.v1.Container", "image"),
    ("core.v1.EphemeralContainer", "image"),
    ("core.v1.PersistentVolume", "spec"),
    ("core.v1.PersistentVolumeClaim", "spec"),
    ("core.v1.PersistentVolumeSpec", "accessModes"),
    ("core.v1.PersistentVolumeSpec", "capacity"),
    ("core.v1.Pod", "spec"),
    ("core.v1.PodTemplate", "template"),
    ("core.v1.PodTemplateSpec", "spec"),
    ("core.v1.ReplicationController", "spec"),
    ("core.v1.ReplicationControllerSpec", "template"),
    ("core.v1.Service", "spec"),
    ("networking.v1.Ingress", "spec"),
    ("networking.v1.IngressClass", "spec"),
    ("networking.v1.IngressClassSpec", "controller"),
    ("resource.v1.ResourceClaim", "spec"),
    ("resource.v1.ResourceClaimTemplate", "spec"),
];

/// Fields that the published schemas ask for and the API server takes as empty.
pub(crate) const NOT_REQUIRED: &[(&str, &str)] = &[
    ("apiextensions.v1.CustomResourceDefinitionVersion", "served"),
    ("apiextensions.v1.CustomResourceDefinitionVersion", "storage"),
    ("apps.v1.StatefulSetSpec", "serviceName"),
    ("core.v1.ISCSIPersistentVolumeSource", "lun"),
    ("core.v1.ISCSIVolumeSource", "lun"),
    ("networking.v1.NetworkPolicySpec", "podSelector"),
    ("scheduling.v1.PriorityClass", "value"),
];
