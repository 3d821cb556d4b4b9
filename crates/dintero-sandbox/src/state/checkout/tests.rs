use super::*;

#[test]
fn the_status_follows_the_sums() {
    let cases = [
        ((0, 0, false), "AUTHORIZED"),
        ((40, 0, false), "PARTIALLY_CAPTURED"),
        ((40, 40, false), "PARTIALLY_CAPTURED_REFUNDED"),
        ((40, 0, true), "CAPTURED"),
        ((40, 40, true), "REFUNDED"),
        ((100, 0, false), "CAPTURED"),
        ((100, 30, false), "PARTIALLY_REFUNDED"),
        ((100, 100, false), "REFUNDED"),
    ];
    for ((captured, refunded, closed), status) in cases {
        let ledger = Ledger {
            captured,
            refunded,
            closed,
            ..Ledger::new(Authorization::Given, 100)
        };
        assert_eq!(ledger.status(), status, "{ledger:?}");
    }
}

#[test]
fn only_an_open_authorization_can_be_captured() {
    assert_eq!(Ledger::new(Authorization::Given, 100).capturable(), 100);
    for other in [
        Authorization::OnHold,
        Authorization::Declined,
        Authorization::Failed,
        Authorization::Voided,
    ] {
        assert_eq!(Ledger::new(other, 100).capturable(), 0);
    }
    let closed = Ledger {
        captured: 40,
        closed: true,
        ..Ledger::new(Authorization::Given, 100)
    };
    assert_eq!((closed.capturable(), closed.refundable()), (0, 40));
}
