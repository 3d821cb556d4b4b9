//! Dintero's test cards, and what each of them does.

use serde_json::{Value, json};

use crate::state::checkout::{Authorization, Transaction};

/// What a test card does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Approved,
    Challenge,
    Attempt,
    VerificationFails,
    Declined,
    AuthorizationTimesOut,
    CaptureTimesOut,
    RefundTimesOut,
    AutoCaptureTimesOut,
    CancelTimesOut,
    TokenTimesOut,
}

/// Every test card: what it does, its Visa number and its Mastercard number.
#[rustfmt::skip]
pub(crate) const CARDS: [(Case, &str, &str, Option<&str>); 11] = [
    (Case::Approved, "Approved", "4000000000000002", Some("5200000000000007")),
    (Case::Challenge, "Approved after a challenge", "4000100000000000", Some("5200000000000015")),
    (Case::Attempt, "Approved, proof of attempt", "4000200000000008", Some("5200000000000023")),
    (Case::VerificationFails, "3-D Secure fails", "4000300000000006", Some("5200000000000031")),
    (Case::Declined, "Declined, needs 3-D Secure", "4100000000000076", None),
    (Case::AuthorizationTimesOut, "Authorization times out", "4100000000000001", Some("5100000000000008")),
    (Case::CaptureTimesOut, "Capture times out", "4100000000000019", Some("5100000000000016")),
    (Case::RefundTimesOut, "Refund times out", "4100000000000027", Some("5100000000000024")),
    (Case::AutoCaptureTimesOut, "Auto-capture times out", "4100000000000035", Some("5100000000000032")),
    (Case::CancelTimesOut, "Cancel times out", "4100000000000043", Some("5100000000000040")),
    (Case::TokenTimesOut, "Keeping the card times out", "4100000000000050", Some("5100000000000057")),
];

/// One of Dintero's test cards.
///
/// The constructors return Visa cards; [`Card::from_number`] accepts the numbers of Mastercard, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    pub(crate) brand: &'static str,
    pub(crate) redacted: String,
    pub(crate) case: Case,
    pub(crate) outcome: Authorization,
}

impl Card {
    fn new(case: Case, brand: &'static str, digits: &str) -> Self {
        let outcome = match case {
            Case::VerificationFails | Case::Declined => Authorization::Declined,
            Case::AuthorizationTimesOut => Authorization::Failed,
            _ => Authorization::Given,
        };
        let (first, last) = (digits.get(..6), digits.get(12..));
        Self {
            brand,
            redacted: format!(
                "{}******{}",
                first.unwrap_or_default(),
                last.unwrap_or_default()
            ),
            case,
            outcome,
        }
    }

    fn visa(case: Case) -> Self {
        let row = CARDS.iter().find(|row| row.0 == case);
        Self::new(case, "Visa", row.map_or("", |row| row.2))
    }

    /// Returns the card that is approved without a challenge (4000 0000 0000 0002).
    #[must_use]
    pub fn approved() -> Self {
        Self::visa(Case::Approved)
    }

    /// Returns the card that is approved after a challenge (4000 1000 0000 0000). [`Sandbox::pay`](crate::Sandbox::pay)
    /// passes the challenge; on the page the payer decides.
    #[must_use]
    pub fn challenged() -> Self {
        Self::visa(Case::Challenge)
    }

    /// Returns the card whose 3-D Secure verification fails (4000 3000 0000 0006): the transaction is `DECLINED`.
    #[must_use]
    pub fn declined() -> Self {
        Self::visa(Case::VerificationFails)
    }

    /// Returns the card whose authorization times out (4100 0000 0000 0001): the transaction is `FAILED`.
    #[must_use]
    pub fn failing() -> Self {
        Self::visa(Case::AuthorizationTimesOut)
    }

    /// Returns the card of which every capture times out (4100 0000 0000 0019), auto-capture included.
    #[must_use]
    pub fn capture_times_out() -> Self {
        Self::visa(Case::CaptureTimesOut)
    }

    /// Returns the card of which every refund times out (4100 0000 0000 0027).
    #[must_use]
    pub fn refund_times_out() -> Self {
        Self::visa(Case::RefundTimesOut)
    }

    /// Returns the card whose auto-capture times out (4100 0000 0000 0035); a capture by request succeeds.
    #[must_use]
    pub fn auto_capture_times_out() -> Self {
        Self::visa(Case::AutoCaptureTimesOut)
    }

    /// Returns the card of which every void times out (4100 0000 0000 0043), also that of a cancelled session.
    #[must_use]
    pub fn cancel_times_out() -> Self {
        Self::visa(Case::CancelTimesOut)
    }

    /// Returns the card that cannot be kept, since that times out (4100 0000 0000 0050): the payment is made without a
    /// card token, and in a session that only keeps the card the transaction is `FAILED`.
    #[must_use]
    pub fn token_times_out() -> Self {
        Self::visa(Case::TokenTimesOut)
    }

    /// Returns the test card with this number, spaces allowed; `None` if it is not one of the sandbox's cards.
    #[must_use]
    pub fn from_number(number: &str) -> Option<Self> {
        let digits = number.replace(' ', "");
        let mut cards = Self::all();
        cards
            .find(|(_, number)| *number == digits)
            .map(|(card, _)| card)
    }

    /// Returns the card with this redacted number; the approved one where there is none.
    pub(crate) fn from_redacted(redacted: &str) -> Self {
        let mut cards = Self::all().map(|(card, _)| card);
        cards
            .find(|card| card.redacted == redacted)
            .unwrap_or_else(Self::approved)
    }

    /// Returns all cards and their numbers.
    fn all() -> impl Iterator<Item = (Self, &'static str)> {
        CARDS.iter().flat_map(|(case, _, visa, mastercard)| {
            let mastercard =
                mastercard.map(|number| (Self::new(*case, "Mastercard", number), number));
            [Some((Self::new(*case, "Visa", visa), *visa)), mastercard]
                .into_iter()
                .flatten()
        })
    }

    /// Returns what the transaction shows of the card.
    pub(crate) fn shown(&self) -> Value {
        let (status, eci) = match (self.case, self.brand) {
            (_, "Visa") if self.outcome == Authorization::Declined => ("N", "07"),
            _ if self.outcome == Authorization::Declined => ("N", "00"),
            (Case::Attempt, "Visa") => ("A", "06"),
            (Case::Attempt, _) => ("A", "01"),
            (_, "Visa") => ("Y", "05"),
            _ => ("Y", "02"),
        };
        json!({
            "brand": self.brand, "masked_pan": self.redacted, "expiry_date": "12/2099", "type": "Credit",
            "country": "NOR", "authentication_status": status, "eci": eci,
        })
    }

    /// Returns why the card was not authorized, as the transaction's event shows it; null if it was.
    pub(crate) fn error(&self) -> Value {
        match (self.outcome, self.case) {
            (Authorization::Declined, Case::Declined) => json!({
                "code": "1A", "message": "the card was declined: 3-D Secure is needed",
                "type": ["DECLINED", "ADDITIONAL_VERIFICATION_REQUIRED"],
            }),
            (Authorization::Declined, _) => {
                json!({"message": "the payer was not verified", "type": ["DECLINED", "FAILED_VERIFICATION"]})
            }
            (Authorization::Failed, Case::TokenTimesOut) => timeout("keeping the card"),
            (Authorization::Failed, _) => timeout("the authorization"),
            _ => Value::Null,
        }
    }
}

/// The error of an event that timed out at the provider.
pub(crate) fn timeout(what: &str) -> Value {
    json!({"message": format!("{what} timed out"), "type": ["ERROR"]})
}

/// Whether `CAPTURE`, `REFUND` or `VOID` of a transaction times out, by the card that it was paid with.
pub(crate) fn times_out(transaction: &Transaction, event: &str) -> bool {
    let redacted = transaction
        .doc
        .get("card")
        .and_then(|card| card["masked_pan"].as_str());
    let case = redacted.map(|redacted| Card::from_redacted(redacted).case);
    matches!(
        (case, event),
        (Some(Case::CaptureTimesOut), "CAPTURE")
            | (Some(Case::RefundTimesOut), "REFUND")
            | (Some(Case::CancelTimesOut), "VOID")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_test_cards_are_played_and_others_refused() {
        let card = Card::from_number("5200 0000 0000 0007").expect("a test card");
        assert_eq!(
            (card.brand, card.redacted.as_str(), card.outcome),
            ("Mastercard", "520000******0007", Authorization::Given)
        );
        assert_eq!(
            Card::from_number("4000 0000 0000 0002"),
            Some(Card::approved())
        );
        for unknown in ["4242 4242 4242 4242", "", " "] {
            assert_eq!(Card::from_number(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_redacted_number_still_identifies_the_card() {
        let mut seen = 0;
        for (case, _, visa, mastercard) in CARDS {
            for number in [Some(visa), mastercard].into_iter().flatten() {
                let card = Card::from_number(number).expect("in the table");
                assert_eq!(Card::from_redacted(&card.redacted), card);
                assert_eq!(card.case, case);
                seen += 1;
            }
        }
        assert_eq!(seen, 21);
    }

    #[test]
    fn a_card_does_not_show_its_number_in_debug() {
        assert!(!format!("{:?}", Card::approved()).contains("4000000000000002"));
    }
}
