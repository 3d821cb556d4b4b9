//! Dintero's own Web SDK, from npm, in headless Chromium against the payment page: which events it gets, and that the page
//! does what it asks for. Skipped where Chromium, chromedriver or npm are not installed, or npm reaches no registry.

use crate::chromium::web_sdk::{EVENTS, inside, with_sdk};
use crate::chromium::{click, is_wide, run, until, wait_for};
use crate::support::{ok, session_body};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_outcome_has_its_events_in_order_and_a_page_of_its_own() {
    with_sdk(|browser, test| async move {
        for (choices, last, handler, says) in [
            (
                &["[value=pay]"][..],
                "SessionPaymentAuthorized",
                "onPayment",
                "done",
            ),
            (
                &[
                    "[value='4000100000000000']",
                    "[value=pay]",
                    "[value=passed]",
                ],
                "SessionPaymentAuthorized",
                "onPayment",
                "done",
            ),
            (
                &[
                    "[value='4000100000000000']",
                    "[value=pay]",
                    "[value=failed]",
                ],
                "SessionPaymentError",
                "onPaymentError",
                "declined",
            ),
            (
                &["[value='4000300000000006']", "[value=pay]"],
                "SessionPaymentError",
                "onPaymentError",
                "declined",
            ),
            (
                &["[value='4100000000000001']", "[value=pay]"],
                "SessionPaymentError",
                "onPaymentError",
                "failed",
            ),
            (
                &["[value=hold]", "[value=pay]"],
                "SessionPaymentOnHold",
                "onPayment",
                "on hold",
            ),
            (
                &["[value=cancel]"],
                "SessionCancel",
                "onSessionCancel",
                "cancelled",
            ),
        ] {
            let session = test.session().await;
            let handlers =
                "handlers=onSession,onActivePaymentType,onPayment,onPaymentError,onSessionCancel";
            test.open(&browser, &session, handlers).await;
            inside(&browser, choices).await;
            until(
                &browser,
                &format!("return called.some(c => c[0] === '{handler}')"),
            )
            .await;
            let mut expected = vec!["SessionLoaded", "ActivePaymentProductType"];
            if choices.len() == 3 {
                // The challenge is another page.
                expected.push("ScrollToTop");
            }
            expected.push(last);
            assert_eq!(run(&browser, EVENTS).await, json!(expected), "{choices:?}");
            let event = run(
                &browser,
                &format!("return said.find(e => e.type === '{last}')"),
            )
            .await;
            let id = test.transaction(&session).await;
            assert_eq!(
                (&event["transaction_id"], &event["sid"]),
                (&id, &json!(session)),
                "{event}"
            );
            let back = event["href"].as_str().expect("a URL");
            assert!(
                back.starts_with(&format!("{}/done?merchant_reference=order-1", test.at)),
                "{back}"
            );
            let failed = ["SessionPaymentError", "SessionCancel"].contains(&last);
            assert_eq!(event["error"].is_string(), failed, "{event}");
            let calls = run(&browser, "return called").await;
            let expected = json!([
                ["onSession", "SessionLoaded"],
                ["onActivePaymentType", "ActivePaymentProductType"],
                [handler, last]
            ]);
            assert_eq!(calls, expected);
            // The SDK then shows how it ended, which is said once.
            browser.enter_frame(0).await.expect("a frame");
            wait_for(&browser, "[role=status]").await;
            until(
                &browser,
                &format!(
                    "return document.querySelector('[role=status]')?.innerText.includes('{says}')"
                ),
            )
            .await;
            assert_eq!(
                run(&browser, "return location.pathname").await,
                "/embedResult/"
            );
            browser.enter_parent_frame().await.expect("the shop");
            let ends = "return said.filter(e => e.href).length";
            assert_eq!(run(&browser, ends).await, 1);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_handler_the_shop_is_where_the_payer_lands() {
    with_sdk(|browser, test| async move {
        let session = test.session().await;
        test.open(&browser, &session, "").await;
        inside(&browser, &["[value=pay]"]).await;
        wait_for(&browser, "#thanks").await;
        let id = test.transaction(&session).await;
        let landed = browser.current_url().await.expect("a url");
        assert!(
            landed.as_str().ends_with(id.as_str().expect("paid")),
            "{landed}"
        );
        let session = test.session().await;
        test.open(&browser, &session, "redirect").await;
        wait_for(&browser, "button.main").await;
        assert!(!is_wide(&browser).await);
        click(&browser, "[value=cancel]").await;
        wait_for(&browser, "#thanks").await;
        let landed = browser.current_url().await.expect("a url");
        assert!(landed.as_str().ends_with("&error=cancelled"), "{landed}");
        assert!(test.shop.has_seen("/done"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_frame_is_as_high_as_what_it_shows() {
    with_sdk(|browser, test| async move {
        test.open(&browser, &test.session().await, "handlers=onSession")
            .await;
        inside(&browser, &[]).await;
        let frame = "return document.querySelector('iframe').clientHeight";
        let closed = run(&browser, frame).await.as_f64().expect("a height");
        inside(&browser, &["summary"]).await;
        until(
            &browser,
            &format!("return document.querySelector('iframe').clientHeight > {closed} + 100"),
        )
        .await;
        browser.enter_frame(0).await.expect("a frame");
        let hidden = run(
            &browser,
            "return document.documentElement.scrollHeight - innerHeight",
        )
        .await;
        assert_eq!(hidden, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_is_gone_is_not_found() {
    with_sdk(|browser, test| async move {
        let expired = test.session().await;
        test.api
            .sandbox
            .advance(std::time::Duration::from_secs(5 * 60 * 60));
        for session in ["T12345678.no-such-session", "%3Cscript%3E", &expired] {
            test.open(&browser, session, "handlers=onSession,onSessionNotFound")
                .await;
            until(&browser, "return called.length > 0").await;
            let calls = run(&browser, "return called").await;
            assert_eq!(
                calls,
                json!([["onSessionNotFound", "SessionNotFound"]]),
                "{session}"
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locked_session_is_updated_and_shown_anew() {
    with_sdk(|browser, test| async move {
        let mut api = test.session().await;
        test.open(&browser, &api, "handlers=onSession,onSessionLocked,onSessionLockFailed").await;
        inside(&browser, &[]).await;
        let locked = until(&browser, "return checkout.lockSession()").await;
        assert_eq!(locked["type"], "SessionLocked");
        assert!(locked["pay_lock_id"].is_string(), "{locked}");
        let order = json!({"order": {
            "amount": 70_000, "currency": "NOK", "merchant_reference": "order-1",
            "items": [{"id": "sofa", "line_id": "1", "description": "Sofa", "quantity": 1, "amount": 65_100, "vat": 25}],
            "shipping_option": session_body()["order"]["shipping_option"],
        }});
        ok(test.api.put(&format!("/v1/sessions/{api}"), order).await);
        let updated = until(&browser, "return checkout.refreshSession()").await;
        assert_eq!(
            (&updated["type"], &updated["session"]["order"]["amount"]),
            (&json!("SessionUpdated"), &json!(70_000))
        );
        inside(&browser, &["[value=pay]"]).await;
        wait_for(&browser, "#thanks").await;
        let id = test.transaction(&api).await;
        let paid = ok(test.api.get(&format!("/v1/transactions/{}", id.as_str().expect("paid"))).await);
        assert_eq!(paid["amount"], 70_000);
        // One that is paid can no longer be locked.
        api = test.session().await;
        test.open(&browser, &api, "handlers=onSession,onSessionLocked,onSessionLockFailed").await;
        inside(&browser, &[]).await;
        test.api.pay(&api);
        let failed = until(&browser, "return checkout.lockSession().catch(error => error)").await;
        assert!(failed.as_str().is_some_and(|text| text.contains("SessionLockFailed")), "{failed}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shop_may_refuse_before_anything_is_paid() {
    with_sdk(|browser, test| async move {
        let session = test.session().await;
        test.open(&browser, &session, "validate").await;
        inside(&browser, &["[value=pay]"]).await;
        until(&browser, "return window.answer && true").await;
        assert_eq!(
            run(&browser, "return called").await,
            json!([["onValidateSession", 50_000]])
        );
        run(
            &browser,
            "answer({ success: false, clientValidationError: 'The <b>chair</b> is gone.' })",
        )
        .await;
        browser.enter_frame(0).await.expect("a frame");
        wait_for(&browser, "[role=alert]").await;
        assert_eq!(
            run(
                &browser,
                "return document.querySelector('[role=alert]').innerText"
            )
            .await,
            "The <b>chair</b> is gone."
        );
        assert_eq!(test.transaction(&session).await, Value::Null);
        browser.enter_parent_frame().await.expect("the shop");
        run(&browser, "delete window.answer").await;
        inside(&browser, &["[value=pay]"]).await;
        until(&browser, "return window.answer && true").await;
        run(&browser, "answer({ success: true })").await;
        wait_for(&browser, "#thanks").await;
        assert!(test.transaction(&session).await.is_string());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pop_out_pays_in_a_window_of_its_own() {
    with_sdk(|browser, test| async move {
        let session = test.session().await;
        test.open(&browser, &session, "pop_out&handlers=onPayment")
            .await;
        click(&browser, "#dintero-checkout-sdk-launch-pop-out").await;
        let shop = browser.window().await.expect("a window");
        until(&browser, "return checkout.popOutWindow && true").await;
        let windows = browser.windows().await.expect("windows");
        let [window] = &windows
            .into_iter()
            .filter(|window| *window != shop)
            .collect::<Vec<_>>()[..]
        else {
            panic!("one window more");
        };
        browser
            .switch_to_window(window.clone())
            .await
            .expect("the window");
        click(&browser, "[value=pay]").await;
        browser.switch_to_window(shop).await.expect("the shop");
        until(&browser, "return called.length > 0").await;
        assert_eq!(
            run(&browser, "return called").await,
            json!([["onPayment", "SessionPaymentAuthorized"]])
        );
        assert!(test.transaction(&session).await.is_string());
        let button =
            "return document.querySelector('#dintero-checkout-sdk-launch-pop-out') === null";
        until(&browser, button).await;
    })
    .await;
}
