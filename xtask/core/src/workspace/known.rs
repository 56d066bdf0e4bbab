//! What is known of models and indexes, against itself: each stands there once, and days are days.

use std::collections::BTreeSet;

use super::files::ModelsFile;
use super::{check, layout};
use crate::model::{Finding, is_day};
use crate::yaml::{Positions, Segment};

/// Reads the file; what is wrong in it is told, and the rest of it counts.
pub(super) fn read(bytes: &[u8], findings: &mut Vec<Finding>) -> Option<ModelsFile> {
    let file: ModelsFile = check::read(layout::MODELS, bytes, findings)?;
    let positions = Positions::of(&String::from_utf8_lossy(bytes)).ok();
    let mut add = |finding: Finding, list: &str, index: usize, name: &str| {
        let key = |name: &str| Segment::Key(name.to_owned());
        let path = [key(list), Segment::Index(index), key(name)];
        let (line, column) = positions.as_ref().map_or((0, 0), |positions| positions.nearest(&path));
        findings.push(finding.at(layout::MODELS, line, column));
    };
    let mut known = BTreeSet::new();
    for (index, model) in file.models.iter().enumerate() {
        if !known.insert((&model.provider, &model.name)) {
            let what = format!("model `{}/{}`", model.provider, model.name);
            add(twice(&what), "models", index, "name");
        }
        if let Some(day) = model.retired.as_ref().filter(|day| !is_day(day)) {
            let finding = Finding::error("invalid-value", format!("`retired` is `{day}`, which is no day"));
            let help = "write the day from which on it may no longer be used, for example `2026-01-31`";
            add(finding.help(help), "models", index, "retired");
        }
    }
    let mut known = BTreeSet::new();
    for (index, listed) in file.indexes.iter().enumerate() {
        if !known.insert(&listed.name) {
            add(twice(&format!("index `{}`", listed.name)), "indexes", index, "name");
        }
    }
    Some(file)
}

fn twice(what: &str) -> Finding {
    let finding = Finding::error("duplicate-model", format!("the {what} stands here twice"));
    finding.help("keep one of them: only the first counts")
}
