//! The examples in the documentation of the methods, run.

use crate::{Error, Handle, ManualClock};

/// Runs an example, which must send something: an invalid request is not sent.
pub fn run_example<T: From<Handle>>(example: impl AsyncFnOnce(T) -> Result<(), Error>) {
    let (sender, sent) = std::sync::mpsc::channel();
    let client = Handle::builder()
        .account("T12345678")
        .bearer_token("token")
        .clock(ManualClock::new())
        .transport(move |_| {
            let _ = sender.send(());
            Ok(http::Response::new(""))
        });
    let client = T::from(client.build().expect("configuration"));
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let result = runtime.expect("a runtime").block_on(example(client));
    assert!(sent.try_recv().is_ok(), "{result:?}");
}
