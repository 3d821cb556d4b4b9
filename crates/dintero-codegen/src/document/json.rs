//! JSON as the events of a YAML parser, so that one reader makes a document of both.

use std::borrow::Cow;

use saphyr::ScalarStyle;
use saphyr_parser::Event;

/// The tokens of a text that is valid JSON.
pub struct Json<'t> {
    pub rest: &'t str,
    /// The line of that, counted from 1.
    pub line: usize,
}

impl<'t> Json<'t> {
    /// Returns the next event and its line.
    pub fn next(&mut self) -> (Event<'t>, usize) {
        let between = |c: char| c.is_ascii_whitespace() || c == ',' || c == ':';
        let token = self.rest.trim_start_matches(between);
        let skipped = self.rest.len() - token.len();
        self.line += self.rest[..skipped].matches('\n').count();
        let plain = |c: char| !between(c) && !"[]{}\"".contains(c);
        let (length, event) = match token.chars().next() {
            None => (0, Event::StreamEnd),
            Some('{') => (1, Event::MappingStart(0, None)),
            Some('}') => (1, Event::MappingEnd),
            Some('[') => (1, Event::SequenceStart(0, None)),
            Some(']') => (1, Event::SequenceEnd),
            Some('"') => {
                let mut escaped = false;
                let end = token[1..].find(|c| {
                    let end = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    end
                });
                let length = end.map_or(token.len(), |end| end + 2);
                let text: String = serde_json::from_str(&token[..length]).unwrap_or_default();
                (length, scalar(text.into(), ScalarStyle::DoubleQuoted))
            }
            Some(_) => {
                let length = token.find(|c| !plain(c)).unwrap_or(token.len());
                (length, scalar(token[..length].into(), ScalarStyle::Plain))
            }
        };
        self.rest = &token[length..];
        (event, self.line)
    }
}

fn scalar(text: Cow<'_, str>, style: ScalarStyle) -> Event<'_> {
    Event::Scalar(text, style, 0, None)
}
