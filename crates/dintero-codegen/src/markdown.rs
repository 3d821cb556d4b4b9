//! Descriptions made safe for rustdoc.

use serde_json::Value;

/// A description with nothing in it that rustdoc takes for a link, a tag or a doctest.
pub fn clean(text: &str) -> String {
    let mut fenced = false;
    let lines = text.trim().lines().map(|line| {
        let line = line.trim_end();
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            let label = line.trim().trim_start_matches('`');
            return if fenced && label.is_empty() { "```text".to_owned() } else { line.trim_start().to_owned() };
        }
        if fenced { line.to_owned() } else { clean_line(line.trim_start()) }
    });
    let mut out: Vec<String> = lines.collect();
    if fenced {
        out.push("```".to_owned());
    }
    out.join("\n")
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
    let mut words = Vec::new();
    for word in text.split(' ') {
        let bare = word.trim_start_matches(['(', '<']).trim_end_matches([')', '>', '.', ',', ';', ':']);
        if bare.starts_with("http://") || bare.starts_with("https://") {
            words.push(word.replacen(['<', '>'], "", 2).replace(bare, &format!("<{bare}>")));
        } else {
            words.push(word.replace('<', "\\<").replace('[', "\\[").replace(']', "\\]"));
        }
    }
    words.join(" ")
}

/// Says how sure a part is, where it is not.
pub fn evidence(doc: &mut String, mark: &Value) {
    let text = match mark.as_str() {
        Some("inferred") => "Evidence: inferred from similar parts of the API.",
        Some(_) => "Evidence: seen only in part.",
        None => return,
    };
    paragraph(doc, text);
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
        assert_eq!(clean("see https://a.example/b, or <b> [x]"), "see <https://a.example/b>, or \\<b> \\[x\\]");
        assert_eq!(clean("    indented\n```\ncode\n"), "indented\n```text\ncode\n```");
        assert_eq!(clean("`a[0]` and <https://x.example>."), "`a[0]` and <https://x.example>.");
    }

    #[test]
    fn a_lone_backtick_is_no_code() {
        assert_eq!(clean("it`s [a]"), "it's \\[a\\]");
    }
}
