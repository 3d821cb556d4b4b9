//! What may be done with a payment.

use dintero_checkout::types::{PaymentProductType, Transaction, TransactionStatus};

use super::{Answer, Reason};
use crate::amount::is_pending;
use crate::{Amount, TransactionAmounts, Unclear};
use Answer::{No, Unknown, Yes};

/// What follows from the status of a transaction alone.
pub trait StatusRules {
    /// Will the status never change again?
    ///
    /// REFUNDED, AUTHORIZATION_VOIDED, DECLINED (by or for the payer) and FAILED (technical) are final. All others may change by a
    /// decision elsewhere, a capture, a void or a refund. UNKNOWN is not final: Dintero resolves it by itself.
    fn is_final(&self) -> Answer;

    /// Is money of the payer reserved or taken, so that goods may be sent?
    ///
    /// Reserved in AUTHORIZED, taken in part or whole in PARTIALLY_CAPTURED, PARTIALLY_CAPTURED_REFUNDED, CAPTURED and
    /// PARTIALLY_REFUNDED. Not yet in INITIATED and ON_HOLD, no longer in REFUNDED and AUTHORIZATION_VOIDED, never in DECLINED and FAILED.
    fn is_paid(&self) -> Answer;
}

/// What may be done with a transaction.
pub trait TransactionRules {
    /// May this amount be captured?
    ///
    /// Captured may be in AUTHORIZED, PARTIALLY_CAPTURED and PARTIALLY_CAPTURED_REFUNDED, again and again while something is left
    /// of the authorization, and not more than that; see [`TransactionAmounts::capturable`]. While an earlier capture has no outcome, what it
    /// may take is not certain to be left.
    ///
    /// After a `final_capture` nothing more can be captured; that shows only where the provider reports the rest as voided.
    fn can_capture(&self, amount: Amount) -> Answer;

    /// May this amount be given back?
    ///
    /// Refunded may be in PARTIALLY_CAPTURED, PARTIALLY_CAPTURED_REFUNDED, CAPTURED and PARTIALLY_REFUNDED, up to what was
    /// captured and not refunded. What is only AUTHORIZED is not refunded but voided: the commonest mistake of all.
    fn can_refund(&self, amount: Amount) -> Answer;

    /// May what is not captured be released?
    ///
    /// In AUTHORIZED, yes. In PARTIALLY_CAPTURED only by some ways of paying: `payex.creditcard`, `payex.mobilepay`, `payex.vipps`,
    /// `payex.applepay`, `payex.clicktopay`, `payex.googlepay`, `vipps`, `klarna.klarna` and `klarna.billie`. What is CAPTURED is refunded; so
    /// is every Swish payment, which is captured at once and never AUTHORIZED. What is INITIATED ends by cancelling the session.
    fn can_void(&self) -> Answer;

    /// May the session of this transaction be cancelled?
    ///
    /// While the transaction is INITIATED or AUTHORIZED, which voids it; afterwards it is refused. Like a void it is not certain while an
    /// earlier capture, refund or void has no outcome.
    fn can_cancel_session(&self) -> Answer;
}

impl StatusRules for TransactionStatus {
    fn is_final(&self) -> Answer {
        match self {
            Self::Refunded | Self::AuthorizationVoided | Self::Declined | Self::Failed => Yes,
            Self::Initiated
            | Self::OnHold
            | Self::Authorized
            | Self::PartiallyCaptured
            | Self::PartiallyCapturedRefunded
            | Self::Captured
            | Self::PartiallyRefunded
            | Self::LiteralUnknown => No(Reason::NotFinal),
            _ => Unknown(Reason::UnknownState),
        }
    }

    fn is_paid(&self) -> Answer {
        match self {
            Self::Authorized
            | Self::PartiallyCaptured
            | Self::PartiallyCapturedRefunded
            | Self::Captured
            | Self::PartiallyRefunded => Yes,
            Self::Initiated | Self::OnHold => No(Reason::NotAuthorized),
            Self::Refunded | Self::AuthorizationVoided | Self::Declined | Self::Failed => {
                No(Reason::Final)
            }
            other => unclear(other),
        }
    }
}

impl TransactionRules for Transaction {
    fn can_capture(&self, amount: Amount) -> Answer {
        use TransactionStatus as Status;
        ask(self, amount, |status| match status {
            Status::Authorized | Status::PartiallyCaptured | Status::PartiallyCapturedRefunded => {
                Ok(|amounts: &TransactionAmounts| Limit {
                    left: amounts.capturable(),
                    pending: amounts.pending_capture(),
                    ends: amounts.is_void_pending(),
                })
            }
            Status::Initiated | Status::OnHold => Err(No(Reason::NotAuthorized)),
            Status::Captured | Status::PartiallyRefunded => Err(No(Reason::Captured)),
            Status::Refunded | Status::AuthorizationVoided | Status::Declined | Status::Failed => {
                Err(No(Reason::Final))
            }
            other => Err(unclear(other)),
        })
    }

    fn can_refund(&self, amount: Amount) -> Answer {
        use TransactionStatus as Status;
        ask(self, amount, |status| match status {
            Status::PartiallyCaptured
            | Status::PartiallyCapturedRefunded
            | Status::Captured
            | Status::PartiallyRefunded => Ok(|amounts: &TransactionAmounts| Limit {
                left: Some(amounts.refundable()),
                pending: amounts.pending_refund(),
                ends: false,
            }),
            Status::Authorized | Status::Initiated | Status::OnHold => {
                Err(No(Reason::NothingCaptured))
            }
            Status::Refunded | Status::AuthorizationVoided | Status::Declined | Status::Failed => {
                Err(No(Reason::Final))
            }
            other => Err(unclear(other)),
        })
    }

    fn can_void(&self) -> Answer {
        use TransactionStatus as Status;
        let Some(status) = &self.status else {
            return Unknown(Reason::Missing);
        };
        let allowed = match status {
            Status::Authorized if is_swish(&self.payment_product_type) => Unknown(Reason::NoRule),
            Status::Authorized => Yes,
            Status::PartiallyCaptured => voids_the_rest(self),
            Status::PartiallyCapturedRefunded => Unknown(Reason::NoRule),
            Status::Initiated => No(Reason::OnlyBegun),
            Status::OnHold => No(Reason::NotAuthorized),
            Status::Captured | Status::PartiallyRefunded => No(Reason::Captured),
            Status::Refunded | Status::AuthorizationVoided | Status::Declined | Status::Failed => {
                No(Reason::Final)
            }
            other => unclear(other),
        };
        unless_pending(self, allowed)
    }

    fn can_cancel_session(&self) -> Answer {
        match &self.status {
            None => Unknown(Reason::Missing),
            Some(TransactionStatus::Initiated | TransactionStatus::Authorized) => {
                unless_pending(self, Yes)
            }
            Some(status) => match status.is_final() {
                Yes => No(Reason::Final),
                No(_) if *status != TransactionStatus::LiteralUnknown => No(Reason::Done),
                _ => unclear(status),
            },
        }
    }
}

/// What an amount is held against.
struct Limit {
    left: Option<Amount>,
    /// Taken already, without outcome.
    pending: Amount,
    /// Something without outcome may leave nothing.
    ends: bool,
}

fn ask<F: FnOnce(&TransactionAmounts) -> Limit>(
    transaction: &Transaction,
    amount: Amount,
    by_status: impl FnOnce(&TransactionStatus) -> Result<F, Answer>,
) -> Answer {
    if !amount.is_positive() {
        return No(Reason::NotPositive);
    }
    if transaction.currency != amount.currency().code() {
        return No(Reason::Currency);
    }
    let Some(status) = &transaction.status else {
        return Unknown(Reason::Missing);
    };
    let limit = match by_status(status) {
        Ok(limit) => limit,
        Err(answer) => return answer,
    };
    match TransactionAmounts::of(transaction) {
        Ok(amounts) => within(amount, &limit(&amounts)),
        Err(unclear) => Unknown(Reason::Events(unclear)),
    }
}

fn within(amount: Amount, limit: &Limit) -> Answer {
    let Some(left) = limit.left else {
        return Unknown(Reason::UnknownState);
    };
    if amount > left {
        return No(Reason::TooMuch { left });
    }
    match left.checked_sub(limit.pending) {
        Ok(certain) if amount <= certain && !limit.ends => Yes,
        Ok(_) => Unknown(Reason::Pending),
        Err(error) => Unknown(Reason::Events(Unclear::Amount(error))),
    }
}

/// A yes holds only while nothing is without outcome.
fn unless_pending(transaction: &Transaction, answer: Answer) -> Answer {
    match is_pending(transaction) {
        _ if answer != Yes => answer,
        Ok(false) => Yes,
        Ok(true) => Unknown(Reason::Pending),
        Err(unclear) => Unknown(Reason::Events(unclear)),
    }
}

fn voids_the_rest(transaction: &Transaction) -> Answer {
    use PaymentProductType as Product;
    match &transaction.payment_product_type {
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
        _ => return No(Reason::Product),
    }
    match TransactionAmounts::of(transaction).map(|amounts| amounts.capturable()) {
        Ok(Some(left)) if left.is_zero() => No(Reason::TooMuch { left }),
        Ok(_) => Yes,
        Err(unclear) => Unknown(Reason::Events(unclear)),
    }
}

fn is_swish(product: &PaymentProductType) -> bool {
    matches!(
        product,
        PaymentProductType::SwishSwish | PaymentProductType::PayexSwish
    )
}

fn unclear(status: &TransactionStatus) -> Answer {
    match status {
        TransactionStatus::LiteralUnknown => Unknown(Reason::Undecided),
        _ => Unknown(Reason::UnknownState),
    }
}
