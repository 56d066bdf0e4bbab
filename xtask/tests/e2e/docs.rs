//! The commands of README.md and docs/, run page by page in clones: what a reader types works.

use std::fs;
use std::path::{Path, PathBuf};

use expect_test::{Expect, expect};
use walkdir::WalkDir;

use crate::fleet::Fleet;
use crate::shell;

/// A fenced block of commands.
#[derive(Debug, Default)]
struct Block {
    /// The line of the opening fence, from 1.
    line: usize,
    /// Why it is not run; nothing where it is.
    skipped: Option<String>,
    /// Command lines, continued ones joined.
    commands: Vec<String>,
}

/// The blocks of a page that a shell understands. ```` ```sh skip <reason> ```` is not run.
fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let Some(info) = line.trim_start().strip_prefix("```") else {
            continue;
        };
        let body: Vec<&str> = lines
            .by_ref()
            .map(|(_, line)| line)
            .take_while(|line| !line.trim_start().starts_with("```"))
            .collect();
        let (language, rest) = info.split_once(' ').unwrap_or((info, ""));
        let skipped = rest.strip_prefix("skip").map(|reason| reason.trim().to_owned());
        let typed = |line: &&str| match language {
            "sh" => Some(line.to_string()),
            // The rest of a console is what the commands print.
            "console" => line.strip_prefix("$ ").map(str::to_owned),
            _ => None,
        };
        let joined = body
            .iter()
            .filter_map(typed)
            .collect::<Vec<_>>()
            .join("\n")
            .replace("\\\n", " ");
        let commands: Vec<String> = joined
            .lines()
            .map(|line| line.trim().to_owned())
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .collect();
        if !commands.is_empty() {
            blocks.push(Block {
                line: index + 1,
                skipped,
                commands,
            });
        }
    }
    blocks
}

/// The exit code that a page promises: `# exits 1` at the end of the line, otherwise 0.
fn promised(command: &str) -> i32 {
    let comment = command.rsplit_once("# exits ").map(|(_, code)| code);
    comment.map_or(0, |code| code.trim().parse().expect("a number follows `# exits`"))
}

/// README.md and the guides; what is generated is checked where it is generated.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let guides = WalkDir::new(root.join("docs")).sort_by_file_name().into_iter();
    let guides = guides.map(|entry| entry.unwrap().into_path());
    let is_page = |path: &PathBuf| {
        path.extension().is_some_and(|extension| extension == "md") && !path.starts_with(root.join("docs/reference"))
    };
    [root.join("README.md")]
        .into_iter()
        .chain(guides.filter(is_page))
        .collect()
}

/// `cargo xtask` is the tool under test; nothing else of cargo is run here.
const CARGO: &str = "#!/bin/sh\n[ \"$1\" = xtask ] || exit 127\nshift\nexec \"$XTASK\" \"$@\"\n";

#[test]
fn every_command_of_the_documentation_does_what_its_page_says() {
    let mut problems = Vec::new();
    let (mut ran, mut left) = (0, 0);
    for page in pages() {
        let fleet = Fleet::new();
        let clone = fleet.clone("agent-fleet", "");
        let programs = clone.parent().unwrap().join("programs");
        fs::create_dir(&programs).unwrap();
        fs::write(programs.join("cargo"), CARGO).unwrap();
        shell::sh(&programs, "chmod +x cargo");
        for block in blocks(&fs::read_to_string(&page).unwrap()) {
            let place = format!("{}:{}", page.display(), block.line);
            if let Some(reason) = block.skipped {
                left += block.commands.len();
                if reason.is_empty() {
                    problems.push(format!("{place}: `skip` without a reason"));
                }
                continue;
            }
            for line in &block.commands {
                let outcome = shell::run(&clone, &format!("PATH='{}':$PATH; {line}", programs.display()));
                ran += 1;
                if outcome.code != promised(line) {
                    let (output, errors) = (outcome.output, outcome.errors);
                    problems.push(format!("{place}: `{line}` exits {}\n{output}{errors}", outcome.code));
                }
            }
        }
    }
    println!("{ran} commands of the documentation were run, {left} are marked `skip`");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(ran > 10, "{ran}");
}

fn check(page: &str, expected: Expect) {
    let shown: Vec<String> = blocks(page)
        .iter()
        .map(|block| {
            let codes: Vec<i32> = block.commands.iter().map(|line| promised(line)).collect();
            format!("{}: {:?} {:?} {codes:?}\n", block.line, block.skipped, block.commands)
        })
        .collect();
    expected.assert_eq(&shown.concat());
}

#[test]
fn commands_are_found_in_fenced_blocks_of_shells_alone() {
    check(
        "```yaml\na: b\n```\ntext\n```sh\n# why\ncargo xtask a \\\n  b\n\ncargo xtask c  # exits 1\n```\n",
        expect![[r#"
            5: None ["cargo xtask a    b", "cargo xtask c  # exits 1"] [0, 1]
        "#]],
    );
    check(
        "```console\n$ cargo xtask a\nprinted\n```\n```sh skip needs a cluster\nkubectl get pods\n```\n",
        expect![[r#"
            1: None ["cargo xtask a"] [0]
            5: Some("needs a cluster") ["kubectl get pods"] [0]
        "#]],
    );
}
