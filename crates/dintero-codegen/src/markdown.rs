//! Descriptions made safe for rustdoc.

use crate::ir::Evidence;

/// Returns a description with nothing in it that rustdoc takes for a link, a tag or a doctest.
pub fn clean(text: &str) -> String {
    let mut fenced = false;
    let text = visible(text);
    let lines = text.trim().lines().map(|line| {
        let line = line.trim_end();
        if line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~") {
            fenced = !fenced;
            // Without a label, or with one of Rust's, it would be a doctest.
            return if fenced { "```text" } else { "```" }.to_owned();
        }
        match fenced {
            true => line.to_owned(),
            false => clean_line(line.trim_start()),
        }
    });
    let mut out: Vec<String> = lines.collect();
    if fenced {
        out.push("```".to_owned());
    }
    out.join("\n")
}

/// Returns `true` for characters that are not shown, or that change where and how others are.
pub fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns a text as documentation can have it: of the characters that are not shown, tabs and line breaks.
pub fn visible(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace(['\r', '\u{2028}', '\u{2029}'], "\n")
        .replace(|c| is_control(c) && c != '\n' && c != '\t', "")
}

/// Returns a text as code in a line of documentation.
pub fn code(text: &str) -> String {
    let text = text.replace(is_control, " ");
    // The fence must be longer than any in the text, and white space at both ends is no part of it.
    let runs = text.split(|c| c != '`');
    let fence = "`".repeat(runs.map(str::len).max().unwrap_or_default() + 1);
    match text.trim() {
        "" => format!("{text:?}"),
        inner if inner.starts_with('`') || inner.ends_with('`') => {
            format!("{fence} {inner} {fence}")
        }
        _ => format!("{fence}{text}{fence}"),
    }
}

/// Code is what is between two single backticks of one line; other backticks become quotes.
fn clean_line(line: &str) -> String {
    let line = line.replace('\t', " ").replace("``", "''");
    let parts: Vec<&str> = line.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return clean_prose(&parts.join("'"));
    }
    let parts = parts.into_iter().enumerate();
    let cleaned = parts.map(|(index, part)| match index % 2 {
        1 => part.to_owned(),
        _ => clean_prose(part),
    });
    cleaned.collect::<Vec<_>>().join("`")
}

fn clean_prose(text: &str) -> String {
    let mut text = text.to_owned();
    // After the mark of a list, more than four spaces begin a code block.
    while text.contains("  ") {
        text = text.replace("  ", " ");
    }
    let escaped = |text: &str| {
        let mut out = String::new();
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            // A backslash before one of these would take its own away, and one at the end that of a backtick.
            let ends = c == '\\' && rest.peek().is_none_or(|next| "\\<[]".contains(*next));
            if ends || "<[]".contains(c) {
                out.push('\\');
            }
            out.push(c);
        }
        out
    };
    let mut out = String::new();
    let mut rest = text.as_str();
    let schemes = ["http://", "https://"];
    while let Some(start) = schemes.iter().filter_map(|it| rest.find(it)).min() {
        let (before, url) = rest.split_at(start);
        let end = url.find([' ', '<', '>', ')', ']', '"', '\'']);
        let url = url[..end.unwrap_or(url.len())].trim_end_matches(['.', ',', ';', ':']);
        out.push_str(&escaped(before.strip_suffix('<').unwrap_or(before)));
        out.push_str(&format!("<{url}>"));
        rest = &rest[start + url.len()..];
        rest = rest.strip_prefix('>').unwrap_or(rest);
    }
    out.push_str(&escaped(rest));
    out
}

/// Adds how sure the document is of a part, where it is not.
pub fn evidence(doc: &mut String, evidence: Option<Evidence>) {
    if let Some(evidence) = evidence {
        paragraph(doc, evidence_text(evidence));
    }
}

/// Returns how sure the document is of a part, as a sentence.
pub const fn evidence_text(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Inferred => "Evidence: inferred from similar parts of the API.",
        Evidence::Partial => "Evidence: seen only in part.",
    }
}

/// Adds a paragraph.
pub fn paragraph(doc: &mut String, text: &str) {
    if !doc.is_empty() {
        doc.push_str("\n\n");
    }
    doc.push_str(text);
}

#[cfg(test)]
mod tests;
