use super::*;

#[test]
fn the_query_of_the_url_steers_the_call() {
    let target = Target::parse("http://a.example/?method=POST&includes=session&report_error=true&report_event=CAPTURE&report_event=VOID&delay_callback=20").expect("a target");
    assert!(target.is_post && target.with_session && target.reports_errors);
    assert!(target.reports("CAPTURE") && target.reports("VOID") && !target.reports("REFUND"));
    assert_eq!(target.delay, TimeDelta::seconds(20));
    let plain = Target::parse("http://a.example/?method=post&report_error=1").expect("a target");
    assert!(!plain.is_post && !plain.with_session && !plain.reports_errors);
}

#[test]
fn a_delay_is_cut_to_a_minute_and_a_malformed_one_passed_over() {
    for (text, seconds) in [("120", 60), ("60", 60), ("-5", 0), ("soon", 0), ("", 0)] {
        let url = format!("http://a.example/?delay_callback={text}");
        let target = Target::parse(&url).expect("a target");
        assert_eq!(target.delay, TimeDelta::seconds(seconds), "{text}");
    }
}

#[test]
fn own_parameters_are_echoed_before_ours() {
    let target = Target::parse("https://a.example/cb?order=7&sid_parameter_name=sid#part")
        .expect("a target");
    assert_eq!(
        target.call(
            "T1.s",
            &[("error", None), ("merchant_reference", Some("a b"))]
        ),
        "https://a.example/cb?order=7&sid_parameter_name=sid&sid=T1.s&merchant_reference=a+b"
    );
}

#[test]
fn only_http_urls_are_targets() {
    for text in [
        "ftp://a.example/",
        "file://a/etc",
        "shop://done",
        "http://",
        "x",
    ] {
        assert!(Target::parse(text).is_err(), "{text}");
    }
}
