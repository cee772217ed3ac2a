use crate::Scene;
use enhanced_config_files::ReadError;
use std::path::{Path, PathBuf};

#[test]
fn lists_files_in_the_order_of_their_bytes() {
    let scene = Scene::new();
    for name in
        ["b.yaml", "a.yaml", "B.yaml", "10-x.yaml", "9-x.yaml", "ä.yaml", ".hidden", "a.yaml~", "a.yaml.bak"]
    {
        scene.write(Path::new("conf.d").join(name), "");
    }
    scene.write("conf.d/sub/c.yaml", "");
    let expected = ["10-x.yaml", "9-x.yaml", "B.yaml", "a.yaml", "b.yaml", "ä.yaml"];
    assert_eq!(scene.root.list("conf.d").unwrap(), expected.map(|name| Path::new("conf.d").join(name)));
}

#[test]
fn lists_the_root_itself() {
    let scene = Scene::new();
    scene.write("app.yaml", "x");
    assert_eq!(scene.root.list("").unwrap(), [PathBuf::from("app.yaml")]);
    assert_eq!(scene.root.list(".").unwrap(), [PathBuf::from("./app.yaml")]);
}

#[test]
fn only_directories_inside_can_be_listed() {
    let scene = Scene::new();
    scene.write("file", "");
    assert!(matches!(scene.root.list("conf.d"), Err(ReadError::Missing { .. })));
    assert!(matches!(scene.root.list("file"), Err(ReadError::NotADirectory { .. })));
    assert!(matches!(scene.root.list(".."), Err(ReadError::Outside { .. })));
}

#[cfg(unix)]
#[test]
fn links_and_names_that_are_not_utf_8_are_listed() {
    use std::os::unix::ffi::OsStrExt;
    let scene = Scene::new();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.yaml");
    scene.write(name, "x: 1");
    scene.write("cafe\n.yaml", "");
    scene.link("link.yaml", "gone");
    let expected = [PathBuf::from("cafe\n.yaml"), name.into(), PathBuf::from("link.yaml")];
    assert_eq!(scene.root.list("").unwrap(), expected);
    assert_eq!(scene.read(name), Ok("x: 1".into()));
}
