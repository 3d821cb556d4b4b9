//! Rules about transactions.

use dintero_checkout::types::{
    PaymentProduct, PaymentProductType, Transaction, TransactionEventKind, TransactionStatus,
};

use super::{Reason, Verdict};
use crate::amount::{is_pending, kind};
use crate::{Amount, AmountsUnclear, TransactionAmounts};
use Verdict::{No, Unknown, Yes};

/// Rules that depend only on the status of a transaction.
pub trait StatusRules {
    /// Returns whether the status is final.
    ///
    /// REFUNDED, AUTHORIZATION_VOIDED, DECLINED (by or for the payer) and FAILED (technical) are final. All others can change by a
    /// decision elsewhere, a capture, a void or a refund. UNKNOWN is not final: Dintero resolves it.
    fn is_final(&self) -> Verdict;

    /// Returns whether money of the payer is authorized or captured, so that goods can be shipped.
    ///
    /// It is authorized in AUTHORIZED, and captured in part or in full in PARTIALLY_CAPTURED, PARTIALLY_CAPTURED_REFUNDED, CAPTURED and
    /// PARTIALLY_REFUNDED. Not yet in INITIATED and ON_HOLD, no longer in REFUNDED and AUTHORIZATION_VOIDED, never in DECLINED and FAILED.
    fn is_paid(&self) -> Verdict;
}

/// Rules about a transaction.
///
/// All verdicts but those that no product allows are unknown for a payment product that this version does not know.
pub trait TransactionRules {
    /// Returns whether this amount can be captured.
    ///
    /// Captures are possible in AUTHORIZED, PARTIALLY_CAPTURED and PARTIALLY_CAPTURED_REFUNDED, repeatedly, up to
    /// [`TransactionAmounts::capturable`]. The amount of an earlier capture in progress may not be left.
    ///
    /// Kravia captures an invoice without a call, so that the verdict is unknown, except with the invoice channel `merchant` and no
    /// INITIATE_CAPTURE event: then nothing is collected until you capture.
    ///
    /// After a `final_capture` nothing more can be captured; that is visible only where the provider reports the rest as voided.
    fn can_capture(&self, amount: Amount) -> Verdict;

    /// Returns whether this amount can be refunded.
    ///
    /// Refunds are possible in PARTIALLY_CAPTURED, PARTIALLY_CAPTURED_REFUNDED, CAPTURED and PARTIALLY_REFUNDED, up to what was captured
    /// and not refunded. A transaction that is only AUTHORIZED must be voided, not refunded: this is the most common mistake.
    /// Kravia invoices cannot be refunded at all.
    fn can_refund(&self, amount: Amount) -> Verdict;

    /// Returns whether what is not captured can be voided.
    ///
    /// Possible in AUTHORIZED. In PARTIALLY_CAPTURED only with the payment products `payex.creditcard`, `payex.mobilepay`, `payex.vipps`,
    /// `payex.applepay`, `payex.clicktopay`, `payex.googlepay`, `vipps`, `klarna.klarna` and `klarna.billie`. A CAPTURED transaction is
    /// refunded instead, and so is every Swish payment, which is captured at once and never AUTHORIZED. For an INITIATED transaction, cancel
    /// the session. Whether a Kravia invoice can be voided depends on its state in a way that is not documented. Without its events the verdict
    /// is unknown.
    fn can_void(&self) -> Verdict;

    /// Returns whether the session of this transaction can be cancelled.
    ///
    /// Possible while the transaction is INITIATED or AUTHORIZED, which voids it; rejected afterwards. Like a void, it is unknown while an
    /// earlier capture, refund or void is in progress.
    fn can_cancel_session(&self) -> Verdict;
}

/// The rules that depend on the status, in the order of the table in [`rule`].
#[derive(Clone, Copy)]
enum Rule {
    Final,
    Paid,
    Capture,
    Refund,
    Void,
    CancelSession,
}

/// Returns what a status allows, before amounts and pending events are considered.
fn rule(status: Option<&TransactionStatus>, rule: Rule) -> Verdict {
    use TransactionStatus as Status;
    let open = No(Reason::NotFinal);
    let done = No(Reason::AlreadyDone);
    let unpaid = No(Reason::NotAuthorized);
    let nothing_captured = No(Reason::NothingCaptured);
    let captured = No(Reason::Captured);
    let Some(status) = status else {
        return Unknown(Reason::MissingData);
    };
    let rules = match status {
        Status::Initiated => {
            let void = No(Reason::OnlyInitiated);
            [open, unpaid, unpaid, nothing_captured, void, Yes]
        }
        Status::OnHold => [open, unpaid, unpaid, nothing_captured, unpaid, done],
        Status::Authorized => [open, Yes, Yes, nothing_captured, Yes, Yes],
        Status::PartiallyCaptured => [open, Yes, Yes, Yes, Yes, done],
        Status::PartiallyCapturedRefunded => {
            let void = Unknown(Reason::Undocumented);
            [open, Yes, Yes, Yes, void, done]
        }
        Status::Captured | Status::PartiallyRefunded => [open, Yes, captured, Yes, captured, done],
        Status::Refunded | Status::AuthorizationVoided | Status::Declined | Status::Failed => {
            let end = No(Reason::Final);
            [Yes, end, end, end, end, end]
        }
        Status::LiteralUnknown => {
            let undecided = Unknown(Reason::Undecided);
            [open, undecided, undecided, undecided, undecided, undecided]
        }
        _ => [Unknown(Reason::UnknownState); 6],
    };
    rules[rule as usize]
}

impl StatusRules for TransactionStatus {
    fn is_final(&self) -> Verdict {
        rule(Some(self), Rule::Final)
    }

    fn is_paid(&self) -> Verdict {
        rule(Some(self), Rule::Paid)
    }
}

impl TransactionRules for Transaction {
    fn can_capture(&self, amount: Amount) -> Verdict {
        check_amount(self, amount, Rule::Capture, |amounts| {
            let (rest, pending) = (amounts.capturable(), amounts.pending_capture());
            within(amount, rest, pending, amounts.is_void_pending())
        })
    }

    fn can_refund(&self, amount: Amount) -> Verdict {
        check_amount(self, amount, Rule::Refund, |amounts| {
            let (rest, pending) = (amounts.refundable(), amounts.pending_refund());
            within(amount, Some(rest), pending, false)
        })
    }

    fn can_void(&self) -> Verdict {
        let allowed = match self.status.as_ref() {
            Some(TransactionStatus::Authorized) if is_swish(self) => Unknown(Reason::Undocumented),
            Some(TransactionStatus::PartiallyCaptured) if !is_kravia(self) => can_void_rest(self),
            status => rule(status, Rule::Void),
        };
        unless_pending(self, for_product(self, Rule::Void, allowed))
    }

    fn can_cancel_session(&self) -> Verdict {
        let status = self.status.as_ref();
        // Cancelling the session of an AUTHORIZED transaction voids it.
        let operation = match status {
            Some(TransactionStatus::Authorized) => Rule::Void,
            _ => Rule::CancelSession,
        };
        let allowed = rule(status, Rule::CancelSession);
        unless_pending(self, for_product(self, operation, allowed))
    }
}

/// Narrows what the status allows to what the payment product supports.
fn for_product(transaction: &Transaction, operation: Rule, verdict: Verdict) -> Verdict {
    let allowed = verdict == Yes;
    if is_kravia(transaction) {
        return match operation {
            Rule::Refund if allowed || verdict.is_unknown() => No(Reason::PaymentProduct),
            Rule::Capture if allowed && !is_capture_due(transaction) => {
                Unknown(Reason::Undocumented)
            }
            // There is no refund to turn to.
            Rule::Void if allowed || verdict == No(Reason::Captured) => {
                Unknown(Reason::Undocumented)
            }
            _ => verdict,
        };
    }
    let product = transaction.payment_product.as_ref();
    // Whether a captured Kravia invoice can be voided is not documented.
    let may_be_kravia = matches!((operation, verdict), (Rule::Void, No(Reason::Captured)))
        && product.is_none_or(PaymentProduct::is_unknown);
    match &transaction.payment_product_type {
        None if allowed || may_be_kravia => Unknown(Reason::MissingData),
        Some(product) if allowed && product.is_unknown() => Unknown(Reason::UnknownState),
        _ => verdict,
    }
}

fn is_kravia(transaction: &Transaction) -> bool {
    let product = transaction.payment_product_type.as_ref();
    transaction.payment_product == Some(PaymentProduct::Kravia)
        || product.is_some_and(|product| product.as_str().starts_with("kravia."))
}

/// Whether the merchant delivers the Kravia invoice and has not captured yet, without which nothing is collected.
fn is_capture_due(transaction: &Transaction) -> bool {
    let metadata = transaction.metadata.as_ref();
    let channel = metadata.and_then(|metadata| metadata.kravia_invoice_channel.as_deref());
    let status = transaction.status.as_ref();
    let initiated = |event| kind(event) == Some(TransactionEventKind::InitiateCapture);
    channel == Some("merchant")
        && status == Some(&TransactionStatus::Authorized)
        && !transaction.events.iter().flatten().any(initiated)
}

fn check_amount(
    transaction: &Transaction,
    amount: Amount,
    operation: Rule,
    check: impl FnOnce(TransactionAmounts) -> Verdict,
) -> Verdict {
    if !amount.is_positive() {
        return No(Reason::NotPositive);
    }
    let Some(currency) = &transaction.currency else {
        return Unknown(Reason::MissingData);
    };
    if currency != amount.currency().code() {
        return No(Reason::Currency);
    }
    let allowed = rule(transaction.status.as_ref(), operation);
    let allowed = for_product(transaction, operation, allowed);
    if allowed != Yes {
        return allowed;
    }
    let unclear = |unclear| Unknown(Reason::Amounts(unclear));
    TransactionAmounts::of(transaction).map_or_else(unclear, check)
}

/// Compares an amount with what remains, of which events in progress may take a part, or all if one `may_end` the payment.
fn within(amount: Amount, remaining: Option<Amount>, pending: Amount, may_end: bool) -> Verdict {
    let Some(remaining) = remaining else {
        return Unknown(Reason::UnknownState);
    };
    if amount > remaining {
        return No(Reason::ExceedsRemaining { remaining });
    }
    match remaining.checked_sub(pending) {
        Ok(certain) if amount <= certain && !may_end => Yes,
        Ok(_) => Unknown(Reason::Pending),
        Err(error) => Unknown(Reason::Amounts(AmountsUnclear::Amount(error))),
    }
}

fn unless_pending(transaction: &Transaction, verdict: Verdict) -> Verdict {
    match is_pending(transaction) {
        _ if verdict != Yes => verdict,
        Ok(false) => Yes,
        Ok(true) => Unknown(Reason::Pending),
        Err(unclear) => Unknown(Reason::Amounts(unclear)),
    }
}

fn can_void_rest(transaction: &Transaction) -> Verdict {
    use PaymentProductType as Product;
    let Some(product) = &transaction.payment_product_type else {
        return Unknown(Reason::MissingData);
    };
    match product {
        Product::PayexCreditcard
        | Product::PayexMobilepay
        | Product::PayexVipps
        | Product::PayexApplepay
        | Product::PayexClicktopay
        | Product::PayexGooglepay
        | Product::Vipps
        | Product::KlarnaKlarna
        | Product::KlarnaBillie => {}
        product if product.is_unknown() => return Unknown(Reason::UnknownState),
        _ => return No(Reason::PaymentProduct),
    }
    match TransactionAmounts::of(transaction).map(|amounts| amounts.capturable()) {
        Ok(Some(remaining)) if remaining.is_zero() => No(Reason::ExceedsRemaining { remaining }),
        Ok(_) => Yes,
        Err(unclear) => Unknown(Reason::Amounts(unclear)),
    }
}

fn is_swish(transaction: &Transaction) -> bool {
    matches!(
        transaction.payment_product_type,
        Some(PaymentProductType::SwishSwish | PaymentProductType::PayexSwish)
    )
}
