//! What the words around a name say of it, in English and in Chinese.

use std::sync::LazyLock;

use super::looks::Set;

/// What the words around a name say of it, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Said {
    /// It is a field, a column, a value.
    Field,
    /// It is a tool.
    Tool,
    /// It is one of some tools, or one that is called so.
    Tools,
    /// It is a function.
    Function,
    /// It is to be called.
    Call,
    /// It is to be used.
    Use,
    /// Something is done by means of it.
    By,
    /// Nothing.
    Nothing,
}

static FIELDS: Set = LazyLock::new(|| {
    "argument arguments attribute attributes column columns constant constants dataset enum event field fields file \
     files flag flags format header headers id index key keys label labels language literal locale metric metrics \
     model name option options parameter parameters path placeholder prefix property properties reason role schema \
     scope section setting state states status string suffix table tables tag tags template templates tier tiers term \
     terms type types value values variable variables view word words"
        .split(' ')
        .collect()
});
/// Those which also say it from behind: "the result of `fetch_invoice` output" does not.
static FIELDS_BEHIND: Set = LazyLock::new(|| {
    "argument arguments attribute attributes column columns enum field fields flag flags format header headers index \
     key keys label locale metric parameter parameters property properties setting status string table tables tag \
     template value values variable variables view"
        .split(' ')
        .collect()
});
const FIELDS_IN_CHINESE: &[&str] = &[
    "字段", "参数", "变量", "列", "表", "键", "枚举", "值", "状态", "文件", "属性", "索引", "指标", "格式", "标签",
    "模板",
];
/// Words that may stand between a word that says something and the name.
static BETWEEN: Set = LazyLock::new(|| {
    "a also again always an both either first just my now of once one only our that the then these this those two \
     three your"
        .split(' ')
        .collect()
});
/// Those between the word for tools and a name.
static LISTING: Set = LazyLock::new(|| {
    "are as called e g eg following include includes including like named such"
        .split(' ')
        .collect()
});
/// Who gives something a name by calling it so, and calls no tool.
static NAMERS: Set = LazyLock::new(|| {
    "colleagues customers everybody he i it others people she shops some they users we which who"
        .split(' ')
        .collect()
});
/// Words that make a means of what stands behind their `with`.
static WITH: Set = LazyLock::new(|| {
    "ask book cancel check confirm day fetch it propose search slot that this up verify"
        .split(' ')
        .collect()
});
/// What functions are, when they are none of the agent's.
static FOREIGN: Set = LazyLock::new(|| {
    "aggregate builtin excel hash lambda math python sql string window"
        .split(' ')
        .collect()
});
/// Words behind `tool` that speak of something else, as in "the `failed` tool calls".
static BEHIND: Set = LazyLock::new(|| "call calls choice result results use".split(' ').collect());
/// Words before `tool` in front of which a name of one word stands, as in "the `search` tool".
static BEFORE: Set = LazyLock::new(|| "a an call our that the this use using your".split(' ').collect());
/// How much of the text around a name is read, in bytes.
const REACH: usize = 160;

fn among(words: &Set, word: &str) -> bool {
    words.contains(word.to_ascii_lowercase().as_str())
}

fn is_one_of(words: &[&str], word: &str) -> bool {
    words.iter().any(|one| one.eq_ignore_ascii_case(word))
}

/// The end of a text, as far as it is read.
fn tail(text: &str) -> &str {
    let mut from = text.len().saturating_sub(REACH);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    &text[from..]
}

/// The start of a text, as far as it is read.
fn start(text: &str) -> &str {
    let mut to = text.len().min(REACH);
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    &text[..to]
}

/// What the words before a name say of it.
pub(super) fn before(text: &str) -> Said {
    let text = tail(text);
    let shown = text.trim_end_matches(|letter: char| letter.is_whitespace() || "*_:：=(（[".contains(letter));
    // a name in a paragraph of its own belongs to nothing before it
    if text[shown.len()..].matches('\n').count() > 1 {
        return Said::Nothing;
    }
    let is_apart = text[shown.len()..].contains([':', '：', '(', '（']);
    let in_chinese = in_chinese(shown);
    if in_chinese != Said::Nothing {
        return in_chinese;
    }
    let words = words_before(shown);
    let mut rest = words.iter().copied().peekable();
    let (mut is_listing, mut is_told) = (false, false);
    while let Some(word) = rest.peek() {
        let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
        match (among(&BETWEEN, word) || is_number, among(&LISTING, word)) {
            _ if word.eq_ignore_ascii_case("is") => is_told = true,
            (_, true) => is_listing = true,
            (true, _) => {}
            _ => break,
        }
        rest.next();
    }
    let head = rest.next().unwrap_or_default().to_ascii_lowercase();
    let next = rest.next().unwrap_or_default();
    match head.as_str() {
        head if among(&FIELDS, head) => Said::Field,
        // "the tool is `slow`"
        _ if is_told => Said::Nothing,
        "tool" | "tools" if is_listing || is_apart => Said::Tools,
        "tool" | "tools" => Said::Tool,
        "function" | "functions" if among(&FOREIGN, next) => Said::Field,
        "function" | "functions" => Said::Function,
        _ if is_listing => Said::Nothing,
        "to" if is_one_of(&["call", "calls"], next) => Said::Call,
        "call" | "calls" if among(&NAMERS, next) => Said::Nothing,
        "call" | "calling" | "calls" | "invoke" | "invokes" | "invoking" => Said::Call,
        "execute" | "executing" | "run" | "running" | "trigger" | "use" | "uses" | "using" => Said::Use,
        "through" | "via" => Said::By,
        "with" if among(&WITH, next) => Said::By,
        _ => Said::Nothing,
    }
}

fn in_chinese(shown: &str) -> Said {
    let shown = ["一下", "一次", "名为", "叫做", "叫"]
        .into_iter()
        .fold(shown, |shown, word| shown.strip_suffix(word).unwrap_or(shown))
        .trim_end();
    let ends = |words: &[&str]| words.iter().any(|word| shown.ends_with(word));
    if ends(FIELDS_IN_CHINESE) {
        Said::Field
    } else if ends(&["工具"]) {
        Said::Tool
    } else if ends(&["工具有", "工具包括", "工具是"]) {
        Said::Tools
    } else if ends(&["函数"]) {
        Said::Function
    } else if ends(&["调用"]) {
        Said::Call
    } else if ends(&["使用", "运行", "执行", "触发", "用"]) {
        Said::Use
    } else if ends(&["通过", "借助", "利用"]) {
        Said::By
    } else {
        Said::Nothing
    }
}

/// The last words of a text, the last first; what ends a sentence or a clause ends them.
fn words_before(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while words.len() < 7 {
        let word_at = rest.trim_end_matches(|letter: char| letter.is_alphanumeric()).len();
        let word = &rest[word_at..];
        if word.is_empty() {
            break;
        }
        words.push(word);
        rest = rest[..word_at].trim_end_matches([' ', '\n', '*']);
    }
    words
}

/// Whether what stands behind a name says what it is used as: a value.
pub(super) fn is_value(behind: &str) -> bool {
    let shown = behind.trim_start();
    shown.starts_with("as ") || shown.starts_with("作为") || shown.starts_with("wording")
}

/// What the words behind a name say of it; `lead` is the text before it, or before the first of those it is one of.
pub(super) fn behind(text: &str, lead: &str, is_word: &dyn Fn() -> bool) -> Said {
    let text = start(text);
    let shown = text.trim_start_matches(|letter: char| letter.is_whitespace() || "*_".contains(letter));
    if text[..text.len() - shown.len()].matches('\n').count() > 1 {
        return Said::Nothing;
    }
    let bare = shown.strip_prefix('的').map_or(shown, str::trim_start);
    let starts = |words: &[&str], not: &[&str]| {
        let rest = words.iter().find_map(|word| bare.strip_prefix(word));
        rest.is_some_and(|rest| !not.iter().any(|word| rest.starts_with(word)))
    };
    if starts(&["工具"], &["调用", "选择", "结果"]) {
        return Said::Tool;
    }
    if starts(&["函数"], &["调用", "结果"]) {
        return Said::Function;
    }
    if starts(FIELDS_IN_CHINESE, &["示", "明", "达", "得", "现"]) {
        return Said::Field;
    }
    let mut words = shown.split(|letter: char| !letter.is_alphanumeric());
    let (word, next) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let follows = || {
        let shown = tail(lead).trim_end_matches(|letter: char| letter.is_whitespace() || "*_".contains(letter));
        words_before(shown).first().is_some_and(|word| among(&BEFORE, word))
    };
    match word.to_ascii_lowercase().as_str() {
        "tool" | "tools" if !among(&BEHIND, next) && (!is_word() || follows()) => Said::Tool,
        "function" | "functions" if !among(&BEHIND, next) => Said::Function,
        word if among(&FIELDS_BEHIND, word) => Said::Field,
        word if is_one_of(&["can", "may", "must", "should"], word) => {
            let is_called = |word| is_one_of(&["called", "invoked"], word);
            match is_word() || !words.by_ref().take(3).any(is_called) && !is_called(next) {
                true => Said::Nothing,
                false => Said::Call,
            }
        }
        _ => Said::Nothing,
    }
}

/// Whether what stands between two names makes them two of the same.
pub(super) fn joins(gap: &str) -> bool {
    if gap.len() > 40 || gap.matches('\n').count() > 1 {
        return false;
    }
    let mut rest = gap.replace("以及", "、").replace("或者", "、").replace("然后", "、");
    rest.retain(|letter| !"*“”\"'「」«»".contains(letter));
    let is_joint = |word: &str| {
        is_one_of(
            &[
                "and", "or", "nor", "then", "finally", "also", "the", "well", "as", "&", "/", "+",
            ],
            word,
        )
    };
    let mut words = rest
        .split(|letter: char| letter.is_whitespace() || ",，、和或与及再".contains(letter))
        .filter(|word| !word.is_empty());
    let has_joint = rest.contains([',', '，', '、', '和', '或', '与', '及', '/', '+', '&'])
        || rest
            .split_whitespace()
            .any(|word| is_one_of(&["and", "or", "nor", "then"], word));
    has_joint && words.all(is_joint)
}

/// What the title of a list or of a column says of the names in it: a line before it, or a heading.
pub(super) fn title(text: &str) -> Said {
    let text = text
        .trim()
        .trim_end_matches([':', '：'])
        .trim_matches(['*', '_', '#', ' ']);
    if text.is_empty() || text.len() > REACH {
        return Said::Nothing;
    }
    let words: Vec<&str> = text
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    if FIELDS_IN_CHINESE.iter().any(|word| text.ends_with(word)) {
        return Said::Field;
    }
    if text.ends_with("工具") || text.ends_with("函数") || text.starts_with("工具") && text.chars().count() < 5 {
        return Said::Tools;
    }
    let is_field = words
        .iter()
        .any(|word| among(&FIELDS, word) && !is_one_of(&["name"], word));
    let last = words.last().copied().unwrap_or_default();
    let speaks = |word: &&str| {
        is_one_of(
            &[
                "answer", "answers", "call", "calls", "give", "gives", "result", "results", "return", "returns", "say",
                "says", "tell", "tells",
            ],
            word,
        )
    };
    let tool = words.iter().position(|word| is_one_of(&["tools", "functions"], word));
    match (is_field, tool) {
        (true, _) => Said::Field,
        (_, Some(at)) if !words[at + 1..].iter().any(speaks) => Said::Tools,
        _ if words.len() <= 2
            && words.first().is_some_and(|word| is_one_of(&["tool", "function"], word))
            && !among(&BEHIND, last) =>
        {
            Said::Tools
        }
        _ if is_one_of(&["call", "invoke"], last) => Said::Call,
        _ if is_one_of(&["use"], last) => Said::Use,
        _ => Said::Nothing,
    }
}
