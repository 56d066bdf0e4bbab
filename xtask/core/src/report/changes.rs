//! What differs between two states of the fleet, as text: tuples first, then objects, then what is folded.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Style;
use super::lines::{Line, compare_lines};
use super::values::{line, printable, short_digests, short_pair, short_value};
use crate::model::{
    ChangeKind, ComponentChange, FieldChange, FleetChange, Fold, Meaning, ObjectChange, ObjectId, PermissionChange,
    PromptChange, RiskClass, UnitDifference,
};
use crate::yaml;

/// How much of the changes is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// What repeats is folded into classes, long values are cut.
    Folded,
    /// Every field, every value as it is.
    All,
}

/// Most lines of one text or structure, where not all is shown.
const MOST_LINES: usize = 40;

/// All changes as text, with a summary as the last line.
pub fn changes_text(change: &FleetChange, detail: Detail, style: Style) -> String {
    let page = Page {
        detail,
        style,
        unit: ChangeKind::Changed,
    };
    let mut text = String::new();
    let mut quiet: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
    for unit in &change.units {
        if detail == Detail::Folded && is_quiet(unit) {
            quiet.entry(page.folds(unit)).or_default().push(name(unit));
        } else {
            page.unit(unit, &mut text);
        }
    }
    for (folds, units) in quiet {
        let shown = units.join(", ");
        let count = if units.len() > 1 {
            format!(" ({} units)", units.len())
        } else {
            String::new()
        };
        text.push_str(&format!("{} nothing but what is folded{count}\n", style.strong(&shown)));
        folds.iter().for_each(|fold| text.push_str(&format!("  {fold}\n")));
        text.push('\n');
    }
    if !change.held.is_empty() {
        text.push_str(&format!("held, so not released: {}\n\n", change.held.join(", ")));
    }
    if !change.not_compared.is_empty() {
        text.push_str(&format!(
            "not compared, since what is wrong in files bears on them: {}\n\n",
            change.not_compared.join(", ")
        ));
    }
    text.push_str(&summary(change));
    text
}

/// How much differs, in one line.
fn summary(change: &FleetChange) -> String {
    let units = |kind: ChangeKind| change.units.iter().filter(|unit| unit.change == kind).count();
    let objects = |kind: ChangeKind| {
        let all = change.units.iter().flat_map(|unit| &unit.objects);
        all.filter(|object| object.change == kind).count()
    };
    let components: usize = change
        .units
        .iter()
        .filter(|unit| unit.change == ChangeKind::Changed)
        .map(|unit| unit.components.len() + unit.overrides.len())
        .sum();
    format!(
        "units: {} added, {} changed, {} removed, {} unchanged; objects: +{} ~{} -{}; components: {components}\n",
        units(ChangeKind::Added),
        units(ChangeKind::Changed),
        units(ChangeKind::Removed),
        change.unchanged,
        objects(ChangeKind::Added),
        objects(ChangeKind::Changed),
        objects(ChangeKind::Removed),
    )
}

fn name(unit: &UnitDifference) -> String {
    match &unit.other_environment {
        Some(other) => format!("{other} → {}/{}", unit.environment, unit.unit),
        None => format!("{}/{}", unit.environment, unit.unit),
    }
}

/// Whether everything that differs in a unit is folded.
fn is_quiet(unit: &UnitDifference) -> bool {
    let whole = unit.change == ChangeKind::Changed && !unit.objects.is_empty();
    let parts = unit.components.is_empty() && unit.overrides.is_empty() && unit.prompts.is_empty();
    whole && parts && unit.objects.iter().all(is_folded)
}

/// Whether every field of an object that differs is folded.
fn is_folded(object: &ObjectChange) -> bool {
    object.change == ChangeKind::Changed && object.fields.iter().all(|field| field.class.is_some())
}

#[derive(Clone, Copy)]
struct Page {
    detail: Detail,
    style: Style,
    /// What happens to the unit that is shown: where it is new or gone as a whole, no single change is a risk.
    unit: ChangeKind,
}

impl Page {
    fn unit(self, unit: &UnitDifference, text: &mut String) {
        let page = Page {
            unit: unit.change,
            ..self
        };
        page.parts(unit, text);
    }

    fn parts(&self, unit: &UnitDifference, text: &mut String) {
        text.push_str(&format!("{} {}\n", self.style.strong(&name(unit)), unit.change.word()));
        self.components("tuple", &unit.components, &unit.prompts, text);
        self.components("overrides", &unit.overrides, &[], text);
        self.permissions(&unit.permissions, text);
        self.meanings(&unit.meanings, text);
        let (folded, shown): (Vec<_>, Vec<_>) = unit
            .objects
            .iter()
            .partition(|object| self.detail == Detail::Folded && is_folded(object));
        if !shown.is_empty() {
            text.push_str("  objects\n");
            for object in shown {
                self.object(object, &unit.prompts, text);
            }
        }
        let folds = self.folds(unit);
        if !folds.is_empty() {
            let alone = match folded.len() {
                0 => String::new(),
                1 => " (nothing else in 1 object)".to_owned(),
                count => format!(" (nothing else in {count} objects)"),
            };
            text.push_str(&format!("  folded{alone}\n"));
            folds.iter().for_each(|fold| text.push_str(&format!("    {fold}\n")));
        }
        if unit.objects.is_empty() && unit.input_digest.is_some() {
            text.push_str("  its input differs, its objects do not\n");
        }
        text.push('\n');
    }

    fn components(&self, title: &str, changes: &[ComponentChange], prompts: &[PromptChange], text: &mut String) {
        if changes.is_empty() && prompts.is_empty() {
            return;
        }
        text.push_str(&format!("  {title}\n"));
        for change in changes {
            let shown = |value: &Option<String>| match value {
                None => "none".to_owned(),
                Some(value) if self.detail == Detail::All => printable(value),
                Some(value) => printable(&short_digests(value)),
            };
            let (before, after) = (shown(&change.before), shown(&change.after));
            let (name, risk) = (change.name(), self.risk(change.risk()));
            // of what is there on one side alone the other one says nothing
            match self.unit {
                ChangeKind::Added => text.push_str(&format!("    {name}: {after}\n")),
                ChangeKind::Removed => text.push_str(&format!("    {name}: {before}\n")),
                ChangeKind::Changed => text.push_str(&format!("    {name}: {before} → {after}{risk}\n")),
            }
        }
        for prompt in prompts {
            text.push_str(&format!("    text of prompts.{}\n", prompt.name));
            match (&prompt.before, &prompt.after) {
                (Some(before), Some(after)) => self.lines(before, after, "      ", text),
                (None, None) => text.push_str("      not at hand: the files are gone\n"),
                (Some(_), None) => text.push_str("      gone\n"),
                (None, Some(after)) => {
                    text.push_str(&format!(
                        "      {} lines, nothing at hand to compare\n",
                        after.lines().count()
                    ));
                }
            }
        }
    }

    /// The class of a change, where it is one to look at.
    fn risk(&self, risk: RiskClass) -> String {
        match risk {
            _ if self.unit != ChangeKind::Changed => String::new(),
            RiskClass::Low => String::new(),
            RiskClass::Medium => format!(" {}", self.style.faint("(medium risk)")),
            RiskClass::High => format!(" {}", self.style.error("(high risk)")),
        }
    }

    fn permissions(&self, changes: &[PermissionChange], text: &mut String) {
        if !changes.is_empty() {
            text.push_str("  permissions\n");
        }
        for change in changes {
            let sign = match change.change {
                ChangeKind::Removed => self.style.good("-"),
                ChangeKind::Added | ChangeKind::Changed => self.style.warning("+"),
            };
            let (tool, permission) = (printable(&change.tool), printable(&change.permission));
            let risk = self.risk(change.risk());
            text.push_str(&format!("    {sign} {tool}: {permission}{risk}\n"));
        }
    }

    fn meanings(&self, meanings: &[Meaning], text: &mut String) {
        if !meanings.is_empty() {
            text.push_str("  meaning\n");
        }
        for meaning in meanings {
            let risk = self.risk(meaning.risk);
            text.push_str(&format!(
                "    {}: {}{risk}\n",
                meaning.component,
                printable(&meaning.text)
            ));
        }
    }

    fn object(&self, object: &ObjectChange, prompts: &[PromptChange], text: &mut String) {
        let sign = match object.change {
            ChangeKind::Added => self.style.good("+"),
            ChangeKind::Changed => self.style.warning("~"),
            ChangeKind::Removed => self.style.error("-"),
        };
        let title = match &object.previous {
            Some(previous) if previous.name != object.id.name => {
                format!("{} (was {})", shown_id(&object.id), previous.name)
            }
            _ => shown_id(&object.id),
        };
        let risk = self.risk(object.risk());
        text.push_str(&format!("    {sign} {title}{risk}\n"));
        if let Some(whole) = object.object.as_ref().filter(|_| self.detail == Detail::All) {
            self.block(whole, object.change, text);
        }
        let all = self.detail == Detail::All;
        let fields = object.fields.iter().filter(|field| all || field.class.is_none());
        fields.for_each(|field| self.field(field, prompts, text));
    }

    fn field(&self, change: &FieldChange, prompts: &[PromptChange], text: &mut String) {
        let path = printable(&change.path.to_string());
        let all = self.detail == Detail::All;
        match (&change.before, &change.after) {
            (Some(Value::String(before)), Some(Value::String(after))) if (before.clone() + after).contains('\n') => {
                let is_same = |prompt: &&PromptChange| {
                    prompt.before.as_ref() == Some(before) && prompt.after.as_ref() == Some(after)
                };
                if let Some(prompt) = prompts.iter().find(is_same).filter(|_| !all) {
                    text.push_str(&format!("      {path}: as the text of prompts.{} above\n", prompt.name));
                } else {
                    text.push_str(&format!("      {path}:\n"));
                    self.lines(before, after, "        ", text);
                }
            }
            (Some(before), Some(after)) => {
                let (before, after) = if all {
                    (line(before), line(after))
                } else {
                    short_pair(before, after)
                };
                text.push_str(&format!("      {path}: {before} → {after}\n"));
            }
            (before, after) => {
                let word = ChangeKind::of(before.as_ref(), after.as_ref());
                for value in before.iter().chain(after) {
                    if is_large(value) {
                        text.push_str(&format!("      {path}: {}\n", word.word()));
                        self.block(value, word, text);
                    } else {
                        let value = if all { line(value) } else { short_value(value) };
                        text.push_str(&format!("      {path}: {} {value}\n", word.word()));
                    }
                }
            }
        }
    }

    /// A structure as YAML, each line marked.
    fn block(&self, value: &Value, change: ChangeKind, text: &mut String) {
        let written = match value {
            Value::String(lines) => lines.clone(),
            other => yaml::write(other),
        };
        let lines = written.lines().map(|line| match change {
            ChangeKind::Removed => Line::Removed(line),
            ChangeKind::Added | ChangeKind::Changed => Line::Added(line),
        });
        self.marked(&lines.collect::<Vec<_>>(), "        ", text);
    }

    fn lines(&self, before: &str, after: &str, indent: &str, text: &mut String) {
        self.marked(&compare_lines(before, after), indent, text);
    }

    fn marked(&self, lines: &[Line<'_>], indent: &str, text: &mut String) {
        let most = match self.detail {
            Detail::All => lines.len(),
            Detail::Folded => MOST_LINES,
        };
        for line in lines.iter().take(most) {
            let shown = match line {
                Line::Same(line) => format!("  {}", printable(line)),
                Line::Removed(line) => self.style.error(&format!("- {}", printable(line))),
                Line::Added(line) => self.style.good(&format!("+ {}", printable(line))),
                Line::Skipped(count) => self.style.faint(&format!("  … {count} unchanged")),
            };
            text.push_str(format!("{indent}{shown}").trim_end());
            text.push('\n');
        }
        if let Some(more) = lines.len().checked_sub(most).filter(|more| *more > 0) {
            text.push_str(&format!("{indent}… {more} more lines: `--all` shows them\n"));
        }
    }

    /// The classes of a unit, and its earlier generations, one line each.
    fn folds(&self, unit: &UnitDifference) -> Vec<String> {
        let mut lines: Vec<String> = unit.folded.iter().map(fold_line).collect();
        let counts = unit.generations;
        let parts = [
            (counts.kept, "kept"),
            (counts.retained, "kept from now on"),
            (counts.dropped, "dropped"),
        ];
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        if !parts.is_empty() {
            lines.push(format!("earlier generations of ConfigMaps: {}", parts.join(", ")));
        }
        lines
    }
}

fn fold_line(fold: &Fold) -> String {
    let objects = if fold.objects == 1 { "object" } else { "objects" };
    let fields = if fold.fields == fold.objects {
        String::new()
    } else {
        format!(" ({} fields)", fold.fields)
    };
    let values = match (&fold.before, &fold.after) {
        (Some(before), Some(after)) => {
            let (before, after) = short_pair(before, after);
            format!(": {before} → {after}")
        }
        (None, Some(after)) => format!(": added {}", short_value(after)),
        (Some(before), None) => format!(": removed {}", short_value(before)),
        (None, None) => String::new(),
    };
    format!(
        "{} in {} {objects}{fields}{values}",
        printable(&fold.class),
        fold.objects
    )
}

/// An id without the namespace, which nearly all objects of a unit share.
fn shown_id(id: &ObjectId) -> String {
    format!("{} {}", id.kind, id.name)
}

fn is_large(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\n'),
        Value::Array(items) => !items.is_empty() && line(value).len() > 60,
        Value::Object(map) => !map.is_empty() && line(value).len() > 60,
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
