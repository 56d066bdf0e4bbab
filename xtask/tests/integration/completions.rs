//! `completions`: every shell gets the commands and the short form that it completes.

use super::workbench::Workbench;

#[test]
fn every_shell_completes_the_short_form() {
    let bench = Workbench::of_repository();
    for (shell, alias) in [
        ("bash", "xtask() { cargo xtask \"$@\"; }"),
        ("zsh", "xtask() { cargo xtask \"$@\"; }"),
        ("fish", "function xtask; cargo xtask $argv; end"),
        ("powershell", "function xtask { cargo xtask @args }"),
        ("elvish", "edit:add-var xtask~"),
    ] {
        let report = bench.run(&format!("completions {shell}")).unwrap();
        assert!(report.text.contains(alias), "{shell}");
        assert!(
            report.text.contains("--allow-removals") || report.text.contains("allow-removals"),
            "{shell}"
        );
        assert_eq!(report.result["shell"], shell);
    }
}
