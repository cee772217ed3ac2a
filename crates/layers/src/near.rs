use std::path::Path;

use enhanced_config_core::typos;
use enhanced_config_files::{ConfigRoot, misleads};

/// More would be a directory listing, not a hint.
const MAX_HINTS: usize = 3;

/// Up to three files beside the missing `path` whose names resemble its name, the nearest first, for "did you
/// mean". Empty when there are none, or when the directory cannot be listed. Names that are not UTF-8 or hold
/// control characters are left out: nobody meant those.
///
/// Extensions do not count, nor does case: `App.yaml` resembles `app.toml`, and `app` both of them.
pub(crate) fn near_misses(root: &ConfigRoot, path: &Path) -> Vec<String> {
    let Some(wanted) = path.file_name().and_then(|name| name.to_str()) else { return Vec::new() };
    let Ok(files) = root.list(path.parent().unwrap_or(Path::new(""))) else { return Vec::new() };
    let mut near: Vec<_> = files
        .iter()
        .filter_map(|file| Some((distance(wanted, file.file_name()?.to_str()?)?, file.to_str()?)))
        .filter(|(_, file)| !file.chars().any(misleads))
        .collect();
    near.sort_unstable();
    near.into_iter().take(MAX_HINTS).map(|(_, file)| file.to_owned()).collect()
}

/// How many typing errors lie between two names, unless that is too many to be one name: about one in three characters.
fn distance(wanted: &str, name: &str) -> Option<usize> {
    let (wanted, name) = (wanted.to_lowercase(), name.to_lowercase());
    let stem_distance = few_typos(stem(&wanted), stem(&name));
    // `app.prod` may be the stem of `app.prod.yaml`, or of `app.yaml` with another extension.
    stem_distance.into_iter().chain(few_typos(&wanted, stem(&name))).min()
}

fn few_typos(wanted: &str, name: &str) -> Option<usize> {
    let most = (wanted.len() + 1) / 3;
    if wanted.len().abs_diff(name.len()) > most {
        return None;
    }
    Some(typos(wanted, name)).filter(|&typos| typos <= most)
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_are_the_nearest_files_beside_the_missing_one() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("conf.d")).unwrap();
        let names =
            "app.toml apq.yaml appp.yaml aqp.yaml zebra.yaml app.yaml.bak conf.d/databsae.yaml cafe\n.yaml";
        names.split(' ').for_each(|name| std::fs::write(dir.path().join(name), "").unwrap());
        let root = ConfigRoot::open(dir.path()).unwrap();
        let check = |path: &str, expected: &[&str]| assert_eq!(near_misses(&root, Path::new(path)), expected);
        check("app.yml", &["app.toml", "appp.yaml", "apq.yaml"]);
        check("zbera", &["zebra.yaml"]);
        check("conf.d/database.yaml", &["conf.d/databsae.yaml"]);
        check("something-else.yaml", &[]);
        check("nowhere/app.yaml", &[]);
        check("../config/app.yaml", &[]);
        check("cafe.yaml", &[]);
    }

    #[test]
    fn names_with_few_typing_errors_are_near() {
        assert_eq!(distance("app.yaml", "app.yaml"), Some(0));
        assert_eq!(distance("app", "app.yaml"), Some(0));
        assert_eq!(distance("app.prod", "app.prod.yaml"), Some(0));
        assert_eq!(distance("App.yml", "app.toml"), Some(0));
        assert_eq!(distance("databsae.yaml", "database.yaml"), Some(1));
        assert_eq!(distance("billing-api.yaml", "billing_api.yaml"), Some(1));
        assert_eq!(distance("größe.yaml", "grösse.yaml"), Some(2));
    }

    #[test]
    fn other_names_are_not() {
        assert_eq!(distance("a.yaml", "b.yaml"), None);
        assert_eq!(distance("dev.yaml", "prod.yaml"), None);
        assert_eq!(distance("app.yaml", "app.production.yaml"), None);
        assert_eq!(distance(".yaml", "a.yaml"), None);
        assert_eq!(distance("app.yaml", &"x".repeat(255)), None);
    }
}
