use tempfile::TempDir;

use super::*;
use crate::state::SandboxState;

fn opened(folder: &TempDir) -> (StateFile, SandboxState) {
    let clock = Clock::default();
    let accounts = ["T12345678".to_owned()];
    let mut state = SandboxState::new(accounts, &[], clock.now());
    let path = folder.path().join("state");
    let file = StateFile::open(&path, &clock, &mut state).expect("a file");
    (file, state)
}

fn change(state: &mut SandboxState, id: &str) {
    let account = state.accounts.get_mut("T12345678").expect("an account");
    account.drafts.put(id, serde_json::json!({"id": id}));
}

fn lines(file: &StateFile) -> Vec<String> {
    let text = fs::read_to_string(&file.path).expect("a file");
    text.lines().map(str::to_owned).collect()
}

#[test]
fn what_is_queued_is_written_in_order_by_one_flush() {
    let folder = TempDir::new().expect("a folder");
    let (file, mut state) = opened(&folder);
    for id in ["draft-1", "draft-2", "draft-3"] {
        change(&mut state, id);
        file.queue(&mut state, 0).expect("queued");
    }
    assert!(file.has_queued());
    assert_eq!(lines(&file).len(), 2, "a head and all that there was");
    file.flush().expect("written");
    assert!(!file.has_queued());
    let lines = lines(&file);
    assert_eq!(lines.len(), 5);
    for (line, id) in lines[2..].iter().zip(["draft-1", "draft-2", "draft-3"]) {
        assert!(line.contains(id), "{line}");
    }
}

#[test]
fn after_a_failed_write_the_next_change_writes_everything() {
    let folder = TempDir::new().expect("a folder");
    let (file, mut state) = opened(&folder);
    change(&mut state, "draft-1");
    file.queue(&mut state, 0).expect("queued");
    // It cannot be written through this handle.
    lock(&file.log).file = Some(File::open(&file.path).expect("a file"));
    file.flush().expect_err("read only");
    assert!(
        file.save_error()
            .is_some_and(|error| error.contains("state"))
    );
    change(&mut state, "draft-2");
    file.queue(&mut state, 0).expect("written");
    file.flush().expect("nothing is left to write");
    assert_eq!(file.save_error(), None);
    let lines = lines(&file);
    assert_eq!(lines.len(), 2);
    assert!(lines[1].contains("draft-1") && lines[1].contains("draft-2"));
}
