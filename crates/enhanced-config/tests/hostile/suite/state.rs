//! What was kept on disk, and was changed there by somebody else.

use std::fs;
use std::io::Write as _;

use super::case::Case;

pub(crate) fn cases() -> Vec<Case> {
    let broken = |name: &str| Case::text("state", name, "app.yaml", "broken: [").how("state");
    let kept = |name: &str, bytes: Vec<u8>| {
        let weight = bytes.len();
        let case = broken(name).arranged(move |config| {
            let state = config.with_file_name("state");
            fs::create_dir(&state)
                .and_then(|()| private(&state.join("last-good.app.bin"), &bytes))
                .map_err(|error| error.to_string())
        });
        case.weighing(weight)
    };
    vec![
        Case::text("state", "each byte changed, each part cut off", "app.yaml", "a: {b: [1, 2.5, x]}\n")
            .how("damage")
            .loads(),
        kept("empty", Vec::new()),
        kept("100 MB of zeros", vec![0; 100 << 20]),
        kept("a text", b"a: 1\n".to_vec()),
        kept(
            "zlib of nothing but zeros",
            vec![0x78, 0x9c, 0xed, 0xc1, 0x01, 0x01, 0, 0, 0, 0x80, 0x90, 0xfe, 0xaf, 0xee],
        ),
        broken("a directory").arranged(|config| {
            fs::create_dir_all(config.with_file_name("state").join("last-good.app.bin"))
                .map_err(|error| error.to_string())
        }),
    ]
}

/// A file that only its owner may use, as it has to be to be trusted.
fn private(path: &std::path::Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(bytes)
}
