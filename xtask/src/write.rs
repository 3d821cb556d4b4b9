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
///
/// # Errors
/// A file cannot be written; the message names it.
pub fn write_all(
    folder: &Path,
    files: &BTreeMap<PathBuf, String>,
) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let failed = |path: &Path, error: io::Error| {
        format!(
            "{} cannot be written: {error}; nothing was changed",
            path.display()
        )
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
            format!(
                "{} cannot get its old content again: {error}; look at `git status`",
                target.display()
            )
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::PathBuf;

    use super::write_all;

    #[test]
    fn all_files_are_written_and_only_changed_ones_are_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "1").unwrap();
        let files: BTreeMap<PathBuf, String> =
            [("a".into(), "1".into()), ("b/c".into(), "2".into())].into();
        let written = write_all(folder.path(), &files).unwrap();
        assert_eq!(written, [PathBuf::from("b/c")]);
        assert_eq!(fs::read_to_string(folder.path().join("b/c")).unwrap(), "2");
        assert_eq!(fs::read_dir(folder.path().join("b")).unwrap().count(), 1);
    }

    #[test]
    fn where_one_file_cannot_be_written_none_is() {
        let folder = tempfile::tempdir().unwrap();
        // A folder that is in the way is found before the first rename.
        fs::create_dir(folder.path().join("b")).unwrap();
        let files: BTreeMap<PathBuf, String> =
            [("a".into(), "1".into()), ("b".into(), "2".into())].into();
        let error = write_all(folder.path(), &files).unwrap_err().to_string();
        assert!(error.ends_with("nothing was changed"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn where_a_rename_fails_the_files_before_it_get_their_old_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("a"), "old").unwrap();
        let done = [
            (PathBuf::from("a"), path("a"), Some(b"older".to_vec())),
            (PathBuf::from("b"), path("b"), None),
        ];
        fs::write(path("b"), "new").unwrap();
        super::restore(&done).unwrap();
        assert_eq!(fs::read_to_string(path("a")).unwrap(), "older");
        assert!(!path("b").exists());
    }
}
