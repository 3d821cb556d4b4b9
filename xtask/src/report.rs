//! What a command has to say, for people and for programs.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use dintero_codegen::finding::{Errors, Finding, Level};
use serde_json::{Value, json};
use similar::TextDiff;

/// The outcome of a command.
pub struct Report {
    /// For people; colours are taken out where nobody would see them.
    pub text: String,
    /// The same for programs, printed with `--json`.
    pub json: Value,
    /// Whether anything was found that someone has to act on (drift, a finding), which makes the exit code 1.
    pub found: bool,
}

impl Report {
    /// Prints it: text, or one JSON document.
    pub fn print(&self, json: bool) -> ExitCode {
        let text = if json {
            format!("{:#}", self.json)
        } else {
            self.text.trim_end().to_owned()
        };
        // Whoever closes the pipe has read enough.
        if !text.is_empty() {
            let _ = writeln!(anstream::stdout(), "{text}");
        }
        ExitCode::from(u8::from(self.found))
    }
}

/// Prints why a command could not do its work.
pub fn print_error(error: &(dyn Error + 'static), json: bool) -> ExitCode {
    if json {
        let mut document = json!({"error": error.to_string()});
        if let Some(Errors(findings)) = error.downcast_ref() {
            document["findings"] = findings.iter().map(finding_json).collect();
        }
        let _ = writeln!(io::stdout(), "{document:#}");
    }
    let label = painted(AnsiColor::Red.on_default().bold(), "error:");
    let mut text = String::new();
    if let Some(Errors(findings)) = error.downcast_ref() {
        let errors = findings
            .iter()
            .filter(|finding| finding.level == Level::Error);
        for finding in errors {
            text.push_str(&format!("{label} {finding}\n{}", actions(finding)));
        }
    } else {
        let lines = error.to_string().replace('\n', &format!("\n{label} "));
        text = format!("{label} {lines}\n");
    }
    let _ = write!(anstream::stderr(), "{text}");
    ExitCode::from(2)
}

/// Returns the overlay actions that resolve a finding, ready to copy.
pub fn actions(finding: &Finding) -> String {
    let actions = finding.actions.iter().map(|action| {
        let action = action.to_string().replace('\n', "\n  ");
        format!("  {}\n", painted(Style::new().dimmed(), &action))
    });
    actions.collect()
}

/// Returns a finding for programs.
pub fn finding_json(finding: &Finding) -> Value {
    let actions: Value = finding
        .actions
        .iter()
        .map(dintero_codegen::action::Action::to_value)
        .collect();
    json!({
        "level": level(finding.level),
        "rule": finding.rule.id(),
        "file": finding.document,
        "line": finding.line,
        "pointer": finding.pointer,
        "problem": finding.problem,
        "help": finding.help,
        "overlay_actions": actions,
    })
}

/// Returns the level in a word.
pub fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
    }
}

/// Returns a text in a style.
pub fn painted(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Returns the unified diff of a file; empty if nothing differs.
pub fn unified(name: &str, old: &str, new: &str) -> String {
    TextDiff::from_lines(old, new)
        .unified_diff()
        .header(&format!("a/{name}"), &format!("b/{name}"))
        .to_string()
}

/// Returns a unified diff in the colours of git.
pub fn coloured(diff: &str) -> String {
    let mut text = String::new();
    for line in diff.split_inclusive('\n') {
        let (content, end) = match line.strip_suffix('\n') {
            Some(content) => (content, "\n"),
            None => (line, ""),
        };
        let style = match content.as_bytes() {
            [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => Style::new().bold(),
            [b'+', ..] => AnsiColor::Green.on_default(),
            [b'-', ..] => AnsiColor::Red.on_default(),
            [b'@', ..] => AnsiColor::Cyan.on_default(),
            _ => Style::new(),
        };
        text.push_str(&painted(style, content));
        text.push_str(end);
    }
    text
}

#[cfg(test)]
mod tests;
