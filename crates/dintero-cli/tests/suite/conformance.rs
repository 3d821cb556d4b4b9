//! `dintero conformance`: what responses have that the documents do not know.

use dintero_sandbox::Fault;

use crate::support::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_and_the_documents_agree() {
    let shop = Shop::start().await;
    shop.payment();
    let ran = shop.run(&["conformance", "--write"]);
    assert_eq!(
        (ran.code, ran.err.contains(" 0 differences")),
        (0, true),
        "{ran:?}"
    );
    for id in [
        "transactions_id_get",
        "checkout_session_get",
        "aid_orders_id_get",
        "aid_cards_cardid_get",
    ] {
        assert!(read(&shop, id) > 0, "{id} was not read: {ran:?}");
    }
}

fn read(shop: &Shop, id: &str) -> usize {
    let logged = shop.sandbox.requests();
    let matching = logged
        .iter()
        .filter(|request| request.operation_id.as_deref() == Some(id));
    matching.count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_documented_is_a_row_and_an_action_of_an_overlay() {
    let shop = Shop::start().await;
    shop.payment();
    let faults = || {
        shop.sandbox
            .fail_next("transactions_id_get", Fault::ExtraField);
        shop.sandbox
            .fail_next("transactions_get", Fault::UnknownEnumValue);
    };
    faults();
    let ran = shop.run(&["conformance"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let rows: Vec<_> = ran
        .out
        .lines()
        .filter(|line| line.contains("unknown field") || line.contains("unknown value"))
        .collect();
    assert!(
        rows.iter()
            .any(|row| row.contains("transactions_id_get") && row.contains("sandbox_extra_field")),
        "{ran:?}"
    );
    assert!(
        rows.iter()
            .any(|row| row.contains("transactions_get") && row.contains("status")),
        "{ran:?}"
    );
    assert!(
        ran.out.contains("overlay: 1.0.0") && ran.out.contains("\"sandbox_extra_field\""),
        "{ran:?}"
    );
    assert!(
        !ran.out.contains("shop.example"),
        "no values of fields: {ran:?}"
    );
    faults();
    let json = shop.run(&["conformance", "--json"]);
    assert!(
        json.lines()
            .iter()
            .any(|line| line["kind"] == "unknown field" && line["path"] == "sandbox_extra_field"),
        "{json:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overlay_that_was_printed_applies_to_the_document() {
    let shop = Shop::start().await;
    shop.payment();
    shop.sandbox
        .fail_next("transactions_id_get", Fault::ExtraField);
    shop.sandbox
        .fail_next("transactions_get", Fault::UnknownEnumValue);
    let ran = shop.run(&["conformance"]);
    let start = ran
        .out
        .find("# An overlay for openapi/checkout.yaml")
        .unwrap();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi");
    let mut document =
        dintero_codegen::document::Document::read(&folder.join("checkout.yaml")).unwrap();
    let overlay = dintero_codegen::document::Document::parse("overlay", &ran.out[start..]).unwrap();
    let before = document.root.to_string();
    dintero_codegen::overlay::apply(&mut document, &overlay, true).unwrap();
    assert!(
        !before.contains("sandbox_extra_field")
            && document.root.to_string().contains("sandbox_extra_field")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_production_account_is_refused_even_with_the_flag() {
    let shop = Shop::start().await;
    let ran = shop.run_with(
        &["conformance", "--production"],
        "",
        &[("DINTERO_ACCOUNT_ID", "P12345678")],
    );
    assert_eq!((ran.code, shop.sandbox.requests().len()), (2, 0), "{ran:?}");
}
