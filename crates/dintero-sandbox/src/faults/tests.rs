use super::*;

#[test]
fn each_fault_is_met_once_and_in_order() {
    let faults = Faults::default();
    assert!(faults.push("a", Fault::Status(500)));
    assert!(faults.push("a", Fault::CloseAfterWork));
    assert_eq!(faults.next("b"), None);
    assert_eq!(faults.next("a"), Some(Fault::Status(500)));
    assert_eq!(faults.next("a"), Some(Fault::CloseAfterWork));
    assert_eq!(faults.next("a"), None);
}

#[test]
fn a_full_queue_takes_no_more() {
    let faults = Faults::default();
    assert!((0..LIMIT).all(|_| faults.push("a", Fault::CloseBeforeWork)));
    assert!(!faults.push("a", Fault::CloseBeforeWork));
}

#[test]
fn every_fault_is_read_back_from_its_text() {
    let pending = Fault::Pending(Duration::from_secs(30));
    for fault in AT_RANDOM.into_iter().chain([pending]) {
        assert_eq!(fault.to_string().parse(), Ok(fault));
    }
    let fault = " status = 429 ;retry-after= 7 ".parse();
    assert_eq!(
        fault,
        Ok(Fault::StatusRetryAfter(429, Duration::from_secs(7)))
    );
    assert_eq!("delay=2s".parse(), Ok(Fault::Delay(Duration::from_secs(2))));
}

#[test]
fn other_texts_are_refused_with_the_choices() {
    for text in [
        "",
        "status",
        "status=200",
        "status=999999",
        "status=503; retry-after=601",
        "status=503; after=1",
        "status=503; retry-after=1; x",
        "delay=5",
        "delay=11m",
        "delay=601s",
        "delay=1s; retry-after=1",
        "stale-token=1",
        "extra-field; retry-after=1",
        "Extra-Field",
        "delay=-1s",
    ] {
        let error = text.parse::<Fault>().expect_err(text);
        assert!(error.to_string().contains("truncated-body"), "{error}");
    }
}

#[test]
fn a_seed_gives_the_same_faults_again_at_about_the_rate() {
    let run = |seed| {
        let faults = Faults::default();
        faults.at_random(seed, 0.2);
        (0..1_000).map(|_| faults.next("a")).collect::<Vec<_>>()
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
    let met = run(7).iter().flatten().count();
    assert!((120..280).contains(&met), "{met}");
}
