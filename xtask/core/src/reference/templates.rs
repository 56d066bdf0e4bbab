//! The page of what templates see.

use super::cell;
use super::schema::{Field, fields};
use crate::render::{Context, FILTERS, FleetContext};
use crate::workspace::schemas;

pub(super) fn page() -> String {
    let mut text = "# What templates see

Templates are Tera 2 files, `templates/<blueprint>/*.yaml.tera`. They see the fields below, the values of
[values.md](values.md), and nothing else: no file, no environment variable, no clock. A name that does not exist is an
error. The same as schemas: [context](../../schemas/context.schema.json),
[fleet-context](../../schemas/fleet-context.schema.json).

## Templates of an agent

"
    .to_owned();
    text += &table(&fields(&schemas::seen::<Context>(), &["Values"]));
    text += "
## Templates of an environment

The blueprints `environment` and `argocd` (its templates whose names start with `_`) see these.

";
    text += &table(&fields(
        &schemas::seen::<FleetContext>(),
        &["Values", "EnvironmentContext"],
    ));
    text += "
The fields of `environment` are those above.

## Filters

Tera's own filters and these; each depends on nothing but its input.

| filter | gives |
|---|---|
";
    for filter in FILTERS {
        text += &format!("| `{}` | {} |\n", filter.usage, cell(filter.gives));
    }
    text
}

fn table(fields: &[Field]) -> String {
    let mut text = "| field | holds | meaning |\n|---|---|---|\n".to_owned();
    for field in fields {
        text += &format!(
            "| `{}` | {} | {} |\n",
            field.path,
            cell(&field.kind),
            cell(&field.description)
        );
    }
    text
}
