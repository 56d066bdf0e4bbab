//! What a line is made of, so that only few lines need a closer look.

/// Least length of a provider's key.
pub(super) const SHORTEST: usize = 20;
/// Bytes that keys are made of.
const PART: u8 = 1;
/// Bytes that stand between a name and its value.
pub(super) const GIVES: u8 = 2;
const DIGIT: u8 = 4;
const LETTER: u8 = 8;
/// Bytes that people put into passwords.
const SYMBOL: u8 = 16;
/// What each byte is.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut at = 0;
    while at < 256 {
        classes[at] = match at as u8 {
            b'0'..=b'9' => PART | DIGIT,
            b'a'..=b'z' | b'A'..=b'Z' => PART | LETTER,
            b'=' => PART | GIVES,
            b':' => GIVES,
            b'+' => PART | SYMBOL,
            b'_' | b'-' | b'.' | b'/' => PART,
            b'!' | b'@' | b'#' | b'^' | b'&' | b'*' | b'?' | b'~' => SYMBOL,
            _ => 0,
        };
        at += 1;
    }
    classes
};

/// What a line has at all, from one look at each byte: most lines have nothing that is worth a closer look.
#[derive(Default)]
pub(super) struct Shape {
    /// What its bytes are, taken together.
    classes: u8,
    /// Whether one of its words is as long as a key.
    pub(super) word: bool,
    /// Whether it has something like an address.
    pub(super) address: bool,
    /// Whether it has a row of dashes.
    pub(super) dashes: bool,
}

impl Shape {
    pub(super) fn of(line: &str) -> Shape {
        let mut shape = Shape::default();
        let (mut word, mut dashes, mut slashes) = (0, 0, 0);
        for byte in line.bytes() {
            let class = CLASSES[usize::from(byte)];
            shape.classes |= class;
            word = if class & PART != 0 { word + 1 } else { 0 };
            dashes = if byte == b'-' { dashes + 1 } else { 0 };
            slashes = if byte == b'/' { slashes + 1 } else { 0 };
            shape.word |= word >= SHORTEST;
            shape.dashes |= dashes >= 5;
            shape.address |= slashes >= 2;
        }
        shape
    }

    pub(super) fn has(&self, class: u8) -> bool {
        self.classes & class != 0
    }

    /// Whether a part of it could look made by a machine.
    pub(super) fn made(&self) -> bool {
        self.has(LETTER) && self.has(DIGIT | SYMBOL)
    }
}

/// Whether keys are made of such bytes.
pub(super) fn is_part(byte: u8) -> bool {
    CLASSES[usize::from(byte)] & PART != 0
}
