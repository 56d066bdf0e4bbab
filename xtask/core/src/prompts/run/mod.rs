//! One case asked and answered: requests, replies, who answers, and what the conversation came to.

mod attempt;
mod cassette;
mod chain;
mod exchange;
mod mock;
pub mod openai;
mod subject;
mod used;

pub(in crate::prompts) use attempt::MOST_STEPS;
pub use attempt::{Attempt, Failing, attempt, judge_prompt, judge_request};
pub use cassette::{Cassette, Recording, Source, Tape};
pub use chain::{Answered, Chain, Recorder};
pub use exchange::{
    Answers, ChatMessage, Refusal, Reply, Request, RequestModel, Speaker, ToolCall, ToolSpec, Usage, key,
};
pub use mock::{Mock, MockFile};
pub use subject::{Subject, SubjectModel};
pub use used::UsedRecordings;
