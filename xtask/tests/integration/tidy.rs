//! Tidiness: what the code may import, how long its files are, what they must and must not hold.

use std::collections::{BTreeMap, BTreeSet};

use super::workbench::tree;

/// The rooms of the core in rows: a module may import those of the rows above its own, never one beside it or below.
/// `yaml`, `cel` and `secrets` stand high, since all that reads a file or an expression, or shows a line, needs them;
/// `release` stands below `render`, `schema` and `policy`, which the row in design.md leaves open: a bundle is what a unit
/// renders to and what judging lets through. `reference` describes all the others, so nothing may use it.
const ROWS: &[&[&str]] = &[
    &["model"],
    &["yaml", "cel", "secrets"],
    &["values", "artifact", "prompts", "report"],
    &["workspace"],
    &["render", "schema"],
    &["policy"],
    &["release"],
    &["delivery"],
    &["reference"],
];

/// Crates that touch the world: the core has none of them.
const EDGE_CRATES: &[&str] = &[
    "clap",
    "clap_complete",
    "clap_mangen",
    "flate2",
    "git2",
    "indicatif",
    "mimalloc",
    "sha1",
    "tempfile",
    "walkdir",
];

/// Most lines of a source file.
const MOST_LINES: usize = 400;

/// Files that are longer, each with the reason why.
const LONGER: &[(&str, &str)] = &[];

/// The Rust files of the two packages by path.
fn sources() -> BTreeMap<String, String> {
    let tree = tree(|path| path.starts_with("xtask/") && path.ends_with(".rs"));
    let text = |path: &str| String::from_utf8(tree.get(path).unwrap().to_vec()).unwrap();
    tree.entries().map(|(path, _)| (path.to_owned(), text(path))).collect()
}

/// The module of the core that a file belongs to.
fn module(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("xtask/core/src/")?;
    let name = rest.split('/').next()?.trim_end_matches(".rs");
    (name != "lib").then_some(name)
}

/// The modules of the core that a text names as `crate::module`, one by one or in braces.
fn imports(text: &str) -> BTreeSet<&str> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut found = BTreeSet::new();
    for line in code {
        for rest in line.split("crate::").skip(1) {
            let group = rest.strip_prefix('{').and_then(|group| group.split('}').next());
            let paths: Vec<&str> = group.map_or_else(|| vec![rest], |group| group.split(',').collect());
            found.extend(paths.into_iter().filter_map(|path| {
                path.trim()
                    .split(|c: char| !c.is_alphanumeric() && c != '_')
                    .next()
                    .filter(|name| !name.is_empty())
            }));
        }
    }
    found
}

#[test]
fn imports_of_the_core_go_one_way() {
    let row = |module: &str| ROWS.iter().position(|row| row.contains(&module));
    let mut wrong = Vec::new();
    for (path, text) in &sources() {
        let Some(module) = module(path) else { continue };
        let Some(own) = row(module) else {
            wrong.push(format!("{path}: `{module}` stands in none of ROWS"));
            continue;
        };
        for import in imports(text).into_iter().filter(|import| *import != module) {
            if row(import).is_none_or(|other| other >= own) {
                wrong.push(format!("{path}: `{module}` may not import `{import}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_core_depends_on_no_crate_of_the_edge() {
    let tree = tree(|path| path == "xtask/core/Cargo.toml");
    let manifest = String::from_utf8_lossy(tree.get("xtask/core/Cargo.toml").unwrap());
    let section = manifest
        .split("[dependencies]")
        .nth(1)
        .unwrap()
        .split("\n[")
        .next()
        .unwrap();
    let crates: Vec<&str> = section
        .lines()
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .collect();
    assert!(crates.contains(&"serde"), "the dependencies were found");
    let wrong: Vec<&&str> = crates.iter().filter(|name| EDGE_CRATES.contains(name)).collect();
    assert!(
        wrong.is_empty(),
        "the core sees no disk, git, terminal or network: {wrong:?}"
    );
}

#[test]
fn every_file_says_first_what_it_is_for() {
    let wrong: Vec<String> = sources()
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//! "))
        .map(|(path, _)| path)
        .collect();
    assert!(wrong.is_empty(), "these do not start with `//!`: {wrong:?}");
}

#[test]
fn files_are_short() {
    let long: BTreeSet<String> = sources()
        .into_iter()
        .filter(|(path, text)| path.contains("/src/") && text.lines().count() > MOST_LINES)
        .map(|(path, _)| path)
        .collect();
    let excused: BTreeSet<String> = LONGER.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(
        long, excused,
        "split these by concept, or say in LONGER why not; take out what is short by now"
    );
}

#[test]
fn nothing_is_ignored_or_left_to_do() {
    // written in two parts, so that this file does not find itself
    let banned = [concat!("#[", "ignore"), concat!("TO", "DO"), concat!("FIX", "ME")];
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        for (number, line) in text.lines().enumerate() {
            if banned.iter().any(|word| line.contains(word)) {
                wrong.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_names_a_place_on_one_machine() {
    let places = [
        concat!("/ho", "me/"),
        concat!("/Us", "ers/"),
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("C:", "\\\\"),
    ];
    let tree = tree(|path| {
        let kept = [".rs", ".toml", ".yaml", ".tera", ".md", ".json", ".prompt"];
        !path.starts_with(".git/") && kept.iter().any(|suffix| path.ends_with(suffix))
    });
    let mut wrong = Vec::new();
    for (path, _) in tree.entries() {
        let Some(bytes) = tree.get(path) else { continue };
        let text = String::from_utf8_lossy(bytes);
        for (number, line) in text.lines().enumerate() {
            // a path starts where no word does: `https://example.com/home/x` is an address
            let found = places.iter().any(|place| {
                line.match_indices(place)
                    .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || "./-_}".contains(c)))
            });
            if found {
                wrong.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
