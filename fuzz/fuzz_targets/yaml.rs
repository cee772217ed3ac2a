//! The fast reader of YAML beside the full parser: what it decides, it decides the same, to the byte of every position.
//!
//! Inputs are texts. Besides the fuzzer's own changes of bytes there are new texts from a [`grammar`](text) and changes
//! of a text by its lines and tokens.

#![no_main]

#[path = "yaml/change.rs"]
mod change;
#[path = "yaml/random.rs"]
mod random;
#[path = "yaml/text.rs"]
mod text;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use enhanced_config_format::{Agreement, ParseOptions, yaml_agreement};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

use random::Random;

static INPUTS: AtomicU64 = AtomicU64::new(0);
static DECIDED: AtomicU64 = AtomicU64::new(0);

fuzz_target!(|input: &[u8]| {
    match yaml_agreement(input, &ParseOptions::default()) {
        Agreement::Different(what) => panic!("{what}, in {:?}", String::from_utf8_lossy(input)),
        Agreement::Same => _ = DECIDED.fetch_add(1, Relaxed),
        _ => {}
    }
    let inputs = INPUTS.fetch_add(1, Relaxed) + 1;
    if inputs.is_multiple_of(1 << 20) {
        eprintln!("{} of {inputs} inputs decided by the fast reader", DECIDED.load(Relaxed));
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut random = Random::new(seed);
    let text = match random.below(8) {
        0..4 => String::from_utf8_lossy(&data[..size]).into_owned(),
        _ => text::document(&mut random),
    };
    let changed = change::some(text, &mut random);
    let length = changed.floor_char_boundary(max_size.min(data.len()));
    data[..length].copy_from_slice(&changed.as_bytes()[..length]);
    if random.one_in(3) { fuzzer_mutate(data, length, max_size) } else { length }
});
