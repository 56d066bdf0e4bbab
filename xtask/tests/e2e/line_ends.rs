//! Line ends that git changes on the way to the disk: what is told of them, and what mends them, with git itself.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use xtask::adapters::git::GitRepository;
use xtask::ports::Repository;

use crate::fleet::Fleet;
use crate::shell::{run, sh};

/// Whether git writes a text with carriage returns under these settings and attributes.
fn is_changed(folder: &Path) -> bool {
    sh(folder, "rm -f text && git checkout -q -- text");
    fs::read(folder.join("text")).unwrap().contains(&b'\r')
}

#[test]
fn what_is_told_of_line_ends_is_what_git_does() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    sh(
        folder,
        "git init -q -b main . && printf 'one\\ntwo\\n' > text && touch .gitattributes && git add . && git commit -qm One",
    );
    let attributes = [
        "",
        "* text",
        "* -text",
        "* text=auto",
        "* eol=crlf",
        "* eol=lf",
        "* text=auto eol=crlf",
        "* text=auto eol=lf",
        "* text=input",
        "* binary",
        "* crlf",
        "* -crlf",
        "* crlf=input",
        "* -text eol=crlf",
        "other text eol=crlf",
    ];
    let mut changed = 0;
    for autocrlf in ["true", "false", "input", "yes"] {
        for eol in ["lf", "crlf", "native"] {
            for attribute in attributes {
                sh(
                    folder,
                    &format!("git config core.autocrlf {autocrlf} && git config core.eol {eol}"),
                );
                fs::write(folder.join(".gitattributes"), format!("{attribute}\n")).unwrap();
                let told = GitRepository::discover(folder)
                    .unwrap()
                    .unkept_line_ends(&["text".to_owned()]);
                let is_told = !told.unwrap().is_empty();
                assert_eq!(
                    is_told,
                    is_changed(folder),
                    "autocrlf {autocrlf}, eol {eol}, `{attribute}`"
                );
                changed += usize::from(is_told);
            }
        }
    }
    assert!(changed > 40, "{changed} combinations change them");
}

/// What `doctor` says of line ends: the line, and the commands below it.
fn doctor(clone: &Path) -> (String, Vec<String>) {
    let output = run(clone, "$XTASK doctor").output;
    let mut lines = output.lines().skip_while(|line| !line.contains("line ends:"));
    let told = lines.next().unwrap().to_owned();
    let commands = lines.take_while(|line| line.starts_with("   "));
    (told, commands.map(|line| line.trim().to_owned()).collect())
}

#[test]
fn a_clone_whose_line_ends_git_changed_is_mended_by_what_doctor_says() {
    let fleet = Fleet::new();
    let first = fleet.clone("first", "");
    sh(
        &first,
        "git rm -q .gitattributes && git commit -qm 'Keep nothing' && git push -q",
    );
    let clone = fleet.clone("clone", "-c core.autocrlf=true");
    sh(
        &clone,
        "git config user.name Person && git config user.email person@example.com",
    );
    assert_eq!(run(&clone, "$XTASK render").code, 1);
    let (told, commands) = doctor(&clone);
    assert!(told.starts_with("missing") && told.contains("files on disk"), "{told}");
    for command in &commands {
        sh(&clone, command);
    }
    assert_eq!(commands.len(), 2);
    assert_eq!(
        doctor(&clone),
        ("good     line ends: as they are committed".to_owned(), Vec::new())
    );
    sh(&clone, "$XTASK render > /dev/null && $XTASK generate --check");
    // a clone that no longer changes them, and has what it once wrote
    let clone = fleet.clone("late", "-c core.autocrlf=true");
    sh(&clone, "git config core.autocrlf false");
    let (told, commands) = doctor(&clone);
    assert!(told.starts_with("missing") && !told.contains("core.autocrlf"), "{told}");
    assert_eq!(commands.len(), 1);
    sh(&clone, &commands[0]);
    assert!(doctor(&clone).0.starts_with("good"));
}
