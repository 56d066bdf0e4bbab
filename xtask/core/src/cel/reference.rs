//! The grammar of crate `cel`, which reads what the fast reader declines, and says what is wrong with the rest.

use cel::ParseErrors;
use cel::common::ast::{IdedExpr, SourceInfo};

/// The tree of an expression, and where its nodes stand. The environment has no macros: a macro is a call here, so that it
/// keeps its name and its place.
pub(super) fn read(text: &str) -> Result<(IdedExpr, SourceInfo), ParseErrors> {
    let parser = cel::Env::default().parser().enable_ident_escape_syntax(true);
    parser.parse_with_source_info(text)
}
