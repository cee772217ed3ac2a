//! What does a packed configuration cost to make, to hold and to use again?
//!
//! The rival is what a cache does without a packed form: keep the text, zlib-compressed, and parse it again.

use std::io::{Read, Write};

use enhanced_config_benches::{
    corpus::{Family, Format},
    harness::Suite,
    ours,
};
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use serde_json::Value;

fn main() {
    let mut suite = Suite::from_args();
    let families = Family::all();
    suite.table("making it: pack and zlib | zlib of the text");
    for Family { size, base: text, .. } in &families {
        let document = ours::parse(text, Format::Json);
        suite
            .ask(format!("core/pack_zlib/{}", size.name()))
            .ours(|| deflate(&ours::pack(&document)))
            .peer("zlib of text", || deflate(text.as_bytes()))
            .run();
    }
    suite.table("using it again: zlib and unpack | zlib of the text and a parser");
    for Family { size, base: text, .. } in &families {
        assert!(
            ours::unpack(&ours::pack(&ours::parse(text, Format::Json))) == ours::parse(text, Format::Json)
        );
        let packed = deflate(&ours::pack(&ours::parse(text, Format::Json)));
        let zipped = deflate(text.as_bytes());
        let question = suite
            .ask(format!("core/unpack_zlib/{}", size.name()))
            .ours(move || ours::unpack(&inflate(&packed)))
            .peer("zlib, serde_json", move || parse(&inflate(&zipped)));
        match size.name() {
            "1MB" => question.at_most(1.1 / 4.5, "zlib, serde_json"),
            _ => question,
        }
        .run();
    }
    suite.table("without zlib: pack | serde_json writer, and unpack | serde_json reader");
    for Family { size, base: text, .. } in &families {
        let document = ours::parse(text, Format::Json);
        let value = parse(text.as_bytes());
        suite
            .ask(format!("core/pack/{}", size.name()))
            .ours(move || ours::pack(&document))
            .peer("serde_json", move || serde_json::to_vec(&value))
            .run();
        let packed = ours::pack(&ours::parse(text, Format::Json));
        suite
            .ask(format!("core/unpack/{}", size.name()))
            .ours(move || ours::unpack(&packed))
            .peer("serde_json", || parse(text.as_bytes()))
            .run();
    }
    suite.table("bytes of it");
    for Family { size, base: text, .. } in &families {
        let pack = || ours::pack(&ours::parse(text, Format::Json));
        suite
            .ask(format!("core/packed_bytes/{}", size.name()))
            .bytes("ours", move || pack().len() as u64)
            .bytes("text", || text.len() as u64)
            .run();
        suite
            .ask(format!("core/packed_zlib_bytes/{}", size.name()))
            .bytes("ours", move || deflate(&pack()).len() as u64)
            .bytes("text", || deflate(text.as_bytes()).len() as u64)
            .run();
    }
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory does not fail");
    encoder.finish().expect("memory does not fail")
}

fn inflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    ZlibDecoder::new(bytes).read_to_end(&mut out).expect("deflated a moment ago");
    out
}

fn parse(text: &[u8]) -> Value {
    serde_json::from_slice(text).expect("valid JSON")
}
