//! The examples of the YAML 1.2.2 specification, chapters 2 and 5 to 9, by their numbers.
//!
//! Examples whose root is not a map stand under the key `k`; those with several documents or other tags are among
//! what is refused.

use crate::yaml::{data, read};

#[track_caller]
fn example(number: &str, text: &str, expected: &str) {
    let expected: serde_json::Value = serde_json::from_str(expected).unwrap();
    assert_eq!(data(read(text).document.root()), expected, "example {number}");
}

#[test]
#[rustfmt::skip]
fn chapter_2_language_overview() {
    example("2.1", "k:\n- Mark McGwire\n- Sammy Sosa\n- Ken Griffey\n", r#"{"k": ["Mark McGwire", "Sammy Sosa", "Ken Griffey"]}"#);
    example("2.2", "hr:  65    # Home runs\navg: 0.278 # Batting average\nrbi: 147   # Runs Batted In\n", r#"{"hr": 65, "avg": 0.278, "rbi": 147}"#);
    example("2.3", "american:\n  - Boston Red Sox\n  - Detroit Tigers\n  - New York Yankees\nnational:\n  - New York Mets\n  - Chicago Cubs\n  - Atlanta Braves\n", r#"{"american": ["Boston Red Sox", "Detroit Tigers", "New York Yankees"], "national": ["New York Mets", "Chicago Cubs", "Atlanta Braves"]}"#);
    example("2.4", "k:\n-\n  name: Mark McGwire\n  hr:   65\n  avg:  0.278\n-\n  name: Sammy Sosa\n  hr:   63\n  avg:  0.288\n", r#"{"k": [{"name": "Mark McGwire", "hr": 65, "avg": 0.278}, {"name": "Sammy Sosa", "hr": 63, "avg": 0.288}]}"#);
    example("2.5", "k:\n- [name        , hr, avg  ]\n- [Mark McGwire, 65, 0.278]\n- [Sammy Sosa  , 63, 0.288]\n", r#"{"k": [["name", "hr", "avg"], ["Mark McGwire", 65, 0.278], ["Sammy Sosa", 63, 0.288]]}"#);
    example("2.6", "Mark McGwire: {hr: 65, avg: 0.278}\nSammy Sosa: {\n    hr: 63,\n    avg: 0.288\n  }\n", r#"{"Mark McGwire": {"hr": 65, "avg": 0.278}, "Sammy Sosa": {"hr": 63, "avg": 0.288}}"#);
    example("2.9", "---\nhr: # 1998 hr ranking\n  - Mark McGwire\n  - Sammy Sosa\nrbi:\n  # 1998 rbi ranking\n  - Sammy Sosa\n  - Ken Griffey\n", r#"{"hr": ["Mark McGwire", "Sammy Sosa"], "rbi": ["Sammy Sosa", "Ken Griffey"]}"#);
    example("2.10", "---\nhr:\n  - Mark McGwire\n  # Following node labeled SS\n  - &SS Sammy Sosa\nrbi:\n  - *SS # Subsequent occurrence\n  - Ken Griffey\n", r#"{"hr": ["Mark McGwire", "Sammy Sosa"], "rbi": ["Sammy Sosa", "Ken Griffey"]}"#);
    example("2.12", "k:\n# Products purchased\n- item    : Super Hoop\n  quantity: 1\n- item    : Basketball\n  quantity: 4\n- item    : Big Shoes\n  quantity: 1\n", r#"{"k": [{"item": "Super Hoop", "quantity": 1}, {"item": "Basketball", "quantity": 4}, {"item": "Big Shoes", "quantity": 1}]}"#);
    example("2.13", "k: |\n  \\//||\\/||\n  // ||  ||__\n", r#"{"k": "\\//||\\/||\n// ||  ||__\n"}"#);
    example("2.14", "k: >\n  Mark McGwire's\n  year was crippled\n  by a knee injury.\n", r#"{"k": "Mark McGwire's year was crippled by a knee injury.\n"}"#);
    example("2.15", "k: >\n Sammy Sosa completed another\n fine season with great stats.\n\n   63 Home Runs\n   0.288 Batting Average\n\n What a year!\n", r#"{"k": "Sammy Sosa completed another fine season with great stats.\n\n  63 Home Runs\n  0.288 Batting Average\n\nWhat a year!\n"}"#);
    example("2.16", "name: Mark McGwire\naccomplishment: >\n  Mark set a major league\n  home run record in 1998.\nstats: |\n  65 Home Runs\n  0.278 Batting Average\n", r#"{"name": "Mark McGwire", "accomplishment": "Mark set a major league home run record in 1998.\n", "stats": "65 Home Runs\n0.278 Batting Average\n"}"#);
    example("2.17", "unicode: \"Sosa did fine.\\u263A\"\ncontrol: \"\\b1998\\t1999\\t2000\\n\"\nhex esc: \"\\x0d\\x0a is \\r\\n\"\n\nsingle: '\"Howdy!\" he cried.'\nquoted: ' # Not a ''comment''.'\ntie-fighter: '|\\-*-/|'\n", r#"{"unicode": "Sosa did fine.☺", "control": "\b1998\t1999\t2000\n", "hex esc": "\r\n is \r\n", "single": "\"Howdy!\" he cried.", "quoted": " # Not a 'comment'.", "tie-fighter": "|\\-*-/|"}"#);
    example("2.18", "plain:\n  This unquoted scalar\n  spans many lines.\n\nquoted: \"So does this\n  quoted scalar.\\n\"\n", r#"{"plain": "This unquoted scalar spans many lines.", "quoted": "So does this quoted scalar.\n"}"#);
    example("2.19", "canonical: 12345\ndecimal: +12345\noctal: 0o14\nhexadecimal: 0xC\n", r#"{"canonical": 12345, "decimal": 12345, "octal": 12, "hexadecimal": 12}"#);
    example("2.20", "canonical: 1.23015e+3\nexponential: 12.3015e+02\nfixed: 1230.15\n", r#"{"canonical": 1230.15, "exponential": 1230.15, "fixed": 1230.15}"#);
    example("2.21", "null:\nbooleans: [ true, false ]\nstring: '012345'\n", r#"{"null": null, "booleans": [true, false], "string": "012345"}"#);
    example("2.22", "canonical: 2001-12-15T02:59:43.1Z\nspaced: 2001-12-14 21:59:43.10 -5\n", r#"{"canonical": "2001-12-15T02:59:43.1Z", "spaced": "2001-12-14 21:59:43.10 -5"}"#);
}

#[test]
#[rustfmt::skip]
fn chapter_5_character_productions() {
    example("5.3", "sequence:\n- one\n- two\nmapping:\n  ? sky\n  : blue\n  sea : green\n", r#"{"sequence": ["one", "two"], "mapping": {"sky": "blue", "sea": "green"}}"#);
    example("5.4", "sequence: [ one, two, ]\nmapping: { sky: blue, sea: green }\n", r#"{"sequence": ["one", "two"], "mapping": {"sky": "blue", "sea": "green"}}"#);
    example("5.7", "literal: |\n  some\n  text\nfolded: >\n  some\n  text\n", r#"{"literal": "some\ntext\n", "folded": "some text\n"}"#);
    example("5.8", "single: 'text'\ndouble: \"text\"\n", r#"{"single": "text", "double": "text"}"#);
    example("5.12", "# Tabs and spaces\nquoted: \"Quoted \t\"\nblock:\t|\n  void main() {\n  \tprintf(\"Hello, world!\\n\");\n  }\n", r#"{"quoted": "Quoted \t", "block": "void main() {\n\tprintf(\"Hello, world!\\n\");\n}\n"}"#);
    example("5.13", "k: \"Fun with \\\\\n  \\\" \\a \\b \\e \\f \\\n  \\n \\r \\t \\v \\0 \\\n  \\  \\_ \\N \\L \\P \\\n  \\x41 \\u0041 \\U00000041\"\n", r#"{"k": "Fun with \\ \" \u0007 \b \u001b \f \n \r \t \u000b \u0000   \u00a0 \u0085 \u2028 \u2029 A A A"}"#);
}

#[test]
#[rustfmt::skip]
fn chapter_6_structural_productions() {
    example("6.1", "  # Leading comment line spaces are\n   # neither content nor indentation.\n    \nNot indented:\n By one space: |\n    By four\n      spaces\n Flow style: [    # Leading spaces\n   By two,        # in flow style\n  Also by two,    # are neither\n  \tStill by two   # content nor\n    ]             # indentation.\n", r#"{"Not indented": {"By one space": "By four\n  spaces\n", "Flow style": ["By two", "Also by two", "Still by two"]}}"#);
    example("6.2", "? a\n: -\tb\n  -  -\tc\n     - d\n", r#"{"a": ["b", ["c", "d"]]}"#);
    example("6.3", "k:\n- foo:\t bar\n- - baz\n  -\tbaz\n", r#"{"k": [{"foo": "bar"}, ["baz", "baz"]]}"#);
    example("6.4", "plain: text\n  lines\nquoted: \"text\n  \tlines\"\nblock: |\n  text\n   \tlines\n", r#"{"plain": "text lines", "quoted": "text lines", "block": "text\n \tlines\n"}"#);
    example("6.5", "Folding:\n  \"Empty line\n   \t\n  as a line feed\"\nChomping: |\n  Clipped empty lines\n \n\n", r#"{"Folding": "Empty line\nas a line feed", "Chomping": "Clipped empty lines\n"}"#);
    example("6.6", "k: >-\n  trimmed\n  \n \n\n  as\n  space\n", r#"{"k": "trimmed\n\n\nas space"}"#);
    example("6.7", "k: >\n  foo \n \n  \t bar\n\n  baz\n", r#"{"k": "foo \n\n\t bar\n\nbaz\n"}"#);
    example("6.8", "k: \"\n   foo \n  \n   \t bar\n\n   baz\n \"\n", r#"{"k": " foo\nbar\nbaz "}"#);
    example("6.9", "key:    # Comment\n  value\n", r#"{"key": "value"}"#);
    example("6.11", "key:    # Comment\n        # lines\n  value\n\n\n", r#"{"key": "value"}"#);
    example("6.23", "!!str &a1 \"foo\":\n  !!str bar\n&a2 baz : *a1\n", r#"{"foo": "bar", "baz": "foo"}"#);
    example("6.28", "k:\n# Assuming conventional resolution:\n- \"12\"\n- 12\n- ! 12\n", r#"{"k": ["12", 12, "12"]}"#);
    example("6.29", "First occurrence: &anchor Value\nSecond occurrence: *anchor\n", r#"{"First occurrence": "Value", "Second occurrence": "Value"}"#);
    example("6.13", "%FOO  bar baz # Should be ignored\n              # with a warning.\n---\nk: \"foo\"\n", r#"{"k": "foo"}"#);
    example("6.14", "%YAML 1.3 # Attempt parsing\n          # with a warning\n---\nk: \"foo\"\n", r#"{"k": "foo"}"#);
    example("6.16", "%TAG !yaml! tag:yaml.org,2002:\n---\nk: !yaml!str \"foo\"\n", r#"{"k": "foo"}"#);
}

#[test]
#[rustfmt::skip]
fn chapter_7_flow_style_productions() {
    example("7.1", "First occurrence: &anchor Foo\nSecond occurrence: *anchor\nOverride anchor: &anchor Bar\nReuse anchor: *anchor\n", r#"{"First occurrence": "Foo", "Second occurrence": "Foo", "Override anchor": "Bar", "Reuse anchor": "Bar"}"#);
    example("7.2", "{\n  foo : !!str,\n  !!str : bar,\n}\n", r#"{"foo": "", "": "bar"}"#);
    example("7.4", "\"implicit block key\" : [\n  \"implicit flow key\" : value,\n ]\n", r#"{"implicit block key": [{"implicit flow key": "value"}]}"#);
    example("7.5", "k: \"folded \n to a space,\t\n  \n to a line feed, or \t\\\n  \\ \tnon-content\"\n", r#"{"k": "folded to a space,\nto a line feed, or \t \tnon-content"}"#);
    example("7.6", "k: \" 1st non-empty\n\n  2nd non-empty \n \t3rd non-empty \"\n", r#"{"k": " 1st non-empty\n2nd non-empty 3rd non-empty "}"#);
    example("7.7", "k: 'here''s to \"quotes\"'\n", r#"{"k": "here's to \"quotes\""}"#);
    example("7.8", "'implicit block key' : [\n  'implicit flow key' : value,\n ]\n", r#"{"implicit block key": [{"implicit flow key": "value"}]}"#);
    example("7.9", "k: ' 1st non-empty\n\n  2nd non-empty \n \t3rd non-empty '\n", r#"{"k": " 1st non-empty\n2nd non-empty 3rd non-empty "}"#);
    example("7.10", "k:\n# Outside flow collection:\n- ::vector\n- \": - ()\"\n- Up, up, and away!\n- -123\n- http://example.com/foo#bar\n# Inside flow collection:\n- [ ::vector,\n  \": - ()\",\n  \"Up, up and away!\",\n  -123,\n  http://example.com/foo#bar ]\n", r#"{"k": ["::vector", ": - ()", "Up, up, and away!", -123, "http://example.com/foo#bar", ["::vector", ": - ()", "Up, up and away!", -123, "http://example.com/foo#bar"]]}"#);
    example("7.11", "implicit block key : [\n  implicit flow key : value,\n ]\n", r#"{"implicit block key": [{"implicit flow key": "value"}]}"#);
    example("7.12", "k: 1st non-empty\n\n  2nd non-empty \n \t3rd non-empty\n", r#"{"k": "1st non-empty\n2nd non-empty 3rd non-empty"}"#);
    example("7.13", "k:\n- [ one, two, ]\n- [three ,four]\n", r#"{"k": [["one", "two"], ["three", "four"]]}"#);
    example("7.14", "k: [\n \"double\n  quoted\", 'single\n            quoted',\n plain\n  text, [ nested ],\n single: pair,\n ]\n", r#"{"k": ["double quoted", "single quoted", "plain text", ["nested"], {"single": "pair"}]}"#);
    example("7.15", "k:\n- { one : two , three: four , }\n- {five: six,seven : eight}\n", r#"{"k": [{"one": "two", "three": "four"}, {"five": "six", "seven": "eight"}]}"#);
    example("7.18", "{\n\"adjacent\":value,\n\"readable\": value,\n\"empty\":\n}\n", r#"{"adjacent": "value", "readable": "value", "empty": null}"#);
    example("7.19", "k: [\n foo: bar\n ]\n", r#"{"k": [{"foo": "bar"}]}"#);
    example("7.20", "k: [\n ? foo\n  bar : baz\n ]\n", r#"{"k": [{"foo bar": "baz"}]}"#);
    example("7.23", "k:\n- [ a, b ]\n- { a: b }\n- \"a\"\n- 'b'\n- c\n", r#"{"k": [["a", "b"], {"a": "b"}, "a", "b", "c"]}"#);
    example("7.24", "k:\n- !!str \"a\"\n- 'b'\n- &anchor \"c\"\n- *anchor\n- !!str\n", r#"{"k": ["a", "b", "c", "c", ""]}"#);
}

#[test]
#[rustfmt::skip]
fn chapter_8_block_style_productions() {
    example("8.1", "k:\n- | # Empty header↓\n literal\n- >1 # Indentation indicator↓\n  folded\n- |+ # Chomping indicator↓\n keep\n\n- >1- # Both indicators↓\n  strip\n", r#"{"k": ["literal\n", " folded\n", "keep\n\n", " strip"]}"#);
    example("8.2", "k:\n- |\n detected\n- >\n \n  \n  # detected\n- |1\n  explicit\n- >\n \t\n detected\n", r#"{"k": ["detected\n", "\n\n# detected\n", " explicit\n", "\t\ndetected\n"]}"#);
    example("8.4", "strip: |-\n  text\nclip: |\n  text\nkeep: |+\n  text\n", r#"{"strip": "text", "clip": "text\n", "keep": "text\n"}"#);
    example("8.5", " # Strip\n  # Comments:\nstrip: |-\n  # text\n  \n # Clip\n  # comments:\n\nclip: |\n  # text\n \n # Keep\n  # comments:\n\nkeep: |+\n  # text\n\n # Trail\n  # comments.\n", r##"{"strip": "# text", "clip": "# text\n", "keep": "# text\n\n"}"##);
    example("8.6", "strip: >-\n\nclip: >\n\nkeep: |+\n\n", r#"{"strip": "", "clip": "", "keep": "\n"}"#);
    example("8.7", "k: |\n literal\n \ttext\n\n\n", r#"{"k": "literal\n\ttext\n"}"#);
    example("8.8", "k: |\n \n  \n  literal\n   \n  \n  text\n\n # Comment\n", r#"{"k": "\n\nliteral\n \n\ntext\n"}"#);
    example("8.9", "k: >\n folded\n text\n\n\n", r#"{"k": "folded text\n"}"#);
    example("8.14", "block sequence:\n  - one\n  - two : three\n", r#"{"block sequence": ["one", {"two": "three"}]}"#);
    example("8.15", "k:\n- # Empty\n- |\n block node\n- - one # Compact\n  - two # sequence\n- one: two # Compact mapping\n", r#"{"k": [null, "block node\n", ["one", "two"], {"one": "two"}]}"#);
    example("8.16", "block mapping:\n key: value\n", r#"{"block mapping": {"key": "value"}}"#);
    example("8.17", "? explicit key # Empty value\n? |\n  block key\n: - one # Explicit compact\n  - two # block value\n", r#"{"explicit key": null, "block key\n": ["one", "two"]}"#);
    example("8.20", "k:\n-\n  \"flow in block\"\n- >\n Block scalar\n- !!map # Block collection\n  foo : bar\n", r#"{"k": ["flow in block", "Block scalar\n", {"foo": "bar"}]}"#);
    example("8.22", "sequence: !!seq\n- entry\n- !!seq\n - nested\nmapping: !!map\n foo: bar\n", r#"{"sequence": ["entry", ["nested"]], "mapping": {"foo": "bar"}}"#);
    example("8.10", "k: >\n\n folded\n line\n\n next\n line\n   * bullet\n\n   * list\n   * lines\n\n last\n line\n\n# Comment\n", r#"{"k": "\nfolded line\nnext line\n  * bullet\n\n  * list\n  * lines\n\nlast line\n"}"#);
    example("8.21", "literal: |2\n  value\nfolded:\n   !!str\n  >1\n value\n", r#"{"literal": "value\n", "folded": "value\n"}"#);
}

#[test]
#[rustfmt::skip]
fn chapter_9_document_stream_productions() {
    example("9.1", "\u{feff}# Comment\n# lines\nk: Document\n", r#"{"k": "Document"}"#);
    example("9.2", "%YAML 1.2\n---\nk: Document\n... # Suffix\n", r#"{"k": "Document"}"#);
    example("9.4", "---\n{ matches\n% : 20 }\n...\n# Empty\n", r#"{"matches %": 20}"#);
    example("9.5", "%YAML 1.2\n---\nk: |\n %!PS-Adobe-2.0\n...\n", r#"{"k": "%!PS-Adobe-2.0\n"}"#);
}
