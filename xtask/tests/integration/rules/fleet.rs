//! The fleet of this repository, read and rendered.

use std::collections::BTreeMap;

use lockstep::model::FileTree;
use lockstep::render::{Engines, RenderedUnit, Selection, render_all};
use lockstep::workspace::{Workspace, layout};

use crate::workbench::tree;

pub struct Fleet {
    pub tree: FileTree,
    pub workspace: Workspace,
    pub units: Vec<RenderedUnit>,
}

/// Reads and renders everything.
pub fn read() -> Fleet {
    let tree = tree(layout::wanted);
    let (workspace, findings) = Workspace::load(&tree);
    assert_eq!(findings, []);
    let workspace = workspace.unwrap();
    let (engines, findings) = Engines::compile(&workspace);
    assert_eq!(findings, []);
    let selection = Selection {
        environments: workspace.environments.iter().collect(),
        agents: None,
        set: serde_json::Map::new(),
    };
    let (units, findings) = render_all(&workspace, &engines, &selection);
    assert_eq!(findings, []);
    Fleet { tree, workspace, units }
}

impl Fleet {
    /// The units of each environment, by environment and unit.
    pub fn by_environment(&self) -> BTreeMap<&str, BTreeMap<&str, &RenderedUnit>> {
        let mut all: BTreeMap<&str, BTreeMap<&str, &RenderedUnit>> = BTreeMap::new();
        for unit in &self.units {
            let units = all.entry(unit.environment.as_str()).or_default();
            units.insert(unit.unit.as_str(), unit);
        }
        all
    }
}
