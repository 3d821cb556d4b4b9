//! Does an order add up?

use std::fmt;

use dintero_checkout::types::{
    DiscountCodesOrderItem, DiscountCodesOrderUpdate, OrderItem, OrderItemInput,
    OrderShippingOption, PayoutSplit, SessionOrder, SessionOrderInput, SessionOrderUpdate,
    ShippingAddressOrderUpdate,
};

/// An order whose amounts can be checked: that of a new session, of an update, of a session that was read, or the one answered to an
/// express callback.
pub trait OrderAmounts: sealed::Sealed {}

mod sealed {
    /// Where amounts are in an order.
    pub trait Sealed {
        fn look(&self) -> super::Look<'_>;
    }
}

/// An order as far as its sum goes.
pub struct Look<'a> {
    /// The total; none when an update leaves it as it is, an error when it is not whole.
    total: Option<Result<i64, Difference>>,
    /// The lines; none when the order does not list any.
    lines: Option<Vec<Line<'a>>>,
    shipping: Option<Line<'a>>,
    partial: bool,
}

struct Line<'a> {
    line_id: Option<&'a str>,
    amount: Option<i64>,
    splits: &'a [PayoutSplit],
}

/// Amounts of an order that do not add up; all that were found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmountsMismatch {
    found: Vec<Mismatch>,
}

/// One sum that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    field: String,
    line_id: Option<String>,
    difference: Difference,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Difference {
    /// The whole without its parts.
    By(i64),
    Missing,
    NotWhole,
    TooLarge,
}

impl AmountsMismatch {
    /// What is wrong, lines first, the total last.
    pub fn iter(&self) -> impl Iterator<Item = &Mismatch> {
        self.found.iter()
    }
}

impl Mismatch {
    /// Where, in wire names: `amount`, `items[2].amount`, `items[2].splits` or `shipping_option.splits`.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The `line_id` of that line, if it has one.
    pub fn line_id(&self) -> Option<&str> {
        self.line_id.as_deref()
    }

    /// Minor units that the whole (the total, or the line that is split) has beyond the sum of its parts, negative when it has too few;
    /// none when there is no sum, because an amount is missing, not whole or too large.
    pub fn difference(&self) -> Option<i64> {
        match self.difference {
            Difference::By(difference) => Some(difference),
            _ => None,
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.field)?;
        if let Some(line_id) = &self.line_id {
            write!(f, " (line {line_id})")?;
        }
        match self.difference {
            Difference::By(difference) => {
                let side = if difference < 0 { "less" } else { "more" };
                write!(
                    f,
                    ": the whole is {} minor units {side} than its parts",
                    difference.unsigned_abs()
                )
            }
            Difference::Missing => f.write_str(" is missing"),
            Difference::NotWhole => f.write_str(" is no whole number of minor units"),
            Difference::TooLarge => f.write_str(" is too large to be added up"),
        }
    }
}

impl fmt::Display for AmountsMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the order does not add up: ")?;
        for (index, mismatch) in self.found.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            mismatch.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for AmountsMismatch {}

/// Checks an order before it is sent; changes nothing.
///
/// The rule: `amount` is the sum of the items' `amount` and `shipping_option.amount`. A line's amount is the whole line with VAT and after
/// discounts, so neither `vat_amount` nor `discount_lines` nor `gift_cards` enter the sum. With `partial_payment` the total may be lower.
/// The splits of a line, where it has any, add up to the line. Dintero itself refuses a wrong sum in an update, but at creation only with
/// the toggle `strict-session-amounts`; else it hurts later, at capture.
///
/// An order without a list of items says nothing about its sum and passes, as does an update without a total.
///
/// ```
/// use dintero::check_amounts;
/// use dintero::checkout::types::{OrderItemInput, SessionOrderInput};
///
/// # fn main() -> Result<(), dintero::Error> {
/// let chair = OrderItemInput::builder().id("chair").line_id("1").amount(29990).build()?;
/// let order = SessionOrderInput::builder().amount(30000).currency("NOK").merchant_reference("order-1").items([chair]).build()?;
/// let wrong = check_amounts(&order).expect_err("10 too much");
/// assert_eq!(wrong.iter().next().and_then(|total| total.difference()), Some(10));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`AmountsMismatch`] names each sum that is wrong, its line and the difference.
pub fn check_amounts(order: &impl OrderAmounts) -> Result<(), AmountsMismatch> {
    check(order.look())
}

/// Checks the order of an answer to an express callback: its `amount` has to hold the chosen shipping option as well, which the answer
/// itself does not name. Dintero puts a line `correction-…` into an order that does not add up.
///
/// # Errors
/// As [`check_amounts`].
pub fn check_amounts_with_shipping(
    order: &impl OrderAmounts,
    shipping: i64,
) -> Result<(), AmountsMismatch> {
    let mut look = order.look();
    look.shipping = Some(Line {
        line_id: None,
        amount: Some(shipping),
        splits: &[],
    });
    check(look)
}

fn check(order: Look<'_>) -> Result<(), AmountsMismatch> {
    let mut found = Vec::new();
    // Wider than any list of i64 in memory can sum up to.
    let mut sum: i128 = 0;
    let mut complete = true;
    let listed = order.lines.is_some();
    let lines = order.lines.unwrap_or_default();
    let places = (0..).map(|index| format!("items[{index}]")).zip(lines);
    let shipping = order
        .shipping
        .map(|line| ("shipping_option".to_owned(), line));
    for (place, line) in places.chain(shipping) {
        let mut note = |field: &str, difference| {
            found.push(Mismatch {
                field: format!("{place}.{field}"),
                line_id: line.line_id.map(str::to_owned),
                difference,
            });
        };
        let Some(amount) = line.amount else {
            complete = false;
            note("amount", Difference::Missing);
            continue;
        };
        sum += i128::from(amount);
        if !line.splits.is_empty() {
            let parts: i128 = line
                .splits
                .iter()
                .map(|split| i128::from(split.amount))
                .sum();
            if let Some(difference) = difference(i128::from(amount), parts) {
                note("splits", difference);
            }
        }
    }
    let wrong = match order.total {
        Some(Err(wrong)) => Some(wrong),
        Some(Ok(total)) if listed && complete => {
            difference(i128::from(total), sum).filter(|difference| match difference {
                Difference::By(by) => *by > 0 || !order.partial,
                _ => true,
            })
        }
        _ => None,
    };
    found.extend(wrong.map(|difference| Mismatch {
        field: "amount".to_owned(),
        line_id: None,
        difference,
    }));
    if found.is_empty() {
        Ok(())
    } else {
        Err(AmountsMismatch { found })
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
    ($($item:ty),*) => {$(
        impl<'a> From<&'a $item> for Line<'a> {
            fn from(item: &'a $item) -> Self {
                Self {
                    line_id: item.line_id.as_deref(),
                    amount: item.amount,
                    splits: item.splits.as_deref().unwrap_or_default(),
                }
            }
        }
    )*};
}

lines!(OrderItem, OrderItemInput, DiscountCodesOrderItem);

impl<'a> From<&'a OrderShippingOption> for Line<'a> {
    fn from(option: &'a OrderShippingOption) -> Self {
        Self {
            line_id: Some(&option.line_id),
            amount: Some(option.amount),
            splits: option.splits.as_deref().unwrap_or_default(),
        }
    }
}

macro_rules! orders {
    ($($order:ty: $self:ident => $total:expr, $shipping:expr, $partial:expr;)*) => {$(
        impl OrderAmounts for $order {}

        impl sealed::Sealed for $order {
            fn look(&self) -> Look<'_> {
                let $self = self;
                Look {
                    total: $total,
                    lines: self.items.as_ref().map(|items| items.iter().map(Line::from).collect()),
                    shipping: $shipping,
                    partial: $partial,
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
    DiscountCodesOrderUpdate: order => Some(order.amount.as_i64().ok_or(Difference::NotWhole)), None, false;
}
