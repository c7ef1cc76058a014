//! A handwritten file that is changed: its readers see the old or the new whole.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

/// Replaces a file at once; its permissions stay.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default();
    let temporary = path.with_file_name(format!(".{}.{}.synth-new", name.display(), std::process::id()));
    let written = write(&temporary, text, path).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The error that is reported is the first one.
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn write(temporary: &Path, text: &str, like: &Path) -> io::Result<()> {
    let mut file = File::create(temporary)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(fs::metadata(like)?.permissions())?;
    file.sync_all()
}
