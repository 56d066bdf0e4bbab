//! What is wrong with a prompt file, and where.

use expect_test::{Expect, expect};

use crate::prompts::{PromptHeader, header_text, read};
use crate::yaml;

/// Reads a prompt file and shows its findings.
fn check(text: &str, expected: Expect) {
    let header = header_text(text).map_or_else(PromptHeader::default, |header| yaml::read_typed(&header).unwrap());
    let mut findings = Vec::new();
    read("a.prompt", text, header, &mut findings);
    let shown = findings.iter().map(|finding| {
        let place = finding.location.as_ref().unwrap();
        let help = finding.help.as_deref().unwrap_or_default();
        format!(
            "{}:{} {}: {} ({help})\n",
            place.line, place.column, finding.rule, finding.message
        )
    });
    expected.assert_eq(&shown.collect::<String>());
}

const HEADER: &str = "\
---
input:
  schema:
    name: string
    note?: string
    orders(array):
      id: string
      lines(array): string
    customer:
      tier?(enum): [plus, standard]
---
";

fn check_body(body: &str, expected: Expect) {
    check(&format!("{HEADER}{body}"), expected);
}

const ALL: &str = "{{json this}}\n";

#[test]
fn a_prompt_that_uses_all_that_it_declares_has_no_findings() {
    check_body(
        "{{role \"system\"}}Hello {{name}}.{{#if note}} {{note}}{{/if}}\n{{#each orders}}{{@index}} {{id}} for {{../name}}\n\
         {{#each lines as |line at|}}{{at}}: {{line}} {{this}} of {{../id}}{{/each}}{{/each}}\n\
         {{#with customer}}{{#ifEquals tier \"plus\"}}free{{/ifEquals}}{{/with}}{{history}}\n",
        expect![""],
    );
}

#[test]
fn a_file_without_front_matter_takes_no_input() {
    check("Greet the customer.\n", expect![""]);
    check(
        "Greet {{customer}}.\n",
        expect![[r#"
            1:9 undeclared-variable: no input is called `customer` (declare `customer` under `input.schema`)
        "#]],
    );
}

#[test]
fn names_that_lead_nowhere_are_shown_with_what_was_meant() {
    check_body(
        &format!(
            "{ALL}{{{{nam}}}}\n  é {{{{#each orders}}}}{{{{name}}}}{{{{idd}}}}{{{{/each}}}}\n{{{{customer.name}}}}{{{{../x}}}}\n"
        ),
        expect![[r#"
            13:3 undeclared-variable: no input is called `nam` (did you mean `name`?)
            14:23 undeclared-variable: no input is called `name` (write `../name`)
            14:31 undeclared-variable: no input is called `idd` (did you mean `id`?)
            15:3 undeclared-variable: no input is called `customer.name` (declare it under `input.schema`; here are `tier`)
            15:20 undeclared-variable: `../` leads above the prompt's input (take one `../` out)
        "#]],
    );
}

#[test]
fn inputs_that_nothing_uses_or_that_may_be_missing_are_warned_of() {
    check_body(
        "{{name}}{{note}}{{#unless note}}{{note}}{{else}}{{note}}{{/unless}}{{customer.tier}}\n",
        expect![[r#"
            12:11 unbound-variable: `note` may be missing, and reads as nothing then (put it inside `{{#if note}} … {{/if}}`, or give it a default)
            12:35 unbound-variable: `note` may be missing, and reads as nothing then (put it inside `{{#if note}} … {{/if}}`, or give it a default)
            12:70 unbound-variable: `customer.tier` may be missing, and reads as nothing then (put it inside `{{#if customer.tier}} … {{/if}}`, or give it a default)
            6:5 unused-variable: the input `orders` is never used (use it in the template, or take it out of `input.schema`)
        "#]],
    );
}

#[test]
fn every_brace_that_does_not_fit_is_shown_where_it_opens() {
    check_body(
        "Hello {{name\nand {{note}\n{{#each orders}}x\n{{/if}}\n{{#if note}}\n{{else}}{{else}}\n{{!-- never\n",
        expect![[r#"
            12:7 prompt-syntax: the expression `{{name` is never closed (close it with `}}`)
            13:5 prompt-syntax: the expression `{{note}` is never closed (close it with `}}`)
            15:1 prompt-syntax: `{{/if}}` closes a block that `each` opened (write `{{/each}}`)
            16:1 prompt-syntax: the block `if` is never closed (close it with `{{/if}}`)
            17:9 prompt-syntax: the block has an `{{else}}` already (remove one of them)
            18:1 prompt-syntax: the comment is never closed (close it with `--}}`)
        "#]],
    );
}

#[test]
fn a_role_is_one_that_can_speak_and_no_input_chooses_it() {
    check_body(
        &format!("{ALL}{{{{role \"sytem\"}}}}a{{{{role name}}}}b{{{{role}}}}c<<<dotprompt:role:system>>>\n"),
        expect![[r#"
            13:1 wrong-role: `sytem` is no role (did you mean `system`?)
            13:18 wrong-role: the role is not written out (write one of `system`, `user`, `model`, `tool` in quotes: data must not choose who speaks)
            13:32 wrong-role: `role` does not say which (write for example `{{role "user"}}`)
            13:41 wrong-role: a marker is written as text (write `{{role "user"}}`, `{{history}}`, `{{media url=…}}` or `{{section "name"}}`)
        "#]],
    );
}

#[test]
fn a_front_matter_says_nothing_in_vain() {
    check(
        "---\ndescripton: Greets.\ninputs: {}\nteam.owner: shop\nlockstep.metrcs: {rate: 0.9}\nconfig: {temperature: hot, maxOutputTokens: 0}\noutput: {format: xml}\n---\nHi\n",
        expect![[r#"
            2:1 unknown-key: unknown key `descripton` (did you mean `description`?)
            3:1 unknown-key: unknown key `inputs` (did you mean `input`?)
            5:1 unknown-key: unknown key `lockstep.metrcs` (did you mean `lockstep.metrics`?)
            7:18 unknown-word: `xml` is no form that an answer can be asked for (write `json` or `text`)
            6:45 invalid-value: `maxOutputTokens` is 0: expected a whole number from 1 (it has no effect: mend it, or take it out)
            6:23 invalid-value: `temperature` is "hot": expected a number from 0 to 2 (it has no effect: mend it, or take it out)
        "#]],
    );
    check(
        "---\ninput:\n  schema:\n    tier(enum): []\n---\n{{tier}}\n",
        expect![[r#"
            4:5 prompt-schema: an enum without values admits nothing (write `name: string, what it is`, `name(array): string`, `name(enum): [a, b]` or a JSON Schema)
        "#]],
    );
}

#[test]
fn helpers_exist_and_get_what_they_need() {
    check_body(
        &format!(
            "{ALL}{{{{jsn name}}}}{{{{#if name note}}}}x{{{{/if}}}}{{{{#json name}}}}x{{{{/json}}}}{{{{{{{{raw}}}}}}}}\n"
        ),
        expect![[r#"
            13:62 prompt-syntax: raw blocks are no part of a prompt (write `\{{` where braces are meant as text)
        "#]],
    );
    check_body(
        &format!("{ALL}{{{{jsn name}}}}{{{{#if name note}}}}x{{{{/if}}}}{{{{#json name}}}}x{{{{/json}}}}\n"),
        expect![[r#"
            13:1 unknown-helper: there is no helper `jsn` (did you mean `json`?)
            13:13 unknown-helper: `if` takes 1 argument (write for example `{{#if value}}`, or leave the `#` out)
            13:38 unknown-helper: `json` opens no block (write for example `{{#json value}}`, or leave the `#` out)
        "#]],
    );
}

#[test]
fn a_schema_that_is_none_is_shown_where_it_stands() {
    check(
        "# a comment\n---\ninput:\n  schema:\n    count: numbr, how many\n---\n{{count}}\n",
        expect![[r#"
            5:12 prompt-schema: `numbr` is no type (write `name: string, what it is`, `name(array): string`, `name(enum): [a, b]` or a JSON Schema)
        "#]],
    );
}

#[test]
fn what_a_model_would_not_be_told_as_it_was_meant() {
    for (text, said) in [
        ("", "the prompt says nothing"),
        ("---\ninput: {schema: {}}\n---\n \n", "the prompt says nothing"),
        (
            "---\ndescription: x\n",
            "the front matter has no end, so that it is part of the text",
        ),
        (
            "\u{feff}---\ndescription: x\n---\nHello\n",
            "a byte order mark stands before the first line",
        ),
    ] {
        let mut findings = Vec::new();
        read("p.prompt", text, PromptHeader::default(), &mut findings);
        let told: Vec<&str> = findings.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(told, [said], "{text:?}");
    }
}

#[test]
fn behind_a_byte_order_mark_only_the_mark_is_told() {
    let text = "---\ninput: {schema: {name: string}}\n---\nHello {{name}}, {{nam}}\n";
    check(
        text,
        expect![[r#"
        4:19 undeclared-variable: no input is called `nam` (did you mean `name`?)
    "#]],
    );
    check(
        &format!("\u{feff}{text}"),
        expect![[r#"
        1:1 prompt-syntax: a byte order mark stands before the first line (save the file as UTF-8 without one: agents read it as it is, and other readers take front matter behind it for text)
        4:19 undeclared-variable: no input is called `nam` (did you mean `name`?)
    "#]],
    );
    check(
        "\u{feff}Hello {{name}}\n",
        expect![[r#"
        1:1 prompt-syntax: a byte order mark stands before the first line (save the file as UTF-8 without one: agents read it as it is, and other readers take front matter behind it for text)
        1:9 undeclared-variable: no input is called `name` (declare `name` under `input.schema`)
    "#]],
    );
}

#[test]
fn what_is_looked_up_or_compared_can_be_there() {
    check_body(
        &format!(
            "{ALL}{{{{@root.nope}}}}{{{{@root.name}}}}{{{{#each orders}}}}{{{{@root.customer.teir}}}}{{{{@index}}}}{{{{/each}}}}\n\
             {{{{lookup customer \"teir\"}}}}{{{{lookup customer \"tier\"}}}}{{{{lookup orders 0}}}}{{{{lookup name}}}}\n\
             {{{{#with customer}}}}{{{{#unlessEquals tier \"pluss\"}}}}x{{{{/unlessEquals}}}}{{{{#ifEquals \"plus\" tier}}}}x{{{{/ifEquals}}}}{{{{/with}}}}\n\
             {{{{#unlessEquals \"a\" \"b\"}}}}x{{{{/unlessEquals}}}}{{{{#if true}}}}x{{{{/if}}}}{{{{#unlessEquals nam \"a\"}}}}x{{{{/unlessEquals}}}}\n\
             {{{{if name}}}}{{{{json (section name)}}}}{{{{json (lookup orders 0)}}}}\n"
        ),
        expect![[r#"
            13:3 undeclared-variable: no input is called `nope` (did you mean `note`?)
            13:47 undeclared-variable: no input is called `customer.teir` (did you mean `tier`?)
            14:1 undeclared-variable: there is no `teir` to look up (did you mean `tier`?)
            14:72 unknown-helper: `lookup` takes 2 arguments (write for example `{{lookup value "name"}}`)
            15:19 idle-condition: the input is never "pluss" (did you mean `plus`?)
            16:1 idle-condition: `unlessEquals` compares nothing but constants, and always comes out alike (compare an input, or leave the condition out)
            16:44 idle-condition: `if` compares nothing but constants, and always comes out alike (compare an input, or leave the condition out)
            16:80 undeclared-variable: no input is called `nam` (did you mean `name`?)
            17:1 unknown-helper: `if` opens a block and writes nothing itself (write `{{#if value}} … {{/if}}`)
            17:19 unknown-helper: `section` has no value (inside brackets stand `json` and `lookup`)
        "#]],
    );
}
