//! Schemas and documents that ask for exponential work, for deep stacks or for much memory: each is tried in a process
//! of its own, whose peak memory is read from the kernel, and which is killed when it does not end.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use enhanced_config_core::Redactor;
use enhanced_config_format::{Format, Limits, ParseOptions, parse};
use enhanced_config_schema::SchemaRegistry;

struct Bomb {
    name: String,
    schema: String,
    json: String,
    /// Part of what is said: about the schema, or about the document, or "valid".
    expected: &'static str,
}

fn bomb(
    name: impl Into<String>,
    schema: impl Into<String>,
    json: impl Into<String>,
    expected: &'static str,
) -> Bomb {
    Bomb { name: name.into(), schema: schema.into(), json: json.into(), expected }
}

const TOO_MANY: &str = "checks of one value: alternatives that refer to alternatives multiply";
const TOO_LONG: &str = "leads through more than 64 schemas in a row";
const TOO_COMPLEX: &str = "the schema takes too many steps to";
const CYCLE: &str = "leads back to itself for the same value";

fn bombs() -> Vec<Bomb> {
    [doubling(), alternatives(), cycles(), patterns(), chains(), values()].into_iter().flatten().collect()
}

/// `$defs` of which each leads to the next as `step` says, `NEXT` standing for a reference to it.
fn steps(count: usize, step: &str, last: &str) -> String {
    let def = |at: usize| {
        let next = format!(r##"{{"$ref":"#/$defs/{}"}}"##, at + 1);
        format!(r#""{at}":{}"#, step.replace("NEXT", &next))
    };
    let defs: Vec<String> = (0..count).map(def).collect();
    format!(r##"{{"$ref":"#/$defs/0","$defs":{{{},"{count}":{last}}}}}"##, defs.join(","))
}

fn nested(json: &str, levels: usize) -> String {
    format!("{}{json}{}", "{\"a\":".repeat(levels), "}".repeat(levels))
}

/// 2^25 checks of one value.
fn doubling() -> Vec<Bomb> {
    let wants_x = r#"{"required":["x"]}"#;
    let two_ways = [
        r#"{"anyOf":[NEXT,NEXT]}"#,
        r#"{"allOf":[NEXT,NEXT]}"#,
        r#"{"oneOf":[NEXT,NEXT]}"#,
        r#"{"not":NEXT,"allOf":[NEXT]}"#,
        r#"{"if":NEXT,"then":NEXT,"else":true}"#,
        r#"{"dependentSchemas":{"a":NEXT,"b":NEXT}}"#,
        r##"{"$dynamicRef":"#/$defs/25","allOf":[NEXT,NEXT]}"##,
    ];
    let mut bombs: Vec<Bomb> =
        two_ways.map(|way| bomb(way, steps(25, way, wants_x), "{\"a\": 1}", TOO_MANY)).into();
    let encoded = steps(25, r#"{"oneOf":[NEXT,NEXT]}"#, wants_x).replace("#/$defs", "#/%24d%65fs");
    bombs.push(bomb("percent-encoded references", encoded, "{}", TOO_MANY));
    let anchors: Vec<String> = (0..25)
        .map(|at| {
            format!(
                r##""{at}":{{"$anchor":"a{at}","oneOf":[{{"$ref":"#a{0}"}},{{"$ref":"#a{0}"}}]}}"##,
                at + 1
            )
        })
        .collect();
    let last = r#""z":{"$anchor":"a25"}"#;
    let anchors = format!(r##"{{"$ref":"#a0","$defs":{{{},{last}}}}}"##, anchors.join(","));
    bombs.push(bomb("anchors", anchors, "{}", TOO_MANY));
    let ids: Vec<String> = (0..25)
        .map(|at| {
            format!(
                r##""{at}":{{"$id":"x/{at}","oneOf":[{{"$ref":"./{0}"}},{{"$ref":"../x/{0}"}}]}}"##,
                at + 1
            )
        })
        .collect();
    let ids = format!(r##"{{"$ref":"x/0","$defs":{{{},"z":{{"$id":"x/25"}}}}}}"##, ids.join(","));
    bombs.push(bomb("addresses", ids, "{}", TOO_MANY));
    for keyword in ["unevaluatedProperties", "unevaluatedItems"] {
        let open = format!("{{\"{keyword}\":false,\"allOf\":[");
        let schema = format!("{}{{}}{}", open.repeat(30), "]}".repeat(30));
        bombs.push(bomb(keyword, schema, "{\"a\": [1]}", TOO_MANY));
    }
    bombs
}

/// Work that multiplies from level to level, or stays below the bound on each value.
fn alternatives() -> Vec<Bomb> {
    let levels = r#"{"anyOf":[{"properties":{"a":NEXT}},{"required":["b"],"properties":{"a":NEXT}}]}"#;
    let wants_x = r#"{"required":["x"]}"#;
    let own = |keyword: &str| {
        format!(
            r#"{{"properties":{{"a":{{"{keyword}":[{{"$ref":"\u0023"}},{{"$ref":"\u0023"}},false]}}}},"required":["x"]}}"#
        )
    };
    let recursive =
        |wants: &str| format!(r##"{{"required":["{wants}"],"properties":{{"a":{{"$ref":"#"}}}}}}"##);
    let contains = r#"{"contains":{"anyOf":[NEXT,{"contains":NEXT}]}}"#;
    vec![
        bomb("2^10 checks", steps(10, r#"{"anyOf":[NEXT,NEXT]}"#, wants_x), "{}", "x: missing"),
        bomb("alternatives from level to level", steps(60, levels, wants_x), nested("{}", 60), TOO_COMPLEX),
        bomb("alternatives of itself, anyOf", own("anyOf"), nested("{}", 100), TOO_COMPLEX),
        bomb("alternatives of itself, oneOf", own("oneOf"), nested("{}", 100), "x: missing"),
        bomb("allOf of itself", own("allOf"), nested("{}", 100), "x: missing"),
        bomb(
            "three alternatives of itself",
            format!(r#"{{"anyOf":[{},{},{}]}}"#, recursive("x"), recursive("y"), recursive("z")),
            nested("{}", 100),
            TOO_COMPLEX,
        ),
        bomb(
            "contains with alternatives",
            steps(20, contains, "{\"const\":1}"),
            format!("{{\"a\":{}2{}}}", "[[2],".repeat(40), "]".repeat(40)),
            "valid",
        ),
    ]
}

/// Schemas that lead back to themselves.
fn cycles() -> Vec<Bomb> {
    let complete: Vec<String> = (0..12)
        .map(|from| {
            let others = (0..12).filter(|to| *to != from);
            let refs: Vec<String> = others.map(|to| format!(r##"{{"$ref":"#/$defs/{to}"}}"##)).collect();
            format!(r#""{from}":{{"oneOf":[{}]}}"#, refs.join(","))
        })
        .collect();
    let complete = format!(r##"{{"$ref":"#/$defs/0","$defs":{{{}}}}}"##, complete.join(","));
    let two_files = r##"{"$ref":"a","$defs":{
        "a":{"$id":"a","properties":{"a":{"$ref":"b"}},"$dynamicAnchor":"n"},
        "b":{"$id":"b","properties":{"a":{"$ref":"a"},"b":{"$dynamicRef":"#n"}},"$dynamicAnchor":"n"}}}"##;
    vec![
        bomb("each of twelve is one of the others", complete, "{}", CYCLE),
        bomb("itself", r##"{"allOf":[{"$ref":"#"}]}"##, "{}", CYCLE),
        bomb("itself, dynamic", r##"{"$dynamicAnchor":"n","anyOf":[{"$dynamicRef":"#n"}]}"##, "{}", CYCLE),
        bomb(
            "itself, recursive",
            r##"{"$schema":"https://json-schema.org/draft/2019-09/schema","anyOf":[{"$recursiveRef":"#"}]}"##,
            "{}",
            CYCLE,
        ),
        bomb("names of names", r##"{"propertyNames":{"$ref":"#"}}"##, "{\"a\": 1}", "valid"),
        bomb("two resources in turns", two_files, nested("1", 100), "valid"),
        bomb(
            "a metaschema",
            r#"{"$ref":"https://json-schema.org/draft/2020-12/schema"}"#,
            "{\"type\": \"nothing\"}",
            "type: ",
        ),
    ]
}

fn patterns() -> Vec<Bomb> {
    let classes: Vec<String> =
        (0..60).map(|at| format!(r#"{{"pattern":"^\\p{{L}}{{{}}}$"}}"#, at + 20)).collect();
    vec![
        bomb(
            "a million",
            r#"{"properties":{"a":{"pattern":"(a{1000}){1000}"}}}"#,
            "{\"a\": \"a\"}",
            "it takes more than 1 MiB when compiled",
        ),
        bomb(
            "classes",
            format!(r#"{{"properties":{{"a":{{"anyOf":[{}]}}}}}}"#, classes.join(",")),
            format!("{{\"a\":\"{}\"}}", "é".repeat(100_000)),
            "",
        ),
        bomb(
            "forty patterns of a thousand places",
            {
                let patterns: Vec<String> =
                    (0..40).map(|at| format!(r#"{{"pattern":"[\\s\\S]{{0,1000}}x{at}"}}"#)).collect();
                format!(r#"{{"properties":{{"a":{{"allOf":[{}]}}}}}}"#, patterns.join(","))
            },
            format!("{{\"a\":\"{}\"}}", "a".repeat(10_000)),
            TOO_MANY,
        ),
        bomb(
            "one pattern a thousand times",
            steps(10, r#"{"anyOf":[NEXT,NEXT]}"#, r#"{"pattern":"[\\s\\S]{0,1000}x"}"#),
            "{}",
            TOO_MANY,
        ),
        bomb(
            "forty patterns of one place",
            {
                let patterns: Vec<String> =
                    (0..40).map(|at| format!(r#"{{"pattern":"^[a-z]{{{},1000}}$"}}"#, at)).collect();
                format!(r#"{{"properties":{{"a":{{"allOf":[{}]}}}}}}"#, patterns.join(","))
            },
            format!("{{\"a\":\"{}\"}}", "a".repeat(1_000)),
            "valid",
        ),
        bomb(
            "a pattern that backtracks elsewhere",
            r#"{"properties":{"a":{"pattern":"^(a+)+$"}}}"#,
            format!("{{\"a\":\"{}!\"}}", "a".repeat(1_000_000)),
            "expected text that matches",
        ),
    ]
}

/// What takes stack.
fn chains() -> Vec<Bomb> {
    let deep_schema = |levels: usize, inner: &str| {
        format!("{}{inner}{}", r#"{"properties":{"a":"#.repeat(levels), "}}".repeat(levels))
    };
    let long = |links: usize| {
        steps(links, "NEXT", r##"{"properties":{"a":{"$ref":"#/$defs/0"},"b":{"type":"string"}}}"##)
    };
    vec![
        bomb("10,000 references in a row", steps(10_000, "NEXT", "{}"), "{}", TOO_LONG),
        bomb("65 references in a row", steps(65, "NEXT", "{}"), "{}", TOO_LONG),
        bomb(
            "10,000 references, one a level",
            steps(10_000, r#"{"properties":{"a":NEXT}}"#, "{}"),
            nested("{}", 120),
            "valid",
        ),
        bomb(
            "as deep as texts may be",
            deep_schema(60, "{\"type\":\"null\"}"),
            nested("1", 60),
            "found integer",
        ),
        bomb(
            "as deep as documents may be",
            deep_schema(255, "{\"type\":\"null\"}"),
            nested("1", 255),
            "found integer",
        ),
        bomb("60 references a level, valid", long(60), nested("{}", 500), "valid"),
        bomb("60 references a level", long(60), nested("{\"b\":1}", 500), "found integer"),
        bomb(
            "alternatives as deep",
            r##"{"anyOf":[{"type":"null"},{"required":["a"],"properties":{"a":{"$ref":"#"}}}]}"##,
            nested("{}", 500),
            "a: missing",
        ),
        bomb(
            "alternatives in a row",
            {
                let open = r#"{"anyOf":[{"type":"null"},"#;
                format!("{}{{\"required\":[\"x\"]}}{}", open.repeat(60), "]}".repeat(60))
            },
            "{}",
            "x: missing",
        ),
    ]
}

/// Values that are many or large.
fn values() -> Vec<Bomb> {
    let list = |count: usize, item: fn(usize) -> String| {
        format!("{{\"a\":[{}]}}", (0..count).map(item).collect::<Vec<_>>().join(","))
    };
    let about_a = |schema: &str| format!(r#"{{"properties":{{"a":{schema}}}}}"#);
    let words: Vec<String> = (0..50_000).map(|at| format!("\"word{at}\"")).collect();
    let all_of_words = about_a(&format!("{{\"items\":{{\"enum\":[{}]}}}}", words.join(",")));
    vec![
        bomb(
            "200,000 members that differ",
            about_a(r#"{"uniqueItems":true}"#),
            list(200_000, |at| at.to_string()),
            "valid",
        ),
        bomb(
            "100,000 maps of which two are the same",
            about_a(r#"{"uniqueItems":true}"#),
            list(100_000, |at| format!("{{\"n\":{}}}", at % 99_999)),
            "a[99999]: comes twice",
        ),
        bomb(
            "10,000 members that differ, 200 times",
            about_a(&format!(r#"{{"allOf":[{}]}}"#, vec![r#"{"uniqueItems":true}"#; 200].join(","))),
            list(10_000, |at| at.to_string()),
            TOO_COMPLEX,
        ),
        bomb(
            "names and names of patterns",
            {
                let patterns: Vec<String> =
                    (0..30).map(|at| format!(r#""^.*{at}.*[a-z]$":{{"$ref":"\u0023"}}"#)).collect();
                format!(r#"{{"patternProperties":{{{}}}}}"#, patterns.join(","))
            },
            format!(
                "{{{}}}",
                (0..2000)
                    .map(|at| format!("\"{at}{}\":{{\"12a\":{{}}}}", "b".repeat(200)))
                    .collect::<Vec<_>>()
                    .join(",")
            ),
            "valid",
        ),
        bomb(
            "one of 50,000",
            all_of_words.clone(),
            list(2, |at| format!("\"word{}\"", at + 49_997)),
            "valid",
        ),
        bomb("none of 50,000", all_of_words, "{\"a\":[\"wort49998\"]}", "`word9` or one of 49990 others"),
        bomb("a multiple of very little", about_a(r#"{"multipleOf":1e-300}"#), "{\"a\":1e300}", ""),
        bomb(
            "a multiple of very much",
            about_a(r#"{"multipleOf":1e300}"#),
            "{\"a\":3}",
            "a: expected a multiple of",
        ),
        bomb(
            "a deep constant",
            about_a(&format!("{{\"const\":{}}}", nested("1", 120))),
            nested("1", 121),
            "valid",
        ),
        bomb(
            "250,000 values",
            about_a(r#"{"items":{"anyOf":[{"type":"string"},{"type":"integer","minimum":0}]}}"#),
            list(249_990, |at| at.to_string()),
            "valid",
        ),
        bomb(
            "250,000 values, none as it should be",
            about_a(r#"{"items":{"type":"string"}}"#),
            list(249_990, |at| at.to_string()),
            "there are more problems than these 100",
        ),
        bomb(
            "200,000 unknown keys",
            about_a("true").replacen('{', "{\"additionalProperties\":false,", 1),
            format!("{{{}}}", (0..200_000).map(|at| format!("\"k{at}\":1")).collect::<Vec<_>>().join(",")),
            "there are more problems than these 100",
        ),
    ]
}

#[test]
fn none_takes_long_or_much() {
    if std::env::var_os("ENHANCED_CONFIG_BOMB").is_some() {
        let input = std::io::read_to_string(std::io::stdin()).unwrap();
        let (schema, json) = input.split_once(BETWEEN).unwrap();
        return explode(schema, json);
    }
    let mut table = String::new();
    for bomb in &bombs() {
        let _ = writeln!(table, "{:<52} {}", bomb.name.chars().take(50).collect::<String>(), judge(bomb));
    }
    println!("{table}");
    assert!(!table.contains("FAILED"), "\n{table}");
}

/// Between the schema and the document on their way into the process.
const BETWEEN: &str = "\n<<<document>>>\n";

/// Checks a document, and says what came of it and how much memory it took.
fn explode(schema: &str, json: &str) {
    let mut limits = Limits::default();
    limits.depth = 512;
    let options = ParseOptions::default().with_limits(limits);
    let read = |text: &str| parse(text.as_bytes(), Format::Json, "app.json", &options).unwrap().document;
    let mut schemas = SchemaRegistry::new();
    schemas.add_document("app", read(schema));
    let outcome = match schemas.validator("app") {
        Err(error) => error.to_string(),
        Ok(validator) => {
            let document = read(json);
            let problems = validator.validate(document.root(), &Redactor::new());
            assert_eq!(problems.is_empty(), validator.is_valid(document.root()));
            if problems.is_empty() { "valid".to_owned() } else { problems.to_string() }
        }
    };
    drop(schemas);
    println!("<<<{outcome}|||{}>>>", peak_memory());
}

fn judge(bomb: &Bomb) -> String {
    const MOST_MEMORY: usize = 256 << 20;
    let Some((output, time)) = run(bomb) else {
        return "FAILED: took more than 20 s of the processor".to_owned();
    };
    let said = output.split_once("<<<").and_then(|(_, rest)| rest.split_once(">>>")?.0.split_once("|||"));
    let Some((outcome, peak)) = said else {
        let end: Vec<&str> = output.lines().rev().take(4).collect();
        return format!("FAILED: died: {}", end.join(" "));
    };
    let peak: usize = peak.parse().unwrap();
    let fits = peak < MOST_MEMORY && outcome.contains(bomb.expected);
    let mark = if fits { "ok" } else { "FAILED" };
    let shown: String = outcome.chars().take(170).collect();
    format!("{mark:<6} {:>5} ms {:>4} MB  {}", time.as_millis(), peak >> 20, shown.replace('\n', " "))
}

/// The output of a process that tries one bomb, and its time; nothing if it had to be killed.
fn run(bomb: &Bomb) -> Option<(String, Duration)> {
    let started = Instant::now();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["bombs::none_takes_long_or_much", "--exact", "--nocapture"])
        .env("ENHANCED_CONFIG_BOMB", "1")
        // What any thread has that is not the first.
        .env("RUST_MIN_STACK", (2 << 20).to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let input = format!("{}{BETWEEN}{}", bomb.schema, bomb.json);
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    // A report may be longer than a pipe holds.
    let mut stdout = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || std::io::read_to_string(&mut stdout).unwrap());
    while child.try_wait().unwrap().is_none() {
        let is_stuck = started.elapsed() > Duration::from_secs(300);
        if is_stuck || processor_time(child.id()) > Duration::from_secs(20) {
            child.kill().unwrap();
            child.wait().unwrap();
            return None;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let time = started.elapsed();
    let errors = std::io::read_to_string(child.stderr.take().unwrap()).unwrap();
    Some((reader.join().unwrap() + &errors, time))
}

/// How long a process that runs has had a processor: the machine may have other work too.
fn processor_time(process: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // Behind the name, in hundredths of a second: in the program, and in the kernel for it.
    let (_, rest) = stat.rsplit_once(')').unwrap();
    let ticks = rest.split_whitespace().skip(11).take(2).map(|field| field.parse::<u64>().unwrap());
    Duration::from_millis(ticks.sum::<u64>() * 10)
}

/// The most memory that this process had resident.
fn peak_memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}
