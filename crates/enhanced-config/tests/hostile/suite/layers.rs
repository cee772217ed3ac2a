//! Layers over a good base file: the environment, `${…}`, includes, drop-ins, descriptions of migrations.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

use super::case::Case;

pub(crate) fn cases() -> Vec<Case> {
    [interpolation(), environment(), includes(), overlays(), migrations()].into_iter().flatten().collect()
}

fn interpolation() -> Vec<Case> {
    let case =
        |name: &str, text: String| Case::text("interpolation", name, "app.yaml", text).how("interpolate");
    let chain: String = (0..10_000).map(|n| format!("k{n}: ${{k{}}}\n", n + 1)).collect();
    let doubling: String = (0..40).map(|n| format!("k{n}: ${{k{0}}}${{k{0}}}\n", n + 1)).collect();
    vec![
        case("of itself", "a: ${a}\n".to_owned()),
        case("in a circle", "a: ${b}\nb: ${c}\nc: ${a}\n".to_owned()),
        case("of a map that it is in", "a: {b: \"${a}\"}\n".to_owned()),
        case("in a chain of 10,000", format!("{chain}k10000: end\n")),
        case("that doubles 40 times", format!("{doubling}k40: end\n")),
        case("that never ends", format!("a: \"{}\"\n", "${".repeat(10_000))),
        case("in itself", "a: \"${b${b}}\"\nb: x\n".to_owned()),
        case("of nothing", "a: ${nothing}\n".to_owned()).refused("nothing"),
        case("of a variable that there is not", "a: ${env:NOTHING_AT_ALL}\n".to_owned()),
        case("of 100,000 dollars", format!("a: {}\n", "$".repeat(100_000))).loads(),
        case("of a million braces", format!("a: \"{}\"\n", "}".repeat(1_000_000))).loads(),
        case("of a path of 10,000 keys", format!("a: ${{{}}}\n", vec!["a"; 10_000].join("."))),
    ]
}

fn environment() -> Vec<Case> {
    let case =
        |name: &str| Case::text("environment", name, "app.yaml", "a: {b: 1}\nl: [1, 2]\n").how("environment");
    let whole = |name: &str| case(name).names("HOSTILE_");
    vec![
        whole("a key and a key in it")
            .variable("HOSTILE_X", "1")
            .variable("HOSTILE_X__Y", "2")
            .refused_whole("HOSTILE_X__Y"),
        whole("10,000 levels")
            .variable(format!("HOSTILE_{}", vec!["A"; 10_000].join("__")), "1")
            .refused_whole(""),
        whole("item 999,999,999 of a list").variable("HOSTILE_L__999999999", "1").refused_whole(""),
        whole("item 10^30 of a list")
            .variable(format!("HOSTILE_L__1{}", "0".repeat(30)), "1")
            .refused_whole(""),
        whole("a text for a number").variable("HOSTILE_A__B", "many").refused_whole("HOSTILE_A__B"),
        whole("a number beyond all")
            .variable("HOSTILE_A__B", "9".repeat(100_000))
            .refused_whole("HOSTILE_A__B"),
        whole("what is no UTF-8")
            .variable("HOSTILE_A__B", OsString::from_vec(vec![0xff, 0xfe]))
            .refused_whole("HOSTILE_A__B"),
        case("somebody else's that is no UTF-8").variable("OTHER", OsString::from_vec(vec![0xff])).loads(),
        case("a value of 100 kB").variable("HOSTILE_C", "x".repeat(100_000)).loads(),
        case("a list of 60,000").variable("HOSTILE_L", "1,".repeat(60_000) + "1").loads(),
        whole("10,000 levels in a value").variable("HOSTILE_L", "[".repeat(10_000)).refused_whole(""),
        case("no name").variable("HOSTILE_", "x").loads(),
        case("underscores alone").variable("HOSTILE________", "x").loads(),
        (0..2000)
            .fold(case("2,000 variables"), |case, n| case.variable(format!("HOSTILE_K{n}"), "1"))
            .loads(),
        case(".env: a quote that never ends")
            .how("dotenv")
            .beside(".env", "HOSTILE_A__B=\"1\n")
            .names(".env")
            .refused(""),
        case(".env: 4 MB of `=`")
            .how("dotenv")
            .beside(".env", "=".repeat(4_000_000))
            .names(".env")
            .refused(""),
        case(".env: no UTF-8")
            .how("dotenv")
            .beside(".env", b"HOSTILE_A__B=\xff\n".to_vec())
            .names(".env")
            .refused("UTF-8"),
        case(".env: in a circle").how("dotenv").beside(".env", "X=${Y}\nY=${X}\nHOSTILE_C=${X}\n").loads(),
    ]
}

fn includes() -> Vec<Case> {
    let case = |name: &str, list: &str| {
        Case::text("includes", name, "app.yaml", format!("include: {list}\na: 1\n")).how("include")
    };
    let chain = (0..300).fold(case("in a chain of 300", "[i0.yaml]"), |case, n| {
        case.arranged(move |dir| {
            let text = format!("include: [i{}.yaml]\n", n + 1);
            std::fs::write(dir.join(format!("i{n}.yaml")), text).map_err(|error| error.to_string())
        })
    });
    vec![
        case("of itself", "[app.yaml]"),
        case("in a circle", "[b.yaml]").beside("b.yaml", "include: [app.yaml]\n").names("b.yaml"),
        case("out of the directory", "[../how]").refused(""),
        case("of an absolute path", "[/etc/passwd]").refused("/etc/passwd"),
        case("of nothing", "[nothing.yaml]").refused("nothing.yaml"),
        case("of a list of lists", "[[[b.yaml]]]"),
        case("100,000 times", &format!("[{}]", vec!["b.yaml"; 100_000].join(", ")))
            .beside("b.yaml", "b: 1\n"),
        chain.names("yaml").refused(""),
    ]
}

fn overlays() -> Vec<Case> {
    let base = |name: &str| Case::text("overlays", name, "app.yaml", "a: {b: 1}\n");
    vec![
        base("a profile that is broken")
            .how("prod")
            .beside("app.prod.yaml", "a: [\n")
            .names("app.prod.yaml")
            .refused(""),
        base("a profile that is a list")
            .how("prod")
            .beside("app.prod.yaml", "- 1\n")
            .names("app.prod.yaml")
            .refused("found list"),
        base("a local file that is broken")
            .beside("app.local.yaml", "{{{\n")
            .names("app.local.yaml")
            .refused(""),
        base("a drop-in that is broken").beside("app.d/10.toml", "x = = 1\n").names("10.toml").refused(""),
        base("a drop-in of another kind").beside("app.d/10.exe", "MZ").loads(),
        base("two base files").beside("app.toml", "a = 1\n").refused_whole("app.toml"),
        (0..2000)
            .fold(base("2,000 drop-ins"), |case, n| {
                case.arranged(move |dir| {
                    let file = dir.join(format!("app.d/{n:04}.yaml"));
                    std::fs::create_dir_all(dir.join("app.d"))
                        .and_then(|()| std::fs::write(file, format!("k{n}: 1\n")))
                        .map_err(|error| error.to_string())
                })
            })
            .names("app.d/")
            .refused_whole("more than 1024 layers"),
    ]
}

fn migrations() -> Vec<Case> {
    let case = |name: &str, text: String| {
        Case::text("migrations", name, "m.yaml", text).asks_for("m.yaml").how("migrations")
    };
    let one = |steps: &str| {
        format!("config: app\nmigrations:\n- from: \"1.0.0\"\n  to: \"2.0.0\"\n  up: {steps}\n")
    };
    vec![
        case("a step that there is not", one("[{explode: {path: a}}]")),
        case(
            "a version that is none",
            "config: app\nmigrations:\n- {from: one, to: \"2.0.0\", up: []}\n".to_owned(),
        ),
        case("a path that is none", one("[{remove: {path: \"a[\"}}]")),
        case("a key that there is not", one("[{remove: {path: a, force: true}}]")),
        case("200,000 `[`", one(&"[".repeat(200_000))),
        case("50,000 steps", one(&format!("[{}]", vec!["{rename: {path: a, key: b}}"; 50_000].join(", "))))
            .loads(),
    ]
}
