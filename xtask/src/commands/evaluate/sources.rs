//! Where answers come from: the options.

use lockstep::workspace::{Agent, layout};

use crate::context::Context;
use crate::failure::{Failure, FailureKind};

/// Where answers come from.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Ask the endpoint in `LLM_BASE_URL`, with the key in `LLM_API_KEY`; it speaks OpenAI's chat completions.
    #[arg(long)]
    pub(super) live: bool,
    /// Ask this endpoint instead of the one in `LLM_BASE_URL`.
    #[arg(long, value_name = "URL", requires = "live")]
    pub(super) endpoint: Option<String>,
    /// Keep answers that were not recorded, from the endpoint or from the mock, in the cassettes.
    #[arg(long)]
    pub(super) record: bool,
    /// Ask again what is recorded; what gets no new answer keeps the old one.
    #[arg(long, requires = "record")]
    pub(super) refresh: bool,
    /// Let no mock answer what is not recorded.
    #[arg(long)]
    pub(super) no_mock: bool,
    /// Requests at the same time to a live endpoint, 64 at most; where more are asked for, the run says so.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) parallel: u16,
    /// Most that a live run may cost, in the currency of `environments/models.yaml`. Before each question the most that it
    /// may take is set aside.
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    pub(super) max_cost: Option<f64>,
    /// Most tokens of a live run, questions and answers together. Before each question the most that it may take is set
    /// aside.
    #[arg(long, value_name = "N")]
    pub(super) max_tokens: Option<u64>,
}

fn amount(text: &str) -> Result<f64, String> {
    let amount = text.parse::<f64>().ok();
    let amount = amount.filter(|amount| amount.is_finite() && *amount >= 0.0);
    amount.ok_or_else(|| "it is no amount of money".to_owned())
}

/// A live endpoint.
pub(super) struct Endpoint {
    /// Where it is asked.
    pub(super) url: String,
    pub(super) key: Option<String>,
}

/// Whose turn it is to write the recordings of some agents: until it is dropped.
pub(super) type Turns = Vec<Box<dyn Send>>;

impl super::Args {
    /// Takes the turn where recordings are written. Two runs at once would ask an endpoint for everything twice, and the
    /// second would put its answers in the place of those of the first.
    pub(super) fn turns(&self, context: &Context, agents: &[&Agent]) -> Result<Turns, Failure> {
        if !self.sources.record && !self.prune {
            return Ok(Turns::new());
        }
        let root = context.root()?;
        let turn = |agent: &&Agent| {
            let name = &agent.name;
            let turn = context.files.turn_now(&root.join(layout::regression(name)));
            turn.ok_or_else(|| {
                let message = format!("another run is recording answers of `{name}`");
                Failure::new(FailureKind::Race, message)
                    .hint("wait until it ends, and run this again: what it records is not asked for any more")
            })
        };
        agents.iter().map(turn).collect()
    }
}

/// Where completions are asked for below an address; the whole address may be given as well, and a query stays behind it.
fn completions(base: &str) -> String {
    const PATH: &str = "/chat/completions";
    let base = base.split('#').next().unwrap_or_default();
    let (path, query) = base.find('?').map_or((base, ""), |at| base.split_at(at));
    let path = path.trim_end_matches('/');
    format!("{}{PATH}{query}", path.strip_suffix(PATH).unwrap_or(path))
}

impl Args {
    /// The endpoint to ask, where one is to be asked.
    pub(super) fn endpoint(&self, context: &Context) -> Result<Option<Endpoint>, Failure> {
        if !self.live {
            return Ok(None);
        }
        let (said_by, base) = match &self.endpoint {
            Some(named) => ("--endpoint", named.clone()),
            None => {
                let base = context.environment.variable("LLM_BASE_URL").ok_or_else(|| {
                    Failure::new(FailureKind::Usage, "`LLM_BASE_URL` is not set").hint(
                        "set it, or `--endpoint`, to the address before `/chat/completions`, for example \
                         `https://models.example.com/v1`",
                    )
                })?;
                ("LLM_BASE_URL", base)
            }
        };
        if !base.starts_with("https://") && !base.starts_with("http://") {
            let failure = Failure::new(FailureKind::Usage, format!("`{said_by}` is no address: `{base}`"));
            return Err(failure.hint("begin it with `https://`"));
        }
        Ok(Some(Endpoint {
            url: completions(&base),
            key: key(context)?,
        }))
    }
}

/// The key of the endpoint. A file that it came from may have ended its line.
fn key(context: &Context) -> Result<Option<String>, Failure> {
    let Some(key) = context.environment.variable("LLM_API_KEY") else {
        return Ok(None);
    };
    let key = key.trim();
    if key.contains(|letter: char| !letter.is_ascii_graphic()) {
        let failure = Failure::new(
            FailureKind::Usage,
            "`LLM_API_KEY` has characters that no header can carry",
        );
        return Err(failure.hint("set it to the key alone, without spaces, line breaks or letters beyond ASCII"));
    }
    Ok((!key.is_empty()).then(|| key.to_owned()))
}
