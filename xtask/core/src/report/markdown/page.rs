//! A page that never grows over its room.

/// What is kept for the lines that say what is missing and that close what is open.
const RESERVE: usize = 1_024;

/// A text with a limit in bytes.
pub(super) struct Page {
    text: String,
    limit: usize,
}

impl Page {
    pub(super) fn new(limit: usize) -> Page {
        Page {
            text: String::new(),
            limit: limit - RESERVE,
        }
    }

    /// Adds a line, whatever the limit: only for what is short and few.
    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Adds a line if it fits.
    pub(super) fn fits(&mut self, line: &str) -> bool {
        let fits = self.text.len() + line.len() < self.limit;
        if fits {
            self.line(line);
        }
        fits
    }

    /// Adds lines as long as they fit, and returns how many did not.
    pub(super) fn lines(&mut self, lines: impl IntoIterator<Item = String>) -> usize {
        let mut lines = lines.into_iter();
        for line in lines.by_ref() {
            if !self.fits(&line) {
                return 1 + lines.count();
            }
        }
        0
    }

    /// Writes within a share of the room that is left.
    pub(super) fn within(&mut self, share: usize, of: usize, write: impl FnOnce(&mut Page)) {
        let whole = self.limit;
        let left = whole.saturating_sub(self.text.len());
        self.limit = self.text.len() + left * share / of;
        write(self);
        self.limit = whole;
    }

    /// Writes something that a reader opens.
    pub(super) fn folded(&mut self, title: &str, write: impl FnOnce(&mut Page)) {
        self.line(&format!("\n<details><summary>{title}</summary>\n"));
        write(self);
        self.line("\n</details>");
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}
