//! Colours, where there is a terminal that shows them.

/// Whether text is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Bare text.
    Plain,
    /// ANSI colours.
    Colored,
}

impl Style {
    /// What goes wrong.
    pub fn error(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    /// What may go wrong.
    pub fn warning(self, text: &str) -> String {
        self.paint("1;33", text)
    }

    /// What went well.
    pub fn good(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// What matters in a line.
    pub fn strong(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// What can be passed over.
    pub fn faint(self, text: &str) -> String {
        self.paint("2", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        match self {
            Style::Plain => text.to_owned(),
            Style::Colored => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }
}
