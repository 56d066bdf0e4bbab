//! Assertions about SQL: whether an answer, or code in it, is SQL as a database has it.

use serde_json::Value;
use sqlparser::ast::{SetExpr, Statement};
use sqlparser::dialect::{self, Dialect};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, Tokenizer};

use super::shape::{only, text};
use super::{Grade, Ungraded};

/// A database that promptfoo knows and this parser reads, too.
struct Database {
    name: &'static str,
    dialect: &'static (dyn Dialect + Sync),
    /// Words that may stand between `SELECT` and what is selected.
    modifiers: &'static [&'static str],
    /// Whether it takes `SELECT TOP 10`, which the parser reads for every database.
    has_top: bool,
}

const MODIFIERS: &[&str] = &["all", "distinct"];
const MYSQL_MODIFIERS: &[&str] = &[
    "all",
    "distinct",
    "distinctrow",
    "high_priority",
    "sql_big_result",
    "sql_buffer_result",
    "sql_cache",
    "sql_calc_found_rows",
    "sql_no_cache",
    "sql_small_result",
    "straight_join",
];

const fn database(
    name: &'static str,
    dialect: &'static (dyn Dialect + Sync),
    modifiers: &'static [&'static str],
) -> Database {
    Database {
        name,
        dialect,
        modifiers,
        has_top: false,
    }
}

const fn with_top(database: Database) -> Database {
    Database {
        has_top: true,
        ..database
    }
}

static DATABASES: &[Database] = &[
    database("BigQuery", &dialect::BigQueryDialect, MODIFIERS),
    database("Hive", &dialect::HiveDialect {}, MODIFIERS),
    database("MariaDB", &dialect::MySqlDialect {}, MYSQL_MODIFIERS),
    database("MySQL", &dialect::MySqlDialect {}, MYSQL_MODIFIERS),
    database("PostgreSQL", &dialect::PostgreSqlDialect {}, MODIFIERS),
    with_top(database("Redshift", &dialect::RedshiftSqlDialect {}, MODIFIERS)),
    with_top(database("Snowflake", &dialect::SnowflakeDialect, MODIFIERS)),
    database("Sqlite", &dialect::SQLiteDialect {}, MODIFIERS),
    with_top(database("TransactSQL", &dialect::MsSqlDialect {}, MODIFIERS)),
];

/// Grades an assertion about SQL.
pub(super) fn grade(kind: &str, value: &Value, answer: &str) -> Result<Grade, Ungraded> {
    let database = named(kind, value)?;
    let expected = format!("SQL as {} has it", database.name);
    let blocks = match kind {
        "contains-sql" => blocks(answer),
        _ => Vec::new(),
    };
    let answer = answer.to_owned();
    let candidates = match blocks.is_empty() {
        true => std::slice::from_ref(&answer),
        false => &blocks[..],
    };
    let mut fault = String::new();
    for code in candidates {
        match database.fault(code)? {
            Some(found) => fault = format!("{found}: {code}"),
            None => return Ok(Grade::of(true, expected, code.as_str())),
        }
    }
    Ok(Grade::of(false, expected, fault))
}

/// The database that a value names.
fn named(kind: &str, value: &Value) -> Result<&'static Database, Ungraded> {
    let usual = Value::from("MySQL");
    let name = match value {
        Value::Null => &usual,
        Value::Object(map) => {
            only(kind, map, &["databaseType"])?;
            map.get("databaseType").unwrap_or(&usual)
        }
        _ => {
            return Err(format!(
                "`{kind}` takes a map as its value, as promptfoo does: `{{databaseType: PostgreSQL}}`"
            ));
        }
    };
    let name = text(kind, name)?;
    let known = DATABASES.iter().find(|known| known.name.eq_ignore_ascii_case(name));
    known.ok_or_else(|| {
        let names: Vec<&str> = DATABASES.iter().map(|known| known.name).collect();
        format!(
            "`{kind}` does not read the SQL of `{name}`: it reads that of {}",
            names.join(", ")
        )
    })
}

impl Database {
    /// Why a text is no SQL; nothing where it is some.
    fn fault(&self, code: &str) -> Result<Option<String>, Ungraded> {
        let simple = |fault: &str| Ok(Some(fault.to_owned()));
        if code.trim().is_empty() {
            return simple("there is no statement");
        }
        if code.matches('`').count() % 2 != 0 {
            return simple("a quote has no end");
        }
        let tokens = match Tokenizer::new(self.dialect, code).tokenize() {
            Ok(tokens) => tokens,
            Err(error) => return Ok(Some(error.to_string())),
        };
        if self.lacks_comma(&tokens) {
            return simple("a comma is missing between two columns");
        }
        if !self.has_top && takes_top(&tokens) {
            return simple("there is no `TOP`");
        }
        if self.name == "MySQL" && calls(&tokens, "generate_series") {
            return simple("there is no `generate_series`");
        }
        let statements = Parser::new(self.dialect).with_tokens(tokens).parse_statements();
        match statements {
            Ok(statements) if statements.is_empty() => simple("there is no statement"),
            Ok(statements) if statements.iter().all(is_common) => Ok(None),
            Ok(_) => Err(format!("whether this is SQL is not said alike by all parsers: {code}")),
            Err(ParserError::RecursionLimitExceeded) => Err("SQL that is nested so deep is not read".to_owned()),
            Err(error) => Ok(Some(error.to_string())),
        }
    }

    /// `SELECT a b FROM`: a name for a column, and yet promptfoo takes it for two columns without a comma.
    fn lacks_comma(&self, tokens: &[Token]) -> bool {
        let is_modifier = |word: &str| self.modifiers.iter().any(|known| known.eq_ignore_ascii_case(word));
        let words: Vec<Option<&str>> = solid(tokens).map(word).collect();
        (0..words.len()).any(|at| {
            let mut rest = &words[at..];
            if !rest[0].is_some_and(|word| word.eq_ignore_ascii_case("select")) {
                return false;
            }
            rest = &rest[1..];
            while rest.first().is_some_and(|word| word.is_some_and(is_modifier)) {
                rest = &rest[1..];
            }
            matches!(rest, [Some(_), Some(_), Some(from), ..] if from.eq_ignore_ascii_case("from"))
        })
    }
}

fn solid(tokens: &[Token]) -> impl Iterator<Item = &Token> {
    tokens.iter().filter(|token| !matches!(token, Token::Whitespace(_)))
}

/// A word without quotes.
fn word(token: &Token) -> Option<&str> {
    match token {
        Token::Word(word) if word.quote_style.is_none() => Some(&word.value),
        _ => None,
    }
}

fn takes_top(tokens: &[Token]) -> bool {
    let tokens: Vec<&Token> = solid(tokens).collect();
    let is = |token: &Token, name: &str| word(token).is_some_and(|word| word.eq_ignore_ascii_case(name));
    tokens.windows(3).any(|three| {
        is(three[0], "select") && is(three[1], "top") && matches!(three[2], Token::Number(..) | Token::LParen)
    })
}

fn calls(tokens: &[Token], name: &str) -> bool {
    let tokens: Vec<&Token> = solid(tokens).collect();
    tokens
        .windows(2)
        .any(|pair| word(pair[0]).is_some_and(|word| word.eq_ignore_ascii_case(name)) && *pair[1] == Token::LParen)
}

/// The blocks of code between fences that are marked `sql`, or not at all.
fn blocks(answer: &str) -> Vec<String> {
    let (mut blocks, mut open) = (Vec::new(), None::<(&str, bool, Vec<&str>)>);
    for line in answer.lines() {
        let fence = fence(line);
        match (open.take(), fence) {
            (None, None) => {}
            (None, Some((marks, language))) => {
                let is_sql = language.is_empty() || language.eq_ignore_ascii_case("sql");
                open = Some((marks, is_sql, Vec::new()));
            }
            (Some((own, is_sql, body)), Some((marks, ""))) if marks.starts_with(own) => {
                blocks.extend(is_sql.then(|| body.join("\n").trim().to_owned()));
            }
            (Some((own, is_sql, mut body)), _) => {
                body.push(line);
                open = Some((own, is_sql, body));
            }
        }
    }
    blocks
}

/// The marks of a fence and what stands behind them.
fn fence(line: &str) -> Option<(&str, &str)> {
    let rest = line.trim_start_matches([' ', '\t']);
    let mark = rest.chars().next().filter(|mark| ['`', '~'].contains(mark))?;
    let length = rest.len() - rest.trim_start_matches(mark).len();
    (line.len() - rest.len() <= 3 && length >= 3).then(|| (&rest[..length], rest[length..].trim()))
}

/// Whether a statement is of a kind that every parser knows. What else this one takes for SQL may be English: `Show me the
/// orders` is a statement to it.
fn is_common(statement: &Statement) -> bool {
    match statement {
        Statement::Query(query) => is_select(&query.body),
        other => matches!(
            other,
            Statement::AlterTable(_)
                | Statement::CreateIndex(_)
                | Statement::CreateTable(_)
                | Statement::CreateView(_)
                | Statement::Delete(_)
                | Statement::Drop { .. }
                | Statement::Insert(_)
                | Statement::Update(_)
        ),
    }
}

/// Whether a query begins with `SELECT`, also inside brackets.
fn is_select(body: &SetExpr) -> bool {
    match body {
        SetExpr::Select(select) => !select.projection.is_empty(),
        SetExpr::Query(query) => is_select(&query.body),
        SetExpr::SetOperation { left, right, .. } => is_select(left) && is_select(right),
        _ => false,
    }
}
