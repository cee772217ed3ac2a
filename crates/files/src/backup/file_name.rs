use super::{Backup, BackupError};
use enhanced_config_clock::utc;
use std::ffi::{OsStr, OsString};
use std::time::{SystemTime, UNIX_EPOCH};

/// What the name of a backup tells.
#[derive(Debug, PartialEq)]
pub(super) struct Parts {
    pub(super) version: String,
    /// Without a fraction of a second.
    pub(super) made: SystemTime,
    pub(super) number: u32,
    pub(super) checksum: u32,
}

impl Parts {
    pub(super) fn new(version: &str, now: SystemTime, checksum: u32) -> Result<Self, BackupError> {
        if !is_version(version) {
            return Err(BackupError::Version { version: version.chars().take(64).collect() });
        }
        let made = utc::parse(&utc::stamp(now)).unwrap_or(UNIX_EPOCH);
        Ok(Self { version: version.into(), made, number: 1, checksum })
    }

    /// With the number after those of the same second, the newest of which comes first.
    pub(super) fn after(self, earlier: &[Backup]) -> Self {
        let newest = earlier.iter().find(|backup| backup.made == self.made);
        Self { number: newest.map_or(1, |newest| newest.number.saturating_add(1)), ..self }
    }

    /// `app.yaml.v1.0.0.20261120T173312Z-1-5f3a9c01.bak`
    pub(super) fn file_name(&self, target: &OsStr) -> OsString {
        let Self { version, made, number, checksum } = self;
        let mut name = target.to_owned();
        name.push(format!(".v{version}.{}-{number}-{checksum:08x}.bak", utc::stamp(*made)));
        name
    }

    /// What `name` tells, if it is a backup of `target`.
    pub(super) fn parse(target: &OsStr, name: &OsStr) -> Option<Self> {
        let (target, name) = (target.to_str()?, name.to_str()?);
        let rest = name.strip_prefix(target)?.strip_prefix(".v")?.strip_suffix(".bak")?;
        let (version, rest) = rest.rsplit_once('.')?;
        let mut rest = rest.splitn(3, '-');
        let (stamp, number, checksum) = (rest.next()?, rest.next()?, rest.next()?);
        let parts = Self {
            version: version.into(),
            made: utc::parse(stamp)?,
            number: number.parse().ok()?,
            checksum: u32::from_str_radix(checksum, 16).ok()?,
        };
        // Whatever is written otherwise, such as `+1`, is not ours.
        (is_version(version) && parts.file_name(target.as_ref()) == name).then_some(parts)
    }
}

/// Without `.v`, so that a backup of `app.v1` is none of `app`.
fn is_version(version: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_+".contains(&byte);
    version.len() <= 64 && version.bytes().all(is_allowed) && !version.contains(".v")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    fn parts(version: &str, seconds: u64, number: u32, checksum: u32) -> Parts {
        Parts { version: version.into(), made: UNIX_EPOCH + Duration::from_secs(seconds), number, checksum }
    }

    #[test]
    fn a_name_tells_version_moment_number_and_checksum() {
        let check = |name: &str, version, number, checksum| {
            let expected = parts(version, 1_795_195_992, number, checksum);
            assert_eq!(Parts::parse("app.yaml".as_ref(), name.as_ref()), Some(expected), "{name}");
        };
        check("app.yaml.v1.0.0.20261120T173312Z-1-5f3a9c01.bak", "1.0.0", 1, 0x5f3a_9c01);
        check("app.yaml.v2.0.0-rc.1+b_2.20261120T173312Z-12-00000001.bak", "2.0.0-rc.1+b_2", 12, 1);
        check("app.yaml.v.20261120T173312Z-1-ffffffff.bak", "", 1, u32::MAX);
    }

    #[test]
    fn nothing_else_is_a_backup_of_the_file() {
        for name in [
            "app.yaml",
            "app.yaml.bak",
            "app.yaml.v1.bak",
            "app.yaml.v1.20261120T173312Z.bak",
            "app.yaml.v1.20261120T173312Z-1.bak",
            "app.yaml.v1.20261120T173312Z-+1-5f3a9c01.bak",
            "app.yaml.v1.20261120T173312Z-01-5f3a9c01.bak",
            "app.yaml.v1.20261120T173312Z-1-5F3A9C01.bak",
            "app.yaml.v1.20261131T173312Z-1-5f3a9c01.bak",
            "app.yaml.v1.20261120T173312Z-1-5f3a9c01.bak~",
            "app.yaml.20261120T173312Z-1-5f3a9c01.bak",
            "app.yaml.v1.v2.20261120T173312Z-1-5f3a9c01.bak",
            "other.yaml.v1.20261120T173312Z-1-5f3a9c01.bak",
        ] {
            assert_eq!(Parts::parse("app.yaml".as_ref(), name.as_ref()), None, "{name}");
        }
    }

    #[test]
    fn versions_that_names_cannot_have_are_refused() {
        for version in ["1/2", "..\\1", "1 0", "é", "1.v2", "\0", &"1".repeat(65)] {
            let error = Parts::new(version, UNIX_EPOCH, 0).unwrap_err();
            assert!(matches!(error, BackupError::Version { .. }), "{version}");
        }
    }

    proptest! {
        #[test]
        fn a_name_is_read_as_it_was_written(
            target in "[a-z.v-]{1,12}", version in "[0-9a-z.+-]{0,12}", seconds in 0..1u64 << 36, number: u32, checksum: u32,
        ) {
            prop_assume!(is_version(&version));
            let parts = parts(&version, seconds, number, checksum);
            let name = parts.file_name(target.as_ref());
            prop_assert_eq!(Parts::parse(target.as_ref(), &name), Some(parts));
        }

        /// No file is taken for a backup of two files.
        #[test]
        fn a_backup_is_of_one_file(a in "a(\\.v|1|\\.){0,6}", b in "a(\\.v|1|\\.){0,6}", version in "(\\.|1|v){0,6}") {
            prop_assume!(is_version(&version) && a != b);
            let name = parts(&version, 0, 1, 1).file_name(a.as_ref());
            prop_assert_eq!(Parts::parse(b.as_ref(), &name), None);
        }
    }
}
