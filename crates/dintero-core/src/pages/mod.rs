//! Lists as streams: page by page, or item by item.

mod cursor;

use std::fmt;
use std::future::poll_fn;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use cursor::PageCursor;

use crate::call::{Called, RunFuture, faulty, undecoded};
use crate::data::{Nullable, decode};
use crate::transport::{Answer, Want};
use crate::{Call, Error, Operation, Response};

/// The pages of a list as a [`Stream`]; made by `pages()` of the call of a list.
///
/// A page is fetched when it is asked for and not before, with the filters, limit and options of the call. The stream ends where
/// the list ends: when a page has no cursor, or, where the items are the cursor, when it has fewer items than the `limit` of
/// the call (without a limit: none). After an error it ends too, and [`cursor`](Self::cursor) still says where to go on.
/// Dropping it stops it; nothing more is sent.
///
/// Without any crate for streams, [`next`](Self::next) does:
///
/// ```
/// # use dintero_core::{Error, Pages};
/// async fn count<P: serde::de::DeserializeOwned, I>(mut pages: Pages<P, I>) -> Result<usize, Error> {
///     let mut count = 0;
///     while let Some(page) = pages.next().await {
///         count += page?.into_items().len();
///     }
///     Ok(count)
/// }
/// ```
#[must_use = "nothing is fetched before a page is asked for"]
pub struct Pages<P, I> {
    call: Call,
    items: fn(P) -> Vec<I>,
    cursor: Option<PageCursor>,
    running: Option<RunFuture>,
    ended: bool,
}

/// One page of a list. It derefs to its [`Response`].
#[derive(Debug)]
pub struct Page<P, I> {
    response: Response<P>,
    items: fn(P) -> Vec<I>,
    cursor: Option<PageCursor>,
}

/// The items of a list as a [`Stream`]; made by `items()` of the call of a list, or by [`Pages::items`].
///
/// The next page is fetched when the items of the page at hand are used up. See [`Pages`] for where it ends.
#[must_use = "nothing is fetched before an item is asked for"]
pub struct Items<P, I> {
    pages: Pages<P, I>,
    items: std::vec::IntoIter<I>,
    /// Where the page at hand began.
    began: Option<PageCursor>,
}

/// No item is ever pinned.
impl<P, I> Unpin for Items<P, I> {}

impl<P, I> Pages<P, I> {
    /// Generated code calls this.
    #[doc(hidden)]
    pub fn new(call: Call, items: fn(P) -> Vec<I>) -> Self {
        Self {
            call,
            items,
            cursor: None,
            running: None,
            ended: false,
        }
    }

    /// Begins after the page that gave this cursor. Filters and limit are those of this call, so give the same ones. The
    /// cursor of another list makes the stream begin with an error, and nothing is sent.
    pub fn resume(mut self, cursor: PageCursor) -> Self {
        if !self.call.operation.is_some_and(|list| cursor.fits(list)) {
            let violation = "is the cursor of another list";
            self.call.violations.push("cursor", violation);
        }
        self.cursor = Some(cursor);
        self
    }

    /// Where the next page begins; none at the start of the list. Give it to [`resume`](Self::resume) after an error.
    pub fn cursor(&self) -> Option<&PageCursor> {
        self.cursor.as_ref()
    }

    /// The same list item by item.
    pub fn items(self) -> Items<P, I> {
        Items {
            began: self.cursor.clone(),
            pages: self,
            items: Vec::new().into_iter(),
        }
    }

    fn start(&self) -> RunFuture {
        let mut call = self.call.clone();
        if let Some(cursor) = &self.cursor {
            cursor.put(&mut call.query);
        }
        call.run(Want::Json)
    }
}

impl<P: DeserializeOwned, I> Pages<P, I> {
    /// The next page, as [`Stream`] gives it. Dropping the future loses nothing: the next one waits for the same page.
    pub async fn next(&mut self) -> Option<Result<Page<P, I>, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    fn page(&mut self, called: Called, answer: Answer) -> Result<Page<P, I>, Error> {
        let value = match decode(&answer.body) {
            Ok(value) => value,
            Err(error) => return Err(undecoded(called, answer, &error)),
        };
        // The cursor is read from the body as it came, whatever of it the types know.
        let body: Value = match serde_json::from_slice(&answer.body) {
            Ok(body) => body,
            Err(error) => return Err(undecoded(called, answer, &error)),
        };
        let next = called.0.map_or(Ok(None), |list| {
            cursor::next(list, &self.call.query, &body, self.cursor.as_ref())
        });
        let cursor = match next {
            Ok(cursor) => cursor,
            Err(fault) => return Err(faulty(called, answer, fault)),
        };
        self.ended = cursor.is_none();
        self.cursor = cursor.clone().or(self.cursor.take());
        Ok(Page {
            response: Response::new(answer.status, answer.headers, value),
            items: self.items,
            cursor,
        })
    }
}

impl<P: DeserializeOwned, I> Stream for Pages<P, I> {
    type Item = Result<Page<P, I>, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.ended {
            return Poll::Ready(None);
        }
        let mut running = this.running.take().unwrap_or_else(|| this.start());
        let Poll::Ready(done) = running.as_mut().poll(context) else {
            this.running = Some(running);
            return Poll::Pending;
        };
        let page = done.and_then(|(called, answer)| this.page(called, answer));
        this.ended |= page.is_err();
        Poll::Ready(Some(page))
    }
}

impl<P, I> Page<P, I> {
    /// The items of the page.
    pub fn into_items(self) -> Vec<I> {
        (self.items)(self.response.into_inner())
    }

    /// The answer it came in.
    pub fn into_response(self) -> Response<P> {
        self.response
    }

    /// Where the list goes on; none on the last page. Keep it when the items of this page are done with.
    pub fn cursor(&self) -> Option<&PageCursor> {
        self.cursor.as_ref()
    }
}

impl<P, I> Deref for Page<P, I> {
    type Target = Response<P>;

    fn deref(&self) -> &Response<P> {
        &self.response
    }
}

impl<P: DeserializeOwned, I> Items<P, I> {
    /// The next item, as [`Stream`] gives it.
    pub async fn next(&mut self) -> Option<Result<I, Error>> {
        let mut this = Pin::new(self);
        poll_fn(|context| this.as_mut().poll_item(context)).await
    }

    fn poll_item(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<I, Error>>> {
        let this = self.get_mut();
        loop {
            if let Some(item) = this.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            let began = this.pages.cursor.clone();
            match ready!(Pin::new(&mut this.pages).poll_next(context)) {
                Some(Ok(page)) => this.items = page.into_items().into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
            this.began = began;
        }
    }
}

impl<P, I> Items<P, I> {
    /// Where to go on so that nothing is lost: the start of the page at hand while items of it are left, so those taken of it come
    /// again; else where the next page begins. None at the start of the list. Go by [`Pages`] to have nothing come again.
    pub fn cursor(&self) -> Option<&PageCursor> {
        if self.items.as_slice().is_empty() {
            self.pages.cursor()
        } else {
            self.began.as_ref()
        }
    }
}

impl<P: DeserializeOwned, I> Stream for Items<P, I> {
    type Item = Result<I, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(context)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.items.len(), None)
    }
}

impl<P, I> fmt::Debug for Pages<P, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("list", &self.call.operation.map(Operation::name))
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

impl<P, I> fmt::Debug for Items<P, I> {
    /// Shows no item.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("pages", &self.pages)
            .field("left_of_page", &self.items.len())
            .finish()
    }
}

/// The field of a page that holds its items, required or not.
#[doc(hidden)]
pub trait IntoItems<I> {
    /// Returns the items.
    fn into_items(self) -> Vec<I>;
}

impl<I> IntoItems<I> for Vec<I> {
    fn into_items(self) -> Self {
        self
    }
}

impl<I> IntoItems<I> for Option<Vec<I>> {
    fn into_items(self) -> Vec<I> {
        self.unwrap_or_default()
    }
}

impl<I> IntoItems<I> for Nullable<Vec<I>> {
    fn into_items(self) -> Vec<I> {
        match self {
            Self::Value(items) => items,
            Self::Absent | Self::Null => Vec::new(),
        }
    }
}
