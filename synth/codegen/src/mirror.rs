//! Finds a directory of unpacked or packed providers on this machine, so that nothing is downloaded.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// The directory to use as a filesystem mirror for a provider of this full address, if one has it.
///
/// `TIDELINE_PROVIDER_MIRROR` names one and settles it. Otherwise Terraform's own implied directories are tried, then
/// whatever looks like a mirror in the usual places.
pub fn find(address: &str) -> Option<PathBuf> {
    if let Some(named) = env::var_os("TIDELINE_PROVIDER_MIRROR").filter(|named| !named.is_empty()) {
        return Some(PathBuf::from(named));
    }
    let has = |directory: &PathBuf| directory.join(address).is_dir();
    implied().into_iter().find(has).or_else(|| usual().into_iter().flat_map(|place| mirrors_in(&place)).find(has))
}

/// The text of a Terraform CLI configuration that takes a provider of this full address from a mirror, or else from the
/// registry.
pub fn cli_configuration(address: &str) -> String {
    let installation = match find(address) {
        Some(mirror) => format!("filesystem_mirror {{ path = {} }}", quoted(&mirror)),
        None => "direct {}".to_owned(),
    };
    format!("provider_installation {{ {installation} }}\n")
}

/// The path as an HCL string.
fn quoted(path: &Path) -> String {
    let path = path.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", path.replace("${", "$${").replace("%{", "%%{"))
}

/// <https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories>
fn implied() -> Vec<PathBuf> {
    let mut directories = Vec::new();
    if let Some(home) = env::home_dir() {
        directories.push(home.join(".terraform.d/plugins"));
        let data = env::var_os("XDG_DATA_HOME").map_or_else(|| home.join(".local/share"), PathBuf::from);
        directories.push(data.join("terraform/plugins"));
    }
    directories.extend(["/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins"].map(PathBuf::from));
    directories
}

fn usual() -> Vec<PathBuf> {
    let mut places = ["/opt", "/usr/local/share", "/usr/share", "/usr/lib"].map(PathBuf::from).to_vec();
    places.extend(env::home_dir().map(|home| home.join(".terraform.d")));
    places
}

/// The directories in `place`, or one deeper, that hold providers of the public registry.
fn mirrors_in(place: &Path) -> Vec<PathBuf> {
    let folders = |folder: &Path| {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut folders: Vec<_> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
        folders.sort();
        folders
    };
    let outer = folders(place);
    let inner = outer.iter().flat_map(|folder| folders(folder));
    let candidates = outer.iter().cloned().chain(inner);
    candidates.filter(|folder| folder.join("registry.terraform.io").is_dir()).collect()
}
