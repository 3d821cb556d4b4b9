//! Dintero's test cards, and what each of them does.

use crate::api::prelude::*;

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

/// One of Dintero's test cards, by its outcome or by its number.
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
        let first = digits.get(..6).unwrap_or_default();
        let last = digits.get(12..).unwrap_or_default();
        Self {
            brand,
            redacted: format!("{first}******{last}"),
            case,
            outcome,
        }
    }

    fn visa(case: Case) -> Self {
        let row = CARDS.iter().find(|row| row.0 == case);
        Self::new(case, "Visa", row.map_or("", |row| row.2))
    }

    /// Returns the Visa card that is approved without a challenge (4000 0000 0000 0002).
    #[must_use]
    pub fn approved() -> Self {
        Self::visa(Case::Approved)
    }

    /// Returns the Visa card whose 3-D Secure verification fails (4000 3000 0000 0006): the transaction is `DECLINED`.
    #[must_use]
    pub fn declined() -> Self {
        Self::visa(Case::VerificationFails)
    }

    /// Returns the Visa card whose authorization times out (4100 0000 0000 0001): the transaction is `FAILED`.
    #[must_use]
    pub fn failing() -> Self {
        Self::visa(Case::AuthorizationTimesOut)
    }

    /// Returns the test card with this number, spaces allowed; `None` if it is not one of the sandbox's cards, which the
    /// payment page lists. A challenge is passed; what times out does so at each try:
    ///
    /// | Visa, Mastercard | times out |
    /// | --- | --- |
    /// | 4100 0000 0000 0019, 5100 0000 0000 0016 | capture, auto-capture included |
    /// | 4100 0000 0000 0027, 5100 0000 0000 0024 | refund |
    /// | 4100 0000 0000 0035, 5100 0000 0000 0032 | auto-capture; a capture by request succeeds |
    /// | 4100 0000 0000 0043, 5100 0000 0000 0040 | void, also that of a cancelled session |
    /// | 4100 0000 0000 0050, 5100 0000 0000 0057 | keeping the card: it pays without a token, and only to keep it is `FAILED` |
    #[must_use]
    pub fn from_number(number: &str) -> Option<Self> {
        let digits = number.replace(' ', "");
        let mut cards = Self::all();
        Some(cards.find(|(_, number)| *number == digits)?.0)
    }

    /// Returns the card with this redacted number; the approved one where there is none.
    pub(crate) fn from_redacted(redacted: &str) -> Self {
        let mut cards = Self::all().map(|(card, _)| card);
        let found = cards.find(|card| card.redacted == redacted);
        found.unwrap_or_else(Self::approved)
    }

    fn all() -> impl Iterator<Item = (Self, &'static str)> {
        CARDS.iter().flat_map(|(case, _, visa, mastercard)| {
            let mastercard = mastercard.map(|number| ("Mastercard", number));
            let numbers = std::iter::once(("Visa", *visa)).chain(mastercard);
            numbers.map(|(brand, number)| (Self::new(*case, brand, number), number))
        })
    }

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

pub(crate) fn timeout(what: &str) -> Value {
    json!({"message": format!("{what} timed out"), "type": ["ERROR"]})
}

/// Whether `CAPTURE`, `REFUND` or `VOID` of a transaction times out, by the card that it was paid with.
pub(crate) fn times_out(transaction: &Transaction, event: &str) -> bool {
    let redacted = transaction.doc["card"]["masked_pan"].as_str();
    let case = redacted.map(|redacted| Card::from_redacted(redacted).case);
    matches!(
        (case, event),
        (Some(Case::CaptureTimesOut), "CAPTURE")
            | (Some(Case::RefundTimesOut), "REFUND")
            | (Some(Case::CancelTimesOut), "VOID")
    )
}

#[cfg(test)]
mod tests;
