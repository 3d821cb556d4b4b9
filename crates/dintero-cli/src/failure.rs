//! Why a command failed, and its exit code.

use std::io;

use dintero::{Error, RetryClass, WasSent};

/// The error of a command.
#[derive(Debug)]
pub enum Failure {
    /// Nothing was sent: the command line, the configuration or the body is wrong. Exit code 2.
    Usage(String),
    /// The API refused, or the request did not reach it. Exit code 1.
    Refused(String),
    /// The request may have been carried out. Exit code 3.
    Unknown(String),
    /// Standard output was closed by its reader. Exit code 0.
    Closed,
}

impl Failure {
    /// Returns the exit code and the message.
    pub fn parts(&self) -> (u8, &str) {
        match self {
            Self::Closed => (0, ""),
            Self::Refused(text) => (1, text),
            Self::Usage(text) => (2, text),
            Self::Unknown(text) => (3, text),
        }
    }
}

/// The message has what the API says, which may quote the request: it is shown to the person who made the request.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let said = error
            .message()
            .map(|message| format!("\nThe API says: {message}"));
        let details = error.errors().iter().map(|detail| format!("\n  {detail}"));
        let text = error.to_string() + &said.into_iter().chain(details).collect::<String>();
        let is_repeatable = error.retry_class() != Some(RetryClass::NonIdempotent);
        match error.was_sent() {
            _ if error.is_configuration() || error.is_invalid_request() => Self::Usage(text),
            WasSent::Maybe if !is_repeatable => Self::Unknown(text),
            _ => Self::Refused(text),
        }
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        Self::Refused(error.without_url().to_string())
    }
}

impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Refused(error.to_string()),
        }
    }
}
