//! Which value keeps an object from being there.

use super::{Input, Pass, Sources, documents, leaves};
use crate::model::{Absent, Location};
use crate::yaml::{self, Segment};

impl Sources<'_> {
    /// The switch among the values whose turn would write the object, and the file that sets it.
    pub fn switch(&self, absent: &Absent) -> Option<(String, Location)> {
        self.passes.iter().find_map(|pass| {
            let mut switches: Vec<Vec<Segment>> = Vec::new();
            leaves(&pass.context, &mut Vec::new(), &mut |path, leaf| {
                let is_value = matches!(path.first(), Some(Segment::Key(root)) if root == "values");
                if is_value && leaf.is_boolean() {
                    switches.push(path.to_vec());
                }
            });
            let path = switches.into_iter().find(|path| writes(pass, path, absent))?;
            Some((yaml::dotted(&path), self.location(pass, &path)?))
        })
    }
}

/// Whether the templates write the object once a switch is turned.
fn writes(pass: &Pass<'_>, path: &[Segment], absent: &Absent) -> bool {
    let mut context = pass.context.clone();
    let leaf = context
        .pointer_mut(&yaml::pointer(path))
        .expect("the path was found in it");
    *leaf = (*leaf != true).into();
    let input = Input::new(&context);
    pass.engine.templates().any(|template| {
        let objects = documents(pass.engine, template, &input);
        objects.iter().any(|(object, _)| absent.is(&object.id))
    })
}
