use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use enhanced_config_clock::Instant;

use super::fields::{lines, number, words};
use super::file::ProcFile;
use crate::resource::Whole;

/// How long a limit is believed before it is looked for again: it can be changed, and a process can be moved.
const FRESH: Duration = Duration::from_secs(30);

/// The tightest limits of this process's control groups and all above them.
#[derive(Debug)]
pub(super) struct Cgroups {
    root: PathBuf,
    looked: Option<Instant>,
    memory: Option<MemoryLimit>,
    cpu: Option<(f64, Whole)>,
}

#[derive(Debug)]
struct MemoryLimit {
    bytes: u64,
    version: Whole,
    usage: ProcFile,
    stat: Option<ProcFile>,
}

/// Where a controller's groups are, from this process's own up to the highest that can be seen.
struct Groups {
    version: Whole,
    own: PathBuf,
    top: PathBuf,
}

impl Cgroups {
    /// Looks beneath `root`, which is `/` but for tests.
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), looked: None, memory: None, cpu: None }
    }

    /// Bytes in use, their limit, and which limit it is. Of what is in use, files that nobody has read for a while do not
    /// count, since the system would rather drop them than run out; the kubelet calls that the working set.
    pub(super) fn memory(&mut self, now: Instant) -> Option<(u64, u64, Whole)> {
        self.look(now);
        let memory = self.memory.as_mut()?;
        let usage = words(memory.usage.read().ok()?).next().and_then(number)?;
        let name: &[u8] =
            if memory.version == Whole::CgroupV1 { b"total_inactive_file " } else { b"inactive_file " };
        let stat = memory.stat.as_mut().and_then(|stat| stat.read().ok()).unwrap_or_default();
        let idle = lines(stat).find_map(|line| line.strip_prefix(name)).and_then(number).unwrap_or(0);
        Some((usage.saturating_sub(idle), memory.bytes, memory.version))
    }

    /// How many CPUs' time there may be used, and which limit says so.
    pub(super) fn cpus(&mut self, now: Instant) -> Option<(f64, Whole)> {
        self.look(now);
        self.cpu
    }

    fn look(&mut self, now: Instant) {
        if self.looked.is_some_and(|looked| now - looked < FRESH) {
            return;
        }
        self.looked = Some(now);
        self.memory = Groups::find(&self.root, "memory").and_then(|groups| groups.memory_limit());
        self.cpu = Groups::find(&self.root, "cpu").and_then(|groups| groups.cpu_limit());
    }
}

impl Groups {
    /// A controller is in version 1 if `/proc/self/cgroup` names it, or else in version 2.
    fn find(root: &Path, controller: &str) -> Option<Self> {
        let cgroups = fs::read_to_string(root.join("proc/self/cgroup")).ok()?;
        let mounts = fs::read_to_string(root.join("proc/self/mountinfo")).ok()?;
        let rows = cgroups.lines().filter_map(|line| {
            let mut parts = line.splitn(3, ':').skip(1);
            Some((parts.next()?, parts.next()?))
        });
        let mut unified = None;
        for (controllers, path) in rows {
            if controllers.split(',').any(|name| name == controller) {
                let mount = mounts.lines().find_map(|line| mount_of(line, "cgroup", controller))?;
                return Some(Self::at(root, mount, path, Whole::CgroupV1));
            }
            if controllers.is_empty() {
                unified = Some(path);
            }
        }
        let mount = mounts.lines().find_map(|line| mount_of(line, "cgroup2", ""))?;
        Some(Self::at(root, mount, unified?, Whole::CgroupV2))
    }

    /// `mounted` is the group that is to be seen at `mount`; where this process's is not beneath it, there is no other to see.
    fn at(root: &Path, (mounted, mount): (&str, &str), path: &str, version: Whole) -> Self {
        let top = root.join(mount.trim_start_matches('/'));
        let below = Path::new(path).strip_prefix(mounted).ok();
        let below = below.filter(|path| path.components().all(|part| matches!(part, Component::Normal(_))));
        let own = below.map_or_else(|| top.clone(), |path| top.join(path));
        Self { version, own, top }
    }

    fn dirs(&self) -> impl Iterator<Item = &Path> {
        self.own.ancestors().take_while(|dir| dir.starts_with(&self.top))
    }

    fn memory_limit(&self) -> Option<MemoryLimit> {
        let (limit, usage) = match self.version {
            Whole::CgroupV1 => ("memory.limit_in_bytes", "memory.usage_in_bytes"),
            _ => ("memory.max", "memory.current"),
        };
        let limits = self.dirs().filter_map(|dir| {
            let bytes = number(fs::read(dir.join(limit)).ok()?.trim_ascii())?;
            // Version 1 says "no limit" with the largest number of pages.
            (bytes < i64::MAX as u64 / 2).then_some((bytes, dir))
        });
        let (bytes, dir) = limits.min_by_key(|(bytes, _)| *bytes)?;
        let usage = ProcFile::open(dir.join(usage), 32).ok()?;
        let stat = ProcFile::open(dir.join("memory.stat"), 8192).ok();
        Some(MemoryLimit { bytes, version: self.version, usage, stat })
    }

    fn cpu_limit(&self) -> Option<(f64, Whole)> {
        let limits = self.dirs().filter_map(|dir| {
            let (quota, period) = match self.version {
                Whole::CgroupV1 => {
                    (fs::read(dir.join("cpu.cfs_quota_us")), fs::read(dir.join("cpu.cfs_period_us")))
                }
                _ => {
                    let both = fs::read(dir.join("cpu.max")).ok()?;
                    let mut both = words(&both).map(<[u8]>::to_vec);
                    (Ok(both.next()?), Ok(both.next()?))
                }
            };
            // "max" and -1 are no numbers, and no limits.
            let [quota, period] = [quota.ok()?, period.ok()?].map(|text| number(text.trim_ascii()));
            let (quota, period) = (quota?, period.filter(|period| *period > 0)?);
            (quota > 0).then_some(quota as f64 / period as f64)
        });
        limits.min_by(f64::total_cmp).map(|cpus| (cpus, self.version))
    }
}

/// The root and the mount point of a line of `/proc/self/mountinfo`, if it is of that kind and, in version 1, of that
/// controller; see proc_pid_mountinfo(5).
fn mount_of<'a>(line: &'a str, kind: &str, controller: &str) -> Option<(&'a str, &'a str)> {
    let (mount, superblock) = line.split_once(" - ")?;
    let mut mount = mount.split(' ').skip(3);
    let mut superblock = superblock.split(' ');
    let right = superblock.next()? == kind;
    let options = superblock.nth(1).unwrap_or_default();
    let right = right && (controller.is_empty() || options.split(',').any(|option| option == controller));
    right.then_some((mount.next()?, mount.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    const V2: &str = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate";
    const V1_MEMORY: &str = "36 23 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory";
    const V1_CPU: &str = "37 23 0:32 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct";

    fn system(files: &[(&str, &str)]) -> (TempDir, Cgroups) {
        let dir = TempDir::new().unwrap();
        for (path, text) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let cgroups = Cgroups::new(dir.path());
        (dir, cgroups)
    }

    #[test]
    fn the_tightest_limit_of_all_groups_above_counts() {
        let (_dir, mut cgroups) = system(&[
            ("proc/self/cgroup", "0::/pod/app\n"),
            ("proc/self/mountinfo", V2),
            ("sys/fs/cgroup/pod/memory.max", "1000\n"),
            ("sys/fs/cgroup/pod/memory.current", "700\n"),
            ("sys/fs/cgroup/pod/memory.stat", "anon 100\ninactive_file 200\n"),
            ("sys/fs/cgroup/pod/app/memory.max", "max\n"),
            ("sys/fs/cgroup/pod/app/memory.current", "1\n"),
            ("sys/fs/cgroup/pod/cpu.max", "max 100000\n"),
            ("sys/fs/cgroup/pod/app/cpu.max", "150000 100000\n"),
        ]);
        assert_eq!(cgroups.memory(Instant::default()), Some((500, 1000, Whole::CgroupV2)));
        assert_eq!(cgroups.cpus(Instant::default()), Some((1.5, Whole::CgroupV2)));
    }

    #[test]
    fn version_1_has_names_of_its_own() {
        let (_dir, mut cgroups) = system(&[
            ("proc/self/cgroup", "5:memory:/app\n4:cpu,cpuacct:/app\n0::/\n"),
            ("proc/self/mountinfo", &[V2, V1_MEMORY, V1_CPU].join("\n")),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"),
            ("sys/fs/cgroup/memory/app/memory.limit_in_bytes", "4096\n"),
            ("sys/fs/cgroup/memory/app/memory.usage_in_bytes", "2048\n"),
            ("sys/fs/cgroup/memory/app/memory.stat", "inactive_file 1\ntotal_inactive_file 48\n"),
            ("sys/fs/cgroup/cpu,cpuacct/app/cpu.cfs_quota_us", "50000\n"),
            ("sys/fs/cgroup/cpu,cpuacct/app/cpu.cfs_period_us", "100000\n"),
            ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n"),
        ]);
        assert_eq!(cgroups.memory(Instant::default()), Some((2000, 4096, Whole::CgroupV1)));
        assert_eq!(cgroups.cpus(Instant::default()), Some((0.5, Whole::CgroupV1)));
    }

    #[test]
    fn a_container_sees_its_own_group_as_the_root() {
        // Docker without namespaces for groups: the path is the host's, and the mount shows what is beneath it.
        let mount = "30 23 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw";
        for path in ["/docker/abc", "/../other", "/elsewhere"] {
            let (_dir, mut cgroups) = system(&[
                ("proc/self/cgroup", &format!("0::{path}\n")),
                ("proc/self/mountinfo", mount),
                ("sys/fs/cgroup/memory.max", "1000"),
                ("sys/fs/cgroup/memory.current", "10"),
            ]);
            assert_eq!(cgroups.memory(Instant::default()), Some((10, 1000, Whole::CgroupV2)), "{path}");
        }
    }

    #[test]
    fn no_limit_is_none_and_a_new_one_is_found_in_time() {
        let (dir, mut cgroups) = system(&[
            ("proc/self/cgroup", "0::/\n"),
            ("proc/self/mountinfo", V2),
            ("sys/fs/cgroup/cpu.max", "max 100000"),
        ]);
        assert_eq!((cgroups.memory(Instant::default()), cgroups.cpus(Instant::default())), (None, None));
        fs::write(dir.path().join("sys/fs/cgroup/cpu.max"), "200000 100000").unwrap();
        assert_eq!(cgroups.cpus(Instant::default() + FRESH / 2), None);
        assert_eq!(cgroups.cpus(Instant::default() + FRESH), Some((2.0, Whole::CgroupV2)));
    }

    #[test]
    fn nonsense_is_no_limit() {
        for (cgroup, mountinfo) in [("", ""), ("::::", "- - -"), ("0::/", "x - cgroup2"), ("5:memory:/", V2)]
        {
            let (_dir, mut cgroups) =
                system(&[("proc/self/cgroup", cgroup), ("proc/self/mountinfo", mountinfo)]);
            assert_eq!((cgroups.memory(Instant::default()), cgroups.cpus(Instant::default())), (None, None));
        }
    }
}
