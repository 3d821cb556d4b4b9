//! What a command has to say, for people and for programs.

use std::process::ExitCode;

use serde_json::Value;

/// The outcome of a command.
pub struct Report {
    /// For people.
    pub text: String,
    /// The same for programs, printed with `--json`.
    pub json: Value,
    /// Was anything found that someone has to act on (drift, a finding)? Then the exit code is 1.
    pub found: bool,
}

impl Report {
    /// Prints it: text, or one JSON document.
    pub fn print(&self, json: bool) -> ExitCode {
        if json {
            println!("{:#}", self.json);
        } else if !self.text.is_empty() {
            println!("{}", self.text.trim_end());
        }
        ExitCode::from(u8::from(self.found))
    }
}
