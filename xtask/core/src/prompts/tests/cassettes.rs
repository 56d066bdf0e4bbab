//! Recordings are found where they stand on their tape, however long its lines are.

use crate::model::Digest;
use crate::prompts::run::{Answers, Cassette, Recording, Refusal, Reply, Request, RequestModel, Source, Tape};

struct Bytes(Vec<u8>);

impl Tape for Bytes {
    fn read(&self, at: u64, buffer: &mut [u8]) -> Result<usize, String> {
        let rest = &self.0[usize::try_from(at).unwrap().min(self.0.len())..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

fn recording(name: &str, text: &str) -> Recording {
    Recording {
        key: Digest::of(name.as_bytes()),
        source: Source::Openai,
        reply: Reply {
            text: text.to_owned(),
            ..Reply::default()
        },
        again: false,
    }
}

fn answer(cassette: &Cassette<'_>, name: &str) -> Result<String, Refusal> {
    let request = Request {
        model: RequestModel {
            provider: "openai".to_owned(),
            name: "gpt-4.1".to_owned(),
            version: None,
        },
        messages: Vec::new(),
        tools: Vec::new(),
        temperature: 0.0,
        max_tokens: 1,
        json: false,
    };
    cassette
        .answer(&request, &Digest::of(name.as_bytes()))
        .map(|reply| reply.text)
}

#[test]
fn lines_over_several_blocks_are_found_again() {
    let long = "ä".repeat(100_000);
    let mut text = String::from("\n");
    for (name, said) in [("a", "one"), ("b", &*long), ("c", "three"), ("d", &*long)] {
        text += &recording(name, said).line();
    }
    let tape = Bytes(text.trim_end().as_bytes().to_vec());
    let (cassette, findings) = Cassette::read("c.jsonl", &tape).unwrap();
    assert_eq!((findings.len(), cassette.len()), (0, 4));
    assert_eq!(answer(&cassette, "a"), Ok("one".to_owned()));
    assert_eq!(answer(&cassette, "d"), Ok(long));
    assert_eq!(answer(&cassette, "nobody"), Err(Refusal::Missing));
    assert_eq!(cassette.text().unwrap().len(), text.len() - 1);
}

#[test]
fn the_last_answer_counts_where_it_was_asked_again() {
    let mut again = recording("a", "two");
    again.again = true;
    let lines = [
        recording("a", "one"),
        recording("a", "one"),
        recording("a", "other"),
        again,
    ];
    let text: String = lines.iter().map(Recording::line).collect();
    let tape = Bytes(format!("{text}{{\"key\": \"sha2\n\u{1}\n").into_bytes());
    let (cassette, findings) = Cassette::read("c.jsonl", &tape).unwrap();
    let lines: Vec<usize> = findings
        .iter()
        .filter_map(|one| Some(one.location.as_ref()?.line))
        .collect();
    assert_eq!(lines, [3, 5, 6]);
    assert_eq!(answer(&cassette, "a"), Ok("two".to_owned()));
}

#[test]
fn what_nobody_asked_for_is_forgotten() {
    let text: String = ["a", "b", "c"]
        .iter()
        .map(|name| recording(name, name).line())
        .collect();
    let tape = Bytes(text.into_bytes());
    let (mut cassette, _) = Cassette::read("c.jsonl", &tape).unwrap();
    answer(&cassette, "b").unwrap();
    assert_eq!(cassette.unasked(), 2);
    cassette.add(recording("d", "new"));
    cassette.forget_unasked();
    assert_eq!((cassette.unasked(), cassette.len()), (0, 2));
    let kept = [recording("b", "b").line(), recording("d", "new").line()];
    let text = cassette.text().unwrap();
    assert!(kept.iter().all(|line| text.contains(line.as_str())), "{text}");
}

#[test]
fn a_cassette_that_is_changed_while_it_is_read_answers_nothing_wrong() {
    struct Changing(Bytes, Bytes, std::sync::atomic::AtomicUsize);
    impl Tape for Changing {
        fn read(&self, at: u64, buffer: &mut [u8]) -> Result<usize, String> {
            let is_first = self.2.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
            if is_first {
                self.0.read(at, buffer)
            } else {
                self.1.read(at, buffer)
            }
        }
    }
    let line = |name: &str| Bytes(recording(name, "x").line().into_bytes());
    let tape = Changing(line("a"), line("b"), std::sync::atomic::AtomicUsize::new(0));
    let (cassette, _) = Cassette::read("c.jsonl", &tape).unwrap();
    assert!(matches!(answer(&cassette, "a"), Err(Refusal::Failed(_))));
}
