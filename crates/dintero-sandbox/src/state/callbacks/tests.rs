use super::*;

fn callback() -> Callback {
    let url = "https://shop.example/cb?secret=1";
    Callback::new(DateTime::UNIX_EPOCH, "T12345678.s", url)
}

fn attempt(response: CallbackResponse) -> CallbackAttempt {
    CallbackAttempt {
        at: DateTime::UNIX_EPOCH,
        response,
        received: String::new(),
    }
}

#[test]
fn the_response_decides_whether_it_is_retried() {
    let again = CallbackState::Waiting(DateTime::UNIX_EPOCH + TimeDelta::seconds(10));
    for (response, state) in [
        (CallbackResponse::Status(200), CallbackState::Delivered),
        (CallbackResponse::Status(204), CallbackState::Delivered),
        (CallbackResponse::Status(101), again.clone()),
        (CallbackResponse::Status(500), again.clone()),
        (CallbackResponse::Status(599), again.clone()),
        (CallbackResponse::TimedOut, again.clone()),
        (CallbackResponse::Unreachable, again),
        (CallbackResponse::Status(302), CallbackState::Refused),
        (CallbackResponse::Status(400), CallbackState::Refused),
        (CallbackResponse::Status(499), CallbackState::Refused),
    ] {
        let mut callback = callback();
        callback.attempted(attempt(response));
        assert_eq!(callback.state, state, "{response:?}");
    }
}

#[test]
fn after_twenty_retries_it_is_given_up() {
    let mut callback = callback();
    for _ in 0..RETRIES {
        callback.attempted(attempt(CallbackResponse::Status(500)));
        assert!(matches!(callback.state, CallbackState::Waiting(_)));
    }
    callback.attempted(attempt(CallbackResponse::Status(500)));
    assert_eq!(callback.state, CallbackState::GivenUp);
}

#[test]
fn pauses_double_up_to_an_hour() {
    let seconds = [1, 2, 3, 9, 10, 20, usize::MAX].map(|n| pause(n).num_seconds());
    assert_eq!(seconds, [10, 20, 40, 2_560, 3_600, 3_600, 3_600]);
}

#[test]
fn debug_does_not_show_the_url() {
    assert!(!format!("{:?}", callback()).contains("secret"));
}
