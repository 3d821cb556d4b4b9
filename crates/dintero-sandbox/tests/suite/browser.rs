//! The payment page in headless Chromium, by keyboard only. Skipped where `chromium` and `chromedriver` are not installed.
//!
//! `SANDBOX_PICTURES=docs cargo test -p dintero-sandbox --test suite browser` also renews the pictures in that directory of the
//! workspace.

use crate::chromium::{Shop, click, in_browser, is_wide, picture, press, resize, run, wait_for};
use crate::support::{Api, ok, session_body, start};
use dintero_sandbox::CallbackState;
use fantoccini::key::Key;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

/// A session of the shop; gives its id and its url.
async fn session(api: &Api, shop: &str) -> (String, String) {
    session_of(api, shop, |_| {}).await
}

/// The same with these changes.
async fn session_of(api: &Api, shop: &str, change: impl FnOnce(&mut Value)) -> (String, String) {
    let mut body = session_body();
    change(&mut body);
    body["url"] = json!({"return_url": format!("{shop}/done"), "callback_url": format!("{shop}/callback?report_error=true")});
    let created = ok(api.post("/v1/sessions-profile", body).await);
    let text = |name: &str| created[name].as_str().expect("text").to_owned();
    (text("id"), text("url"))
}

/// Presses tab until the control with this id, value or text has the focus, which must be visible.
async fn tab_to(browser: &Client, wanted: &str) {
    for _ in 0..20 {
        press(browser, &Key::Tab.to_string()).await;
        let script = "const e = document.activeElement, s = getComputedStyle(e); return [e.id, e.value ?? e.innerText, s.outlineStyle]";
        let found = browser.execute(script, Vec::new()).await.expect("a focus");
        assert_ne!(found[2], "none", "the focus on {found} cannot be seen");
        if found[0] == wanted || found[1] == wanted {
            return;
        }
    }
    panic!("the keyboard does not reach {wanted}");
}

async fn status(api: &Api, session: &str) -> Value {
    let session = ok(api.get(&format!("/v1/sessions/{session}")).await);
    match session["transaction_id"].as_str() {
        Some(id) => ok(api.get(&format!("/v1/transactions/{id}")).await)["status"].clone(),
        None => Value::Null,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payer_pays_with_the_keyboard_and_lands_at_the_shop() {
    in_browser(|browser| async move {
        let (api, (shop, at)) = (start().await, Shop::start().await);
        let (id, url) = session(&api, &at).await;
        browser.goto(&url).await.expect("the page");
        // The first outcome is chosen, of a Visa; one key further is Mastercard.
        tab_to(&browser, "visa").await;
        press(&browser, &Key::Right.to_string()).await;
        tab_to(&browser, "4000000000000002").await;
        tab_to(&browser, "pay").await;
        press(&browser, &Key::Enter.to_string()).await;
        wait_for(&browser, "#thanks").await;
        let landed = browser.current_url().await.expect("a url");
        assert!(
            landed.as_str().starts_with(&format!(
                "{at}/done?merchant_reference=order-1&transaction_id=T12345678."
            )),
            "{landed}"
        );
        let paid = ok(api.get("/v1/transactions").await)[0].clone();
        assert_eq!(
            (&paid["session_id"], &paid["status"]),
            (&json!(id), &json!("AUTHORIZED"))
        );
        assert_eq!(paid["card"]["brand"], "Mastercard");
        api.sandbox.callbacks_sent().await;
        assert_eq!(api.sandbox.callbacks()[0].state, CallbackState::Delivered);
        assert!(shop.has_seen("/callback"));
        browser.goto(&url).await.expect("the page");
        assert!(
            browser
                .find_all(Locator::Css("button"))
                .await
                .expect("a page")
                .is_empty()
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mistyped_number_is_told_and_the_challenge_can_be_failed() {
    in_browser(|browser| async move {
        let (api, (_, at)) = (start().await, Shop::start().await);
        let (id, url) = session(&api, &at).await;
        browser.goto(&url).await.expect("the page");
        tab_to(&browser, "Type a card number instead").await;
        press(&browser, &Key::Enter.to_string()).await;
        tab_to(&browser, "card_number").await;
        press(&browser, &format!("4242{}", Key::Enter)).await;
        wait_for(&browser, "[role=alert]").await;
        // The field that is wrong has the focus.
        press(&browser, &format!("4000 1000 0000 0000{}", Key::Enter)).await;
        wait_for(&browser, "[name=challenge]").await;
        tab_to(&browser, "failed").await;
        press(&browser, &Key::Enter.to_string()).await;
        wait_for(&browser, "#thanks").await;
        let landed = browser.current_url().await.expect("a url");
        assert!(
            landed
                .query()
                .is_some_and(|q| q.ends_with("&error=authorization")),
            "{landed}"
        );
        assert_eq!(status(&api, &id).await, "DECLINED");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_is_named_labelled_and_loads_nothing() {
    in_browser(|browser| async move {
        let (api, (_, at)) = (start().await, Shop::start().await);
        let (_, url) = session(&api, &at).await;
        resize(&browser, 1_120, 860).await;
        browser.goto(&url).await.expect("the page");
        let script = "
            const named = e => e.labels?.length ? e.labels[0].innerText.trim() : e.innerText.trim();
            return {
                title: document.title, lang: document.documentElement.lang,
                landmarks: document.querySelectorAll('main, header').length,
                unnamed: [...document.querySelectorAll('input, button, summary')].filter(e => e.checkVisibility() && !named(e)).length,
                loaded: performance.getEntriesByType('resource').length,
                styled: getComputedStyle(document.querySelector('button.main')).fontWeight,
            }";
        let expected = json!({
            "title": "Pay 500.00 NOK \u{2013} sandbox", "lang": "en", "landmarks": 2, "unnamed": 0, "loaded": 0,
            "styled": "600",
        });
        assert_eq!(run(&browser, script).await, expected);
        picture(&browser, "payment-page.png").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_shows_the_total_and_the_pay_button_whatever_the_order_is_called() {
    in_browser(|browser| async move {
        let (api, (_, at)) = (start().await, Shop::start().await);
        let long = "Dampfschiff".repeat(20);
        let (_, url) = session_of(&api, &at, |body| {
            body["order"]["items"][0]["description"] = json!(long);
            body["order"]["merchant_reference"] = json!(&long[..200]);
            body["order"]["shipping_option"]["title"] = json!(long);
        })
        .await;
        for (width, height) in [(390, 844), (320, 568), (1_280, 900)] {
            browser.goto(&url).await.expect("the page");
            resize(&browser, width, height).await;
            let script = "
                const box = name => document.querySelector(name).getBoundingClientRect();
                const inView = name => box(name).top >= 0 && box(name).bottom <= innerHeight && box(name).right <= innerWidth;
                return {
                    pay: inView('button.main'), total: inView('summary .sum'), order: box('summary').height < 100 || innerWidth > 1000,
                    rows: [...document.querySelectorAll('.outcome, .switch label, button')].every(e => e.getBoundingClientRect().height >= 44),
                    quantity: box('th.few').width,
                }";
            let found = run(&browser, script).await;
            assert_eq!(
                (&found["pay"], &found["total"], &found["order"], &found["rows"]),
                (&json!(true), &json!(true), &json!(true), &json!(true)),
                "{width}: {found}"
            );
            assert!(!is_wide(&browser).await, "{width}");
            if width < 1_000 {
                click(&browser, "summary").await;
            }
            let script = "return ['thead', 'tfoot .sum', 'td.few'].map(s => { const box = document.querySelector(s).getBoundingClientRect(); return box.height > 0 && box.right <= innerWidth && box.width })";
            let found = run(&browser, script).await;
            assert!(found[0] != false && found[1] != false, "{width}: {found}");
            assert!(found[2].as_f64().is_some_and(|few| few < 100.0), "{width}: {found}");
            assert!(!is_wide(&browser).await, "{width}, opened");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_challenge_has_buttons_as_wide_as_their_words() {
    in_browser(|browser| async move {
        let (api, (_, at)) = (start().await, Shop::start().await);
        let (_, url) = session(&api, &at).await;
        browser.goto(&url).await.expect("the page");
        click(&browser, "[value='4000100000000000']").await;
        click(&browser, "[value=pay]").await;
        wait_for(&browser, "[name=challenge]").await;
        let script = "return Math.max(...[...document.querySelectorAll('button')].map(e => e.offsetWidth / e.form.offsetWidth))";
        let share = run(&browser, script).await;
        assert!(share.as_f64().is_some_and(|share| share < 0.5), "{share}");
    })
    .await;
}
