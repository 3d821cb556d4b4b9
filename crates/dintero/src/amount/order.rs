//! Checking that the amounts of an order add up.

use std::fmt;

use dintero_checkout::types::{
    DiscountCodesOrderItem, DiscountCodesOrderUpdate, OrderItem, OrderItemInput,
    OrderShippingOption, PayoutSplit, SessionOrder, SessionOrderInput, SessionOrderUpdate,
    ShippingAddressOrderUpdate,
};

use crate::set_aside::was_set_aside;

/// An order whose amounts can be checked: the order of a session, of a new session or an update, or of the response to an express
/// callback.
pub trait OrderAmounts {
    #[doc(hidden)]
    fn summary(&self) -> Summary<'_>;
}

/// The amounts of an order.
pub struct Summary<'a> {
    /// `None` if an update leaves the total as it is, an error if the total is not an integer.
    total: Option<Result<i64, Difference>>,
    /// `None` if the order has no list of items.
    lines: Option<Vec<Line<'a>>>,
    shipping: Option<Line<'a>>,
    is_partial: bool,
    unreadable: Vec<&'a str>,
}

#[derive(Default)]
struct Line<'a> {
    line_id: Option<&'a str>,
    amount: Option<i64>,
    splits: &'a [PayoutSplit],
    is_unreadable: bool,
}

/// The error of an order whose amounts do not add up, with all mismatches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmountsMismatch {
    found: Vec<AmountMismatch>,
}

/// An amount that does not equal the sum of its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AmountMismatch {
    /// The field in wire names: `amount`, `items[2].amount`, `items[2].splits` or `shipping_option.splits`.
    pub field: String,
    /// The `line_id` of the line, if it has one.
    pub line_id: Option<String>,
    difference: Difference,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Difference {
    /// The amount less the sum of its parts.
    By(i64),
    Missing,
    NotInteger,
    TooLarge,
    Unreadable,
}

impl AmountsMismatch {
    /// Returns all mismatches, lines first, the total last.
    pub fn iter(&self) -> impl Iterator<Item = &AmountMismatch> {
        self.found.iter()
    }
}

impl AmountMismatch {
    /// Returns the amount less the sum of its parts, in minor units; `None` if an amount is missing, not an integer or too large.
    pub fn difference(&self) -> Option<i64> {
        match self.difference {
            Difference::By(difference) => Some(difference),
            _ => None,
        }
    }
}

impl fmt::Display for AmountMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.field)?;
        if let Some(line_id) = &self.line_id {
            write!(f, " (line {line_id})")?;
        }
        match self.difference {
            Difference::By(by) => {
                let (by, side) = (by.unsigned_abs(), if by < 0 { "less" } else { "more" });
                write!(
                    f,
                    ": the amount is {by} minor units {side} than the sum of its parts"
                )
            }
            Difference::Missing => f.write_str(" is missing"),
            Difference::NotInteger => f.write_str(" is not an integer of minor units"),
            Difference::TooLarge => f.write_str(" is too large to add up"),
            Difference::Unreadable => f.write_str(" does not fit its type and was set aside"),
        }
    }
}

impl fmt::Display for AmountsMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found: Vec<String> = self.found.iter().map(AmountMismatch::to_string).collect();
        let found = found.join("; ");
        write!(f, "the amounts of the order do not add up: {found}")
    }
}

impl std::error::Error for AmountsMismatch {}

/// Checks that the amounts of an order add up, before it is sent.
///
/// `amount` must be the sum of the items' `amount` and `shipping_option.amount`. The amount of a line includes VAT and discounts, so
/// `vat_amount`, `discount_lines` and `gift_cards` are not added. With `partial_payment` the total may be lower. The splits of a line, if
/// there are any, must add up to the line. Dintero rejects a wrong sum in an update, but at creation only with the toggle
/// `strict-session-amounts`; otherwise the capture fails later.
///
/// An order without a list of items passes, as does an update without a total.
///
/// ```
/// use dintero::check_amounts;
/// use dintero::checkout::types::{OrderItemInput, SessionOrderInput};
///
/// # fn main() -> Result<(), dintero::Error> {
/// let chair = OrderItemInput::builder().id("chair").line_id("1").amount(29990).build()?;
/// let order = SessionOrderInput::builder().amount(30000).currency("NOK").merchant_reference("order-1").items([chair]).build()?;
/// let wrong = check_amounts(&order).expect_err("the total is 10 too high");
/// assert_eq!(wrong.iter().next().and_then(|total| total.difference()), Some(10));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`AmountsMismatch`] has each mismatch with its field, line and difference.
pub fn check_amounts(order: &impl OrderAmounts) -> Result<(), AmountsMismatch> {
    check(order.summary())
}

/// Checks the order of a response to an express callback, whose `amount` must include the selected shipping option although the response
/// does not name it. Dintero adds a line `correction-…` to an order that does not add up.
///
/// # Errors
/// [`AmountsMismatch`], as [`check_amounts`].
pub fn check_amounts_with_shipping(
    order: &impl OrderAmounts,
    shipping: i64,
) -> Result<(), AmountsMismatch> {
    let mut summary = order.summary();
    summary.shipping = Some(Line {
        amount: Some(shipping),
        ..Line::default()
    });
    check(summary)
}

fn check(order: Summary<'_>) -> Result<(), AmountsMismatch> {
    let mut found = Vec::new();
    let mut add = |field: String, line_id: Option<&str>, difference| {
        let line_id = line_id.map(str::to_owned);
        found.push(AmountMismatch {
            field,
            line_id,
            difference,
        });
    };
    // No list of i64 in memory can overflow it.
    let mut sum: i128 = 0;
    let mut complete = order.lines.is_some() && order.unreadable.is_empty();
    for field in order.unreadable {
        add(field.to_owned(), None, Difference::Unreadable);
    }
    let lines = order.lines.unwrap_or_default();
    let places = (0..).map(|index| format!("items[{index}]")).zip(lines);
    let shipping = order
        .shipping
        .map(|line| ("shipping_option".to_owned(), line));
    for (place, line) in places.chain(shipping) {
        let amount = match line.amount.map(i128::from) {
            _ if line.is_unreadable => Err(("splits", Difference::Unreadable)),
            amount => amount.ok_or(("amount", Difference::Missing)),
        };
        let amount = match amount {
            Ok(amount) => amount,
            Err((field, difference)) => {
                complete = false;
                add(format!("{place}.{field}"), line.line_id, difference);
                continue;
            }
        };
        sum += amount;
        let parts = line.splits.iter().map(|split| i128::from(split.amount));
        if !line.splits.is_empty()
            && let Some(difference) = difference(amount, parts.sum())
        {
            add(format!("{place}.splits"), line.line_id, difference);
        }
    }
    let total = match order.total {
        Some(Err(difference)) => Some(difference),
        Some(Ok(total)) if complete => {
            difference(i128::from(total), sum).filter(|difference| match difference {
                Difference::By(by) => *by > 0 || !order.is_partial,
                _ => true,
            })
        }
        _ => None,
    };
    if let Some(difference) = total {
        add("amount".to_owned(), None, difference);
    }
    match found.is_empty() {
        true => Ok(()),
        false => Err(AmountsMismatch { found }),
    }
}

fn difference(stated: i128, parts: i128) -> Option<Difference> {
    match i64::try_from(stated - parts) {
        Ok(0) => None,
        Ok(by) => Some(Difference::By(by)),
        Err(_) => Some(Difference::TooLarge),
    }
}

macro_rules! lines {
    ($($line:ty: $item:ident => $line_id:expr, $amount:expr;)*) => {$(
        impl<'a> From<&'a $line> for Line<'a> {
            fn from($item: &'a $line) -> Self {
                Self {
                    line_id: $line_id,
                    amount: $amount,
                    splits: $item.splits.as_deref().unwrap_or_default(),
                    is_unreadable: was_set_aside($item.unknown_fields(), &["splits"]),
                }
            }
        }
    )*};
}

lines! {
    OrderItem: item => item.line_id.as_deref(), item.amount;
    OrderItemInput: item => item.line_id.as_deref(), item.amount;
    DiscountCodesOrderItem: item => item.line_id.as_deref(), item.amount;
    OrderShippingOption: option => Some(&option.line_id), Some(option.amount);
}

/// The fields of an order that are read, and may be absent.
const READ: [&str; 3] = ["items", "shipping_option", "partial_payment"];

macro_rules! orders {
    ($($order:ty: $self:ident => $total:expr, $shipping:expr, $partial:expr;)*) => {$(
        impl OrderAmounts for $order {
            fn summary(&self) -> Summary<'_> {
                let $self = self;
                Summary {
                    total: $total,
                    lines: self.items.as_ref().map(|items| items.iter().map(Line::from).collect()),
                    shipping: $shipping,
                    is_partial: $partial,
                    unreadable: self
                        .unknown_fields()
                        .map(|(name, _)| name)
                        .filter(|name| READ.contains(name))
                        .collect(),
                }
            }
        }
    )*};
}

orders! {
    SessionOrderInput: order => Some(Ok(order.amount)), order.shipping_option.as_deref().map(Line::from), order.partial_payment == Some(true);
    SessionOrder: order => Some(Ok(order.amount)), order.shipping_option.as_deref().map(Line::from), order.partial_payment == Some(true);
    SessionOrderUpdate: order => order.amount.map(Ok), order.shipping_option.as_deref().map(Line::from), order.partial_payment == Some(true);
    ShippingAddressOrderUpdate: order => Some(Ok(order.amount)), None, false;
    DiscountCodesOrderUpdate: order => Some(order.amount.as_i64().ok_or(Difference::NotInteger)), None, false;
}
