//! Rendering: from templates and values to Kubernetes objects.

mod context;
mod engine;
mod filters;
mod fleet;
mod generations;
mod linemap;
mod lint;
mod missing;
mod objects;
mod sources;
mod unit;
mod unknown;

pub use context::*;
pub use engine::{Engine, Input};
pub use filters::{FILTERS, Filter};
pub use fleet::{
    RenderedUnit, Selection, agent_unit, environment_input, environment_unit, render_all, render_unit, render_while,
};
pub use generations::{is_retained, retained, stem};
pub use linemap::LineMap;
pub use objects::{Engines, INPUT_ANNOTATION, Rendered, TUPLE_ANNOTATION, built_in};
pub use sources::{Origin, Sources};
pub(crate) use unit::MEND;
pub use unit::{OUTPUT_FORMAT, Unit, fleet_context};
