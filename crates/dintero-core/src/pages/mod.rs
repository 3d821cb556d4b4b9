//! Lists as streams of pages or items.

mod cursor;

use std::future::poll_fn;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use serde::de::DeserializeOwned;

pub use cursor::PageCursor;

use crate::call::RunFuture;
use crate::data::nearest_value;
use crate::macros::debug;
use crate::response::{Called, RawResponse, response_error};
use crate::transport::BodyKind;
use crate::{Call, Error, Operation, Response, trace};

/// The pages of a list as a [`Stream`], which `pages()` of the call of a list returns.
///
/// A page is fetched when the stream is polled for it, with the filters, limit and options of the call. The stream ends with the
/// list: after a page without a cursor or, if the last item is the cursor, after a page without items: a server may send fewer
/// items than the `limit` of the call long before the end. It also ends after an error; [`cursor`](Self::cursor) is then where to
/// resume.
///
/// [`next`](Self::next) needs no crate for streams:
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
#[must_use = "streams do nothing unless polled"]
pub struct Pages<P, I> {
    call: Call,
    items: fn(P) -> Vec<I>,
    cursor: Option<PageCursor>,
    running: Option<RunFuture>,
    ended: bool,
}

/// A page of a list. Dereferences to its [`Response`].
#[derive(Debug)]
pub struct Page<P, I> {
    response: Response<P>,
    items: fn(P) -> Vec<I>,
    cursor: Option<PageCursor>,
}

/// The items of a list as a [`Stream`], which `items()` of the call of a list and [`Pages::items`] return.
///
/// The next page is fetched when all items of the current one have been returned. See [`Pages`] for where the stream ends.
#[must_use = "streams do nothing unless polled"]
pub struct Items<P, I> {
    pages: Pages<P, I>,
    items: std::vec::IntoIter<I>,
    current: Option<PageCursor>,
}

/// Items are never pinned.
impl<P, I> Unpin for Items<P, I> {}

impl<P, I> Pages<P, I> {
    /// Creates the stream.
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

    /// Starts after the page that `cursor` is from. The cursor holds no filters and no limit: set the same ones on this call. With a
    /// cursor of another list the stream returns an error, and nothing is sent.
    pub fn resume(mut self, cursor: PageCursor) -> Self {
        if !self.call.operation.is_some_and(|list| cursor.fits(list)) {
            let violation = "is the cursor of another list";
            self.call.violations.push("cursor", violation);
        }
        self.cursor = Some(cursor);
        self
    }

    /// Returns the cursor of the next page, or `None` at the start of the list. Pass it to [`resume`](Self::resume) after an error.
    pub fn cursor(&self) -> Option<&PageCursor> {
        self.cursor.as_ref()
    }

    /// Returns the stream of the items.
    pub fn items(self) -> Items<P, I> {
        Items {
            current: self.cursor.clone(),
            pages: self,
            items: Vec::new().into_iter(),
        }
    }

    fn start(&self) -> RunFuture {
        let mut call = self.call.clone();
        if let Some(cursor) = &self.cursor {
            cursor.apply(&mut call.query);
        }
        call.run(BodyKind::Json)
    }
}

impl<P: DeserializeOwned, I> Pages<P, I> {
    /// Returns the next page. Cancel safe: if the future is dropped, the next one waits for the same page.
    pub async fn next(&mut self) -> Option<Result<Page<P, I>, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    fn page(&mut self, called: Called, response: RawResponse) -> Result<Page<P, I>, Error> {
        // The cursor is read from the JSON, since the types may not know its field.
        let next = || match called.0 {
            Some(list) => {
                let body = nearest_value(&response.body);
                cursor::next(list, &self.call.query, &body, self.cursor.as_ref())
            }
            None => Ok(None),
        };
        let read = response.drifts.read::<P>(called.0, &response.body);
        let read = read.and_then(|read| Ok((read, next()?)));
        let ((value, set_aside), cursor) = match read {
            Ok(read) => read,
            Err(error) => return Err(response_error(called, response, error)),
        };
        trace::set_aside(called.0, &set_aside);
        self.ended = cursor.is_none();
        self.cursor = cursor.clone().or(self.cursor.take());
        Ok(Page {
            response: Response::of(response.head, value).with_set_aside(set_aside),
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
        let page = done.and_then(|(called, response)| this.page(called, response));
        this.ended |= page.is_err();
        Poll::Ready(Some(page))
    }
}

impl<P, I> Page<P, I> {
    /// Returns the items of the page.
    pub fn into_items(self) -> Vec<I> {
        (self.items)(self.response.into_inner())
    }

    /// Returns the response.
    pub fn into_response(self) -> Response<P> {
        self.response
    }

    /// Returns the cursor of the next page, or `None` on the last page. Store it after the items of this page have been handled.
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
    /// Returns the next item.
    pub async fn next(&mut self) -> Option<Result<I, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<P, I> Items<P, I> {
    /// Returns the cursor to resume from without losing an item, or `None` at the start of the list. While items of the current page
    /// are left it is the cursor of that page, so the items that were returned are returned again. [`Pages`] avoids this.
    pub fn cursor(&self) -> Option<&PageCursor> {
        if self.items.as_slice().is_empty() {
            self.pages.cursor()
        } else {
            self.current.as_ref()
        }
    }
}

impl<P: DeserializeOwned, I> Stream for Items<P, I> {
    type Item = Result<I, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(item) = this.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            let current = this.pages.cursor.clone();
            match ready!(Pin::new(&mut this.pages).poll_next(context)) {
                Some(Ok(page)) => this.items = page.into_items().into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
            this.current = current;
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.items.len(), None)
    }
}

debug! {
    Pages<P, I>(self) {
        list: self.call.operation.map(Operation::name),
        ended: self.ended,
    }
}

debug! {
    Items<P, I>(self) {
        pages: self.pages,
        buffered: self.items.len(),
    }
}
