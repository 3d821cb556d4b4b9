//! A runtime that rests, is dropped or is never driven holds up nobody on another one.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use dintero_core::{Handle, ManualClock};
use tokio::runtime::{Builder, Runtime};

use crate::server::Server;
use crate::{CAPTURE, READ, call};

fn current_thread() -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
}

fn handle(server: &Server) -> Handle {
    crate::builder(server, &ManualClock::new())
        .build()
        .expect("handle")
}

/// Begins a call and drives its runtime for this many turns.
fn begin(runtime: &Runtime, handle: &Handle, turns: u32) {
    let handle = handle.clone();
    let begun = runtime.spawn(async move { drop(call(&handle, &CAPTURE).await) });
    runtime.block_on(async {
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
    });
    drop(begun);
}

/// A call that needs no other runtime, within a time that nothing else takes.
fn complete(runtime: &Runtime, handle: &Handle, seed: u64) {
    let call = async { tokio::time::timeout(Duration::from_secs(20), call(handle, &READ)).await };
    let response = runtime.block_on(call);
    response
        .unwrap_or_else(|_| panic!("seed {seed} is held up"))
        .expect("response");
}

#[test]
fn a_runtime_that_is_not_driven_holds_up_nobody_in_any_order() {
    let world = Runtime::new().expect("a runtime for the server");
    let server = world.block_on(Server::start());
    for seed in 0..1000 {
        let mut random = fastrand::Rng::with_seed(seed);
        let handle = handle(&server);
        let mut runtimes: Vec<_> = (0..3).map(|_| current_thread()).collect();
        for _ in 0..random.usize(2..8) {
            let at = random.usize(..runtimes.len());
            match random.u8(..4) {
                0 => begin(&runtimes[at], &handle, random.u32(..12)),
                1 => complete(&runtimes[at], &handle, seed),
                2 => runtimes[at] = current_thread(),
                _ => {
                    // A future that is polled once, inside a runtime that does not run.
                    let _guard = runtimes[at].enter();
                    let polled =
                        pin!(call(&handle, &CAPTURE)).poll(&mut Context::from_waker(Waker::noop()));
                    assert!(matches!(polled, Poll::Pending));
                }
            }
        }
        for runtime in &runtimes {
            complete(runtime, &handle, seed);
        }
    }
}

#[test]
fn a_kept_connection_belongs_to_its_runtime_and_each_runtime_fetches_at_most_one_token() {
    let world = Runtime::new().expect("a runtime for the server");
    let server = world.block_on(Server::start());
    let handle = handle(&server);
    let runtimes = [current_thread(), current_thread(), current_thread()];
    for round in 0..5 {
        for runtime in &runtimes {
            complete(runtime, &handle, round);
        }
    }
    assert_eq!((server.calls().len(), server.token_calls().len()), (15, 1));
}
