//! Files written all or none.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::{fs, io};

use tempfile::NamedTempFile;

/// Writes all these files below a folder, or none, and returns the paths of those whose content changed.
///
/// All texts are first written and synced beside their targets, then renamed onto them. Where a rename fails, the files
/// that were replaced before it get their old content again.
pub fn write_all(
    folder: &Path,
    files: &BTreeMap<PathBuf, String>,
) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let failed = |path: &Path, error: io::Error| {
        let path = path.display();
        format!("{path} cannot be written: {error}; nothing was changed")
    };
    let mut ready = Vec::new();
    for (path, text) in files {
        let target = folder.join(path);
        let old = match fs::read(&target) {
            Ok(old) if old == text.as_bytes() => continue,
            Ok(old) => Some(old),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(failed(&target, error).into()),
        };
        let file = temporary(&target, text.as_bytes()).map_err(|error| failed(&target, error))?;
        ready.push((path.clone(), target, old, file));
    }
    let mut done: Vec<Replaced> = Vec::new();
    for (path, target, old, file) in ready {
        if let Err(error) = file.persist(&target) {
            restore(&done)?;
            return Err(failed(&target, error.error).into());
        }
        done.push((path, target, old));
    }
    Ok(done.into_iter().map(|(path, ..)| path).collect())
}

/// Creates a synced file in the folder of the target, which it may replace.
fn temporary(target: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let folder = target.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    // Otherwise a temporary file is for its owner only; the umask still applies.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(content)?;
    if let Ok(old) = fs::metadata(target) {
        file.as_file().set_permissions(old.permissions())?;
    }
    file.as_file().sync_all()?;
    Ok(file)
}

/// Path below the folder, the whole path, and the old content, if there was one.
type Replaced = (PathBuf, PathBuf, Option<Vec<u8>>);

fn restore(done: &[Replaced]) -> Result<(), String> {
    for (_, target, old) in done {
        let result = match old {
            Some(old) => {
                temporary(target, old).and_then(|file| Ok(file.persist(target).map(drop)?))
            }
            None => fs::remove_file(target),
        };
        result.map_err(|error| {
            let path = target.display();
            format!("{path} cannot get its old content again: {error}; look at `git status`")
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
