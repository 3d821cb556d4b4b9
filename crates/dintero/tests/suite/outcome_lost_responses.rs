//! Behaviour of the API that the sandbox lacks: a 202, a late or missing response, a decline in a 200, a request that is carried out late.

use crate::support::unreliable_api::{AMOUNT, Fate, Scene, event};
use dintero::outcome::{NotApplied, Outcome, RetryAdvice};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn a_timeout_is_followed_by_a_read_that_shows_the_capture() {
    let mut scene = Scene::new(&[Fate::Silent]).await;
    let (send, clock) = (scene.capture().into_future(), scene.clock.clone());
    let timeout = async {
        scene.arrivals.recv().await.unwrap();
        clock.advance(Duration::from_secs(31));
    };
    let (outcome, ()) = tokio::join!(send, timeout);
    assert!(outcome.is_applied(), "{outcome:?}");
    assert_eq!(
        (scene.sent(), scene.read(), scene.captured()),
        (1, 2, AMOUNT)
    );
}

#[tokio::test]
async fn an_effect_within_the_confirmation_timeout_is_found_and_not_sent_again() {
    // Reads 0, 1, 3, 7, 15 and 30 s after the response was lost.
    for after in 1..=6 {
        let scene = Scene::new(&[Fate::Late(after)]).await;
        let outcome = scene.capture().repeat_if_not_applied(5).await;
        assert!(outcome.is_applied(), "{after}: {outcome:?}");
        assert_eq!(
            (scene.sent(), scene.read(), scene.captured()),
            (1, 1 + after, AMOUNT)
        );
        assert!(scene.clock.passed() <= Duration::from_secs(30));
    }
}

#[tokio::test]
async fn without_an_effect_the_request_is_not_applied_after_the_confirmation_timeout_and_no_sooner()
{
    for timeout in [0, 1, 5, 30, 300] {
        let scene = Scene::new(&[Fate::Lost]).await;
        let outcome = scene
            .capture()
            .confirm_within(Duration::from_secs(timeout))
            .await;
        assert!(
            matches!(outcome, Outcome::NotApplied(NotApplied::Lost(error)) if error.is_server_error())
        );
        assert_eq!(scene.clock.passed(), Duration::from_secs(timeout));
        assert_eq!((scene.sent(), scene.captured()), (1, 0));
    }
}

#[tokio::test]
async fn a_request_is_repeated_only_as_often_as_configured() {
    for (repeats, sent) in [(0, 1), (1, 2), (2, 3), (3, 4), (9, 4)] {
        let scene = Scene::new(&[Fate::Lost; 3]).await;
        let outcome = scene.capture().repeat_if_not_applied(repeats).await;
        let applied = repeats >= 3;
        assert_eq!(outcome.is_applied(), applied, "{repeats}: {outcome:?}");
        assert_eq!(
            (scene.sent(), scene.captured()),
            (sent, if applied { AMOUNT } else { 0 })
        );
    }
}

#[tokio::test]
async fn a_retry_after_of_more_than_a_minute_is_not_waited_for() {
    for (wait, sent) in [(61, 1), (60, 4)] {
        let scene = Scene::new(&[Fate::Busy(wait); 3]).await;
        let outcome = scene.capture().repeat_if_not_applied(5).await;
        assert_eq!(outcome.is_applied(), sent > 1, "{wait}: {outcome:?}");
        assert!(
            outcome.is_applied() || matches!(outcome, Outcome::NotApplied(NotApplied::Lost(_)))
        );
        assert_eq!(scene.sent(), sent, "{wait}");
    }
}

#[tokio::test]
async fn two_requests_that_were_both_carried_out_are_unknown() {
    // Six reads within the confirmation timeout do not show the first; it is carried out together with the second.
    let scene = Scene::new(&[Fate::Late(7), Fate::Malformed(true)]).await;
    let outcome = scene.capture().repeat_if_not_applied(1).await;
    assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
    assert_eq!((scene.sent(), scene.captured()), (2, 2 * AMOUNT));
}

#[tokio::test]
async fn a_decline_of_the_first_request_proves_nothing_about_the_repeated_one() {
    // The decline is visible at the tenth read, two or more before the effect of the second request.
    for second in [Fate::Late(5), Fate::Unseen(5)] {
        let scene = Scene::new(&[Fate::LateDecline(9), second]).await;
        let mut outcome = scene.with_reference().repeat_if_not_applied(1).await;
        if let Outcome::Pending(pending) = outcome {
            outcome = pending.wait(Duration::from_secs(60)).await;
        }
        assert!(outcome.is_applied(), "{second:?}: {outcome:?}");
        assert_eq!((scene.sent(), scene.captured()), (2, AMOUNT), "{second:?}");
    }
    for (second, declined) in [
        (Fate::Lost, false),
        (Fate::Unseen(99), false),
        (Fate::LateDecline(5), true),
        (Fate::Declined, true),
        // The decline may be that of the begin that is visible.
        (Fate::Accepted(5, true), false),
    ] {
        let scene = Scene::new(&[Fate::LateDecline(9), second]).await;
        let mut outcome = scene.with_reference().repeat_if_not_applied(1).await;
        if let Outcome::Pending(pending) = outcome {
            outcome = pending.wait(Duration::from_secs(60)).await;
        }
        let is_declined = matches!(outcome, Outcome::NotApplied(NotApplied::Declined(_)));
        assert_eq!(is_declined, declined, "{second:?}: {outcome:?}");
        assert_eq!((scene.sent(), scene.captured()), (2, 0), "{second:?}");
    }
}

#[tokio::test]
async fn a_rejection_of_the_repeated_request_waits_for_the_first_one() {
    let scene = Scene::new(&[Fate::Late(9), Fate::Rejected]).await;
    let outcome = scene.capture().repeat_if_not_applied(1).await;
    assert!(outcome.is_applied(), "{outcome:?}");
    assert_eq!((scene.sent(), scene.captured()), (2, AMOUNT));
}

#[tokio::test]
async fn an_accepted_request_is_pending_until_its_completion_is_read() {
    for attempt in [Scene::capture, Scene::with_reference, Scene::void] {
        let scene = Scene::new(&[Fate::Accepted(4, true)]).await;
        let Outcome::Pending(pending) = attempt(&scene).await else {
            panic!("a 202 is not a success yet");
        };
        let outcome = pending.wait(Duration::from_secs(60)).await;
        assert!(outcome.is_applied(), "{outcome:?}");
        assert_eq!(scene.sent(), 1);
    }
}

#[tokio::test]
async fn an_accepted_request_can_still_be_declined() {
    for attempt in [Scene::capture, Scene::with_reference, Scene::void] {
        let scene = Scene::new(&[Fate::Accepted(4, false)]).await;
        let Outcome::Pending(pending) = attempt(&scene).repeat_if_not_applied(5).await else {
            panic!("a 202 is not a success yet");
        };
        let outcome = pending.wait(Duration::from_secs(60)).await;
        assert!(
            matches!(&outcome, Outcome::NotApplied(NotApplied::Declined(_))),
            "{outcome:?}"
        );
        assert_eq!((scene.sent(), scene.captured()), (1, 0));
    }
}

#[tokio::test]
async fn waiting_ends_at_its_limit_and_can_continue() {
    let scene = Scene::new(&[Fate::Accepted(8, true)]).await;
    let Outcome::Pending(pending) = scene.capture().into_future().await else {
        panic!("a 202 is not a success yet");
    };
    let outcome = pending.wait(Duration::from_secs(10)).await;
    assert_eq!(scene.clock.passed(), Duration::from_secs(10));
    let Outcome::Pending(pending) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(pending.wait(Duration::from_secs(600)).await.is_applied());
}

#[tokio::test]
async fn an_accepted_request_without_an_event_is_pending() {
    let scene = Scene::new(&[Fate::Unseen(8)]).await;
    let Outcome::Pending(pending) = scene.capture().into_future().await else {
        panic!("a 202 is not a success yet");
    };
    let Outcome::Pending(pending) = pending.wait(Duration::from_secs(10)).await else {
        panic!("it was accepted");
    };
    assert!(pending.wait(Duration::from_secs(600)).await.is_applied());
    assert_eq!((scene.sent(), scene.captured()), (1, AMOUNT));
}

#[tokio::test]
async fn a_pending_capture_of_an_earlier_run_is_not_sent_again() {
    let scene = Scene::new(&[Fate::Accepted(3, true)]).await;
    assert!(matches!(scene.with_reference().await, Outcome::Pending(_)));
    let Outcome::Pending(pending) = scene.with_reference().await else {
        panic!("it is in progress");
    };
    assert!(pending.wait(Duration::from_secs(60)).await.is_applied());
    assert_eq!((scene.sent(), scene.captured()), (1, AMOUNT));
}

#[tokio::test]
async fn a_200_with_a_failed_event_is_declined_and_says_when_to_try_again() {
    for attempt in [Scene::capture, Scene::with_reference, Scene::void] {
        let scene = Scene::new(&[Fate::Declined]).await;
        let outcome = attempt(&scene).repeat_if_not_applied(5).await;
        let Outcome::NotApplied(NotApplied::Declined(declined)) = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!(
            declined.retry(),
            RetryAdvice::Later(Some("2026-01-02T00:00:00Z".to_owned()))
        );
        assert_eq!(declined.error()["message"].as_str(), Some("try later"));
        assert!(
            !declined.to_string().contains("try later"),
            "the provider's text may name the payer"
        );
        assert_eq!((scene.sent(), scene.captured()), (1, 0));
        // The same call again sends it again, with the same reference too.
        assert!(attempt(&scene).await.is_applied());
        assert_eq!(scene.sent(), 2);
    }
}

#[tokio::test]
async fn a_success_with_a_malformed_body_is_checked_and_never_sent_again() {
    for done in [true, false] {
        let scene = Scene::new(&[Fate::Malformed(done)]).await;
        match scene.capture().repeat_if_not_applied(5).await {
            Outcome::Applied(_) => assert!(done),
            Outcome::Unknown(unknown) => {
                assert!(!done && unknown.error().is_some_and(dintero::Error::is_decode));
                assert!(matches!(unknown.check().await, Outcome::Unknown(_)));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(scene.sent(), 1);
    }
}

#[tokio::test]
async fn an_unknown_status_is_inconclusive() {
    let scene = Scene::new(&[Fate::Lost]).await;
    scene.state.lock().unwrap().status = Some("UNKNOWN");
    let Outcome::Unknown(unknown) = scene.capture().repeat_if_not_applied(5).await else {
        panic!("the status is UNKNOWN");
    };
    assert!(unknown.error().is_some_and(dintero::Error::is_server_error));
    scene.state.lock().unwrap().status = None;
    let outcome = unknown.check().await;
    assert!(
        matches!(outcome, Outcome::NotApplied(NotApplied::Lost(_))),
        "{outcome:?}"
    );
    assert_eq!(scene.sent(), 1);
}

#[tokio::test]
async fn a_failed_read_is_repeated_after_any_server_error() {
    for status in [500, 501, 503, 505, 520, 524, 599, 429, 408] {
        let scene = Scene::new(&[Fate::Late(0)]).await;
        scene.state.lock().unwrap().failing_reads = vec![status; 5];
        let outcome = scene.capture().await;
        assert!(outcome.is_applied(), "{status}: {outcome:?}");
        assert_eq!((scene.sent(), scene.captured()), (1, AMOUNT));
    }
}

#[tokio::test]
async fn an_outcome_that_cannot_be_read_is_unknown_and_never_sent_again() {
    for (fate, done) in [(Fate::Late(0), true), (Fate::Lost, false)] {
        let scene = Scene::new(&[fate]).await;
        scene.state.lock().unwrap().failing_reads = [vec![503; 60], vec![403]].concat();
        let Outcome::Unknown(unknown) = scene.capture().repeat_if_not_applied(3).await else {
            panic!("no read succeeded");
        };
        assert!(
            unknown.was_sent() && unknown.error().is_some(),
            "{unknown:?}"
        );
        assert!(
            unknown
                .to_string()
                .starts_with("the request may have been carried out"),
            "{unknown}"
        );
        // Until the API responds again.
        let mut outcome = unknown.check().await;
        while let Outcome::Unknown(unknown) = outcome {
            outcome = unknown.check().await;
        }
        match outcome {
            Outcome::Applied(_) => assert!(done),
            Outcome::NotApplied(NotApplied::Lost(error)) => {
                assert!(!done && error.is_server_error())
            }
            other => panic!("{other:?}"),
        }
        let captured = if done { AMOUNT } else { 0 };
        assert_eq!((scene.sent(), scene.captured()), (1, captured));
    }
}

#[tokio::test]
async fn a_decline_is_final_only_if_no_later_request_of_its_reference_may_have_succeeded() {
    let scene = Scene::new(&[Fate::Malformed(false), Fate::Lagging(3)]).await;
    let Outcome::Unknown(first) = scene.with_reference().await else {
        panic!("nothing shows what became of it");
    };
    let body = json!({"amount": AMOUNT, "capture_reference": "parcel-1"});
    let declined = event("CAPTURE", &body, false);
    scene.state.lock().unwrap().events.push(declined);
    assert!(scene.with_reference().await.is_applied());
    let outcome = first.check().await;
    assert!(outcome.is_applied(), "{outcome:?}");
    assert_eq!((scene.sent(), scene.captured()), (2, AMOUNT));
}
