//! What the system gives this process: file descriptors and memory.

use std::fs;
use std::io;
use std::path::Path;

/// Where the kernel shows control groups.
const GROUPS: &str = "/sys/fs/cgroup";

/// What this process may take; nothing where there is no bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// File descriptors.
    pub descriptors: Option<u64>,
    /// Bytes of memory, what the kernel keeps for sockets included.
    pub memory: Option<u64>,
}

impl Resources {
    /// Raises the soft limit of file descriptors to the hard one, and looks for what bounds the memory, unless that is given.
    pub fn claim(memory: Option<u64>) -> io::Result<Self> {
        let descriptors = rlimit::increase_nofile_limit(u64::MAX)?;
        let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let memory = memory.or_else(|| memory_limit(Path::new(GROUPS), &own));
        Ok(Self { descriptors: Some(descriptors), memory })
    }
}

/// The least memory that a control group of this process, or one above it, leaves it: `own` says which they are, as
/// `/proc/self/cgroup` does, and `groups` is the folder that has those of version 2, and in `memory` those of version 1.
fn memory_limit(groups: &Path, own: &str) -> Option<u64> {
    let limits = own.lines().filter_map(|line| {
        let mut fields = line.splitn(3, ':').skip(1);
        let (controllers, path) = (fields.next()?, fields.next()?);
        let (folder, file) = match controllers {
            "" => (groups.to_owned(), "memory.max"),
            _ if controllers.split(',').any(|name| name == "memory") => {
                (groups.join("memory"), "memory.limit_in_bytes")
            }
            _ => return None,
        };
        // A container may see its own group as the root, whatever the path says.
        Path::new(path.trim_start_matches('/'))
            .ancestors()
            .filter_map(|path| bytes(&folder.join(path).join(file)))
            .min()
    });
    limits.min()
}

/// The number in a file. Version 2 says `max` where there is no limit, version 1 a number that no machine has.
fn bytes(file: &Path) -> Option<u64> {
    let bytes = fs::read_to_string(file).ok()?.trim().parse().ok()?;
    (bytes < 1 << 60).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// A folder with these files, which goes with it.
    struct Folder(PathBuf);

    impl Folder {
        fn with(name: &str, files: &[(&str, &str)]) -> Self {
            let folder = std::env::temp_dir().join(format!("service-groups-{name}-{}", std::process::id()));
            for (path, text) in files {
                let path = folder.join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            Self(folder)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_pod_of_version_2_sees_its_limit_at_the_root() {
        let groups = Folder::with("pod-2", &[("memory.max", "268435456\n")]);
        assert_eq!(memory_limit(&groups.0, "0::/\n"), Some(256 << 20));
    }

    #[test]
    fn a_pod_of_version_1_sees_its_limit_at_the_root_whatever_its_path() {
        let groups = Folder::with("pod-1", &[("memory/memory.limit_in_bytes", "268435456\n")]);
        let own = "5:cpu,cpuacct:/kubepods/pod1\n4:memory:/kubepods/pod1/container\n";
        assert_eq!(memory_limit(&groups.0, own), Some(256 << 20));
    }

    #[test]
    fn the_least_of_the_groups_above_holds() {
        let files = [("a/memory.max", "1000000\n"), ("a/b/memory.max", "max\n"), ("a/b/c/memory.max", "2000000\n")];
        let groups = Folder::with("above", &files);
        assert_eq!(memory_limit(&groups.0, "0::/a/b/c\n"), Some(1_000_000));
        assert_eq!(memory_limit(&groups.0, "0::/a/b\n"), Some(1_000_000));
    }

    #[test]
    fn no_limit_is_none() {
        let files = [("memory.max", "max\n"), ("memory/memory.limit_in_bytes", "9223372036854771712\n")];
        let groups = Folder::with("none", &files);
        for own in ["0::/\n", "4:memory:/\n", "1:name=systemd:/\n", "", "nonsense"] {
            assert_eq!(memory_limit(&groups.0, own), None, "{own}");
        }
    }
}
