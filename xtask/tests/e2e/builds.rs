//! The tool with what its first build leaves out, and changes what its core is compiled with.

use std::path::Path;
use std::sync::LazyLock;

use crate::shell::sh;

/// The tool as it is built for Rego and for SQL: one build for the tests of both. That it makes a build by itself where one is
/// wanted, the tests of certificates show.
pub fn with_rego_and_sql() -> &'static str {
    static TOOL: LazyLock<String> = LazyLock::new(|| {
        // where the settings of cargo are that the tool under test was built with
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let line = "cargo build --quiet --locked --features rego,sql --bin xtask-rego";
        sh(root, line);
        let tool = Path::new(env!("CARGO_BIN_EXE_xtask")).with_file_name("xtask-rego");
        tool.display().to_string()
    });
    &TOOL
}
