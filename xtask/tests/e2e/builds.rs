//! The tool with what its first build leaves out.

use std::path::Path;
use std::sync::LazyLock;

use crate::shell::sh;

/// The tool as it is built for certificates and for SQL: one build for all tests that want either. That it makes a build
/// by itself where one is wanted, the test of Rego shows.
pub fn with_certificates_and_sql() -> &'static str {
    static TOOL: LazyLock<String> = LazyLock::new(|| {
        // where the settings of cargo are that the tool under test was built with
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let line = "cargo build --quiet --locked --features sigstore,sql --bin xtask-sigstore";
        sh(root, line);
        let tool = Path::new(env!("CARGO_BIN_EXE_xtask")).with_file_name("xtask-sigstore");
        tool.display().to_string()
    });
    &TOOL
}
