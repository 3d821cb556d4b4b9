//! What a command has to say, for people and for programs.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use dintero_codegen::action::Action;
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
    let text = if let Some(Errors(findings)) = error.downcast_ref() {
        let errors = findings
            .iter()
            .filter(|finding| finding.level == Level::Error);
        let errors = errors.map(|finding| format!("{label} {finding}\n{}", actions(finding)));
        errors.collect()
    } else {
        let lines = error.to_string().replace('\n', &format!("\n{label} "));
        format!("{label} {lines}\n")
    };
    let _ = write!(anstream::stderr(), "{text}");
    ExitCode::from(2)
}

/// Returns the first of some errors, and how many more there are; `cargo xtask lint` tells them all.
pub fn first(errors: &Errors) -> String {
    let text = errors.to_string();
    match text.split_once('\n') {
        None => text,
        Some((line, more)) => format!("{line} (and {} more)", more.lines().count()),
    }
}

/// Returns the overlay actions that resolve a finding, ready to copy.
pub fn actions(finding: &Finding) -> String {
    let actions = finding.actions.iter().map(|action| {
        let action = action.to_string().replace('\n', "\n  ");
        format!("  {}\n", painted(Style::new().dimmed(), &action))
    });
    actions.collect()
}

/// Returns these actions as an overlay has them.
pub fn action_values(finding: &Finding) -> Value {
    finding.actions.iter().map(Action::to_value).collect()
}

/// Returns a finding for programs.
pub fn finding_json(finding: &Finding) -> Value {
    json!({
        "level": level(finding.level),
        "rule": finding.rule.id(),
        "file": finding.document,
        "line": finding.line,
        "pointer": finding.pointer,
        "problem": finding.problem,
        "help": finding.help,
        "overlay_actions": action_values(finding),
    })
}

/// Returns the level in a word.
pub fn level(level: Level) -> String {
    format!("{level:?}").to_lowercase()
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
    let lines = diff.split('\n').map(|line| {
        let style = match line.as_bytes() {
            [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => Style::new().bold(),
            [b'+', ..] => AnsiColor::Green.on_default(),
            [b'-', ..] => AnsiColor::Red.on_default(),
            [b'@', ..] => AnsiColor::Cyan.on_default(),
            _ => Style::new(),
        };
        painted(style, line)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
