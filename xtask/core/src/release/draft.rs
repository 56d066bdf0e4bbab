//! A unit as a run renders it, beside what the branch has of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::PreviousUnit;
use crate::model::Manifest;
use crate::render::{Rendered, is_retained, retained};
use crate::yaml;

/// A rendered unit and what the branch has of it.
pub struct Draft<'a> {
    /// The unit's name.
    pub(super) unit: &'a str,
    /// Its objects, with the earlier generations of ConfigMaps that stay.
    pub(super) objects: Vec<Manifest>,
    /// Its Argo CD objects by file stem.
    pub(super) argocd: BTreeMap<String, Vec<Manifest>>,
    /// The bytes of its manifest.
    pub(super) manifest: Arc<[u8]>,
    /// What the branch has of it.
    pub(super) previous: Option<&'a PreviousUnit>,
    /// The objects that the branch has, where its manifest is another one: it is read only then.
    pub(super) before: Vec<Manifest>,
}

impl<'a> Draft<'a> {
    /// The draft of a rendered unit. Earlier generations of ConfigMaps come from what the branch has; `sequence` is the
    /// number of the environment commit that would write it.
    pub fn new(
        unit: &'a str,
        rendered: Rendered,
        generations: usize,
        previous: Option<&'a PreviousUnit>,
        sequence: u64,
    ) -> Draft<'a> {
        let mut objects = rendered.objects;
        let mut manifest = bytes(&objects);
        let before = match previous {
            Some(previous) if previous.manifest.as_ref() != Some(&manifest) => previous.objects(),
            _ => Vec::new(),
        };
        let kept = retained(&objects, &before, generations, sequence);
        if !kept.is_empty() {
            objects.extend(kept);
            objects.sort_by(|left, right| left.id.cmp(&right.id));
            manifest = bytes(&objects);
        }
        Draft {
            unit,
            objects,
            argocd: rendered.argocd,
            manifest,
            previous,
            before,
        }
    }

    /// What is to be judged: its own objects without earlier generations, then its Argo CD objects.
    pub fn judged(&self) -> Vec<&Manifest> {
        let own = self.objects.iter().filter(|manifest| !is_retained(manifest));
        own.chain(self.argocd.values().flatten()).collect()
    }

    /// Its objects before; absent where it was not released yet.
    pub fn released(&self) -> Option<&[Manifest]> {
        self.previous?;
        Some(if self.is_same() { &self.objects } else { &self.before })
    }

    /// Whether its manifest is the one that the branch has.
    pub(super) fn is_same(&self) -> bool {
        self.previous.is_some() && self.before.is_empty()
    }
}

pub(super) fn bytes(objects: &[Manifest]) -> Arc<[u8]> {
    let text = yaml::write_manifests(objects.iter().map(|manifest| &manifest.object));
    text.into_bytes().into()
}
