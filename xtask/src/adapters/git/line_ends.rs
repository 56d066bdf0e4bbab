//! Which files git would write with other line ends than they are committed with.

use std::path::Path;

use git2::{AttrCheckFlags, AttrValue, Config, Repository};

use super::super::failing;
use super::open::GitRepository;
use crate::failure::Failure;

/// Of these paths, those that a checkout writes with a carriage return at the end of each line: what git's `convert.c`
/// makes of settings and attributes on a system whose own lines end without one. A bare repository writes none.
pub(super) fn unkept(repository: &GitRepository, paths: &[String]) -> Result<Vec<String>, Failure> {
    if repository.work_folder.is_none() {
        return Ok(Vec::new());
    }
    let lease = repository.lease()?;
    let failed = |error| failing::git("could not read git's settings and attributes", &error);
    let settings = Settings::read(&lease.config().map_err(failed)?);
    let mut found = Vec::new();
    for path in paths {
        if settings.returns(&lease, Path::new(path)).map_err(failed)? {
            found.push(path.clone());
        }
    }
    Ok(found)
}

/// What git does where no attribute says anything else.
struct Settings {
    /// Of what it takes for a text itself.
    of_any: bool,
    /// Of what an attribute calls a text.
    of_texts: bool,
}

impl Settings {
    fn read(config: &Config) -> Settings {
        let is = |name: &str, word: &str| {
            config
                .get_string(name)
                .is_ok_and(|value| value.eq_ignore_ascii_case(word))
        };
        let of_any = config.get_bool("core.autocrlf").unwrap_or(false);
        let is_input = is("core.autocrlf", "input");
        Settings {
            of_any,
            of_texts: of_any || (!is_input && is("core.eol", "crlf")),
        }
    }

    fn returns(&self, git: &Repository, path: &Path) -> Result<bool, git2::Error> {
        let attribute = |name| git.get_attr(path, name, AttrCheckFlags::FILE_THEN_INDEX);
        let text = match attribute("text")? {
            // as it was called before git 1.7.2
            None => attribute("crlf")?,
            text => text,
        };
        let text = AttrValue::from_string(text);
        if matches!(text, AttrValue::False) || text == AttrValue::String("input") {
            return Ok(false);
        }
        Ok(match AttrValue::from_string(attribute("eol")?) {
            AttrValue::String("crlf") => true,
            AttrValue::String("lf") => false,
            _ if text == AttrValue::Unspecified => self.of_any,
            _ => self.of_texts,
        })
    }
}
