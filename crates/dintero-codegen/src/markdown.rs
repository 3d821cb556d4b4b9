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
            return if fenced {
                "```text".to_owned()
            } else {
                "```".to_owned()
            };
        }
        if fenced {
            line.to_owned()
        } else {
            clean_line(line.trim_start())
        }
    });
    let mut out: Vec<String> = lines.collect();
    if fenced {
        out.push("```".to_owned());
    }
    out.join("\n")
}

/// Returns a text without what Rust allows in no comment: a lone carriage return, a mark that changes the direction of text.
pub fn visible(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace(['\r', '\u{2028}', '\u{2029}'], "\n")
        .replace(
            |c| matches!(c, '\0' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'),
            "",
        )
}

fn clean_line(line: &str) -> String {
    if line.matches('`').count() % 2 == 1 {
        return clean_prose(&line.replace('`', "'"));
    }
    let mut out = String::new();
    for (index, part) in line.split('`').enumerate() {
        if index > 0 {
            out.push('`');
        }
        if index % 2 == 1 {
            out.push_str(part);
        } else {
            out.push_str(&clean_prose(part));
        }
    }
    out
}

fn clean_prose(text: &str) -> String {
    let mut text = text.to_owned();
    // After the mark of a list, more than four spaces begin a code block.
    while text.contains("  ") {
        text = text.replace("  ", " ");
    }
    let escaped = |text: &str| {
        text.replace('<', "\\<")
            .replace('[', "\\[")
            .replace(']', "\\]")
    };
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(start) = ["http://", "https://"]
        .iter()
        .filter_map(|scheme| rest.find(scheme))
        .min()
    {
        let end = rest[start..]
            .find([' ', '<', '>', ')', ']', '"', '\''])
            .map_or(rest.len(), |end| start + end);
        let url = rest[start..end].trim_end_matches(['.', ',', ';', ':']);
        let end = start + url.len();
        let before = &rest[..start];
        out.push_str(&escaped(before.strip_suffix('<').unwrap_or(before)));
        out.push_str(&format!("<{url}>"));
        rest = &rest[end..];
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
mod tests {
    use super::clean;

    #[test]
    fn nothing_becomes_a_link_a_tag_or_a_doctest() {
        assert_eq!(
            clean("see https://a.example/b, or <b> [x]"),
            "see <https://a.example/b>, or \\<b> \\[x\\]"
        );
        assert_eq!(
            clean("    indented\n```\ncode\n"),
            "indented\n```text\ncode\n```"
        );
        assert_eq!(
            clean("`a[0]` and <https://x.example>."),
            "`a[0]` and <https://x.example>."
        );
    }

    #[test]
    fn a_lone_backtick_is_no_code() {
        assert_eq!(clean("it`s [a]"), "it's \\[a\\]");
    }
}
