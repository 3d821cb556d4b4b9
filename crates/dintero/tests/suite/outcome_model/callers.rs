//! The callers of the model, and what is demanded of their outcomes.

use super::*;

/// A caller: calls, crashes, waits, checks and calls again.
struct Caller {
    world: Shared,
    dintero: Dintero,
    kind: &'static str,
    /// Without, each capture or refund has an amount of its own.
    reference: Option<String>,
    amount: i64,
    random: Random,
}

#[derive(Default, Debug)]
struct Counts {
    applied: usize,
    refunded: usize,
    pending: usize,
    not_applied: usize,
    unknown: usize,
    crashed: usize,
    requests: usize,
}

impl Caller {
    fn attempt(&mut self) -> Confirmation<Transaction> {
        let checkout = self.dintero.checkout();
        if self.reference.is_none() && self.kind != "VOID" {
            let mut world = self.world.borrow_mut();
            world.amounts += 1;
            self.amount = world.amounts;
        }
        let attempt = match self.kind {
            "CAPTURE" => {
                let mut options = CaptureOptions::builder().amount(self.amount);
                if let Some(reference) = &self.reference {
                    options = options.capture_reference(&**reference);
                }
                checkout
                    .capture_transaction("T12345678.a")
                    .body(options)
                    .confirm()
            }
            "REFUND" => {
                let mut options = RefundOptions::builder().amount(self.amount);
                if let Some(reference) = &self.reference {
                    options = options.refund_reference(&**reference);
                }
                checkout
                    .refund_transaction("T12345678.a")
                    .body(options)
                    .confirm()
            }
            _ => checkout.void_transaction("T12345678.a").confirm(),
        };
        attempt.repeat_if_not_applied(self.random.below(3) as u32)
    }

    async fn run(mut self, counts: Rc<RefCell<Counts>>, calls: u64) {
        for _ in 0..calls {
            let attempt = self.attempt();
            let patience = match self.random.percent(10) {
                true => Duration::from_millis(self.random.below(60_000)),
                false => Duration::from_secs(86_400),
            };
            let mut next = timeout(patience, attempt.into_future()).await.ok();
            counts.borrow_mut().crashed += usize::from(next.is_none());
            let mut has_waited = false;
            for _ in 0..4 {
                next = match next {
                    Some(Outcome::Pending(pending)) => {
                        counts.borrow_mut().pending += 1;
                        has_waited = true;
                        Some(pending.wait(Duration::from_secs(20)).await)
                    }
                    Some(Outcome::Unknown(unknown)) => {
                        counts.borrow_mut().unknown += 1;
                        assert!(!unknown.to_string().is_empty());
                        sleep(Duration::from_millis(self.random.below(20_000))).await;
                        Some(unknown.check().await)
                    }
                    Some(outcome) => {
                        let text = format!("{} {outcome:.150?}", self.name());
                        self.world.borrow_mut().note(text);
                        self.judge(&outcome, has_waited, &mut counts.borrow_mut());
                        break;
                    }
                    None => break,
                };
            }
        }
    }

    fn name(&self) -> String {
        format!("{} {:?} of {}", self.kind, self.reference, self.amount)
    }

    /// Compares a definite outcome with what happened.
    fn judge(&self, outcome: &Outcome<Transaction>, has_waited: bool, counts: &mut Counts) {
        let world = self.world.borrow();
        let mut done = Done::default();
        for ((kind, reference, amount), of_key) in &world.done {
            let is_same = self.reference.as_ref().is_none_or(|own| own == reference);
            if *kind == self.kind && *amount == self.amount && is_same {
                done.moved.extend(&of_key.moved);
                done.declined += of_key.declined;
                done.underway += of_key.underway;
            }
        }
        let reference = self.name();
        match outcome {
            Outcome::Applied(_) => {
                counts.applied += 1;
                counts.refunded += usize::from(self.kind == "REFUND");
                assert_eq!(done.moved, [self.amount], "{reference} was applied");
            }
            Outcome::NotApplied(NotApplied::ReferenceTaken) => {
                counts.not_applied += 1;
                let nothing = done.moved.is_empty() && done.underway == 0;
                assert!(nothing, "{reference} was taken");
            }
            // While this request was waited for, another call with its reference may have been carried out.
            Outcome::NotApplied(NotApplied::Declined(_)) if has_waited => {
                counts.not_applied += 1;
                assert!(done.declined > 0, "{reference} was declined");
            }
            Outcome::NotApplied(reason) => {
                counts.not_applied += 1;
                assert!(
                    done.moved.is_empty() && done.underway == 0,
                    "{reference}, {reason:?}: {:?}, {} underway",
                    done.moved,
                    done.underway
                );
            }
            _ => unreachable!(),
        }
    }
}

async fn run(seed: u64, url: &str, served: &RefCell<Option<Shared>>, counts: &Rc<RefCell<Counts>>) {
    let mut random = Random(seed);
    let world = Rc::new(RefCell::new(World {
        random: Random(seed ^ 0xdead_beef),
        chaos: [0, 10, 30, 60][random.below(4) as usize],
        events: Vec::new(),
        done: BTreeMap::new(),
        captured: 0,
        refunded: 0,
        amounts: 0,
        voided: false,
        void_visible: None,
        count: 0,
        received: 0,
        log: vec![format!("seed {seed}")],
    }));
    world
        .borrow_mut()
        .push(json!({"event": "AUTHORIZE", "success": true, "amount": AUTHORIZED}));
    if random.percent(60) {
        let captured = 100 * (1 + random.below(6) as i64);
        let mut world = world.borrow_mut();
        world.captured = captured;
        world.push(json!({"event": "CAPTURE", "success": true, "amount": captured, "event_reference": "earlier"}));
    }
    served.replace(Some(world.clone()));
    let client = || {
        let builder = Dintero::builder()
            .account("T12345678")
            .bearer_token("token");
        builder.api_url(url).checkout_url(url).build().unwrap()
    };
    // A process ends, and another one begins after half a minute.
    for _ in 0..1 + random.below(2) {
        let dintero = client();
        let mut tasks = Vec::new();
        for _ in 0..1 + random.below(3) {
            let kind = match random.below(100) {
                0..50 => "CAPTURE",
                50..88 => "REFUND",
                _ => "VOID",
            };
            let number = random.below(3);
            let has_reference = kind != "VOID" && random.percent(85);
            let caller = Caller {
                world: world.clone(),
                dintero: dintero.clone(),
                kind,
                reference: has_reference.then(|| format!("parcel-{number}")),
                // Rarely, a reference is used for another amount.
                amount: match has_reference {
                    true if random.percent(5) => 50,
                    true => 100 * (1 + number as i64),
                    false => 0,
                },
                random: Random(random.below(u64::MAX)),
            };
            let calls = 1 + random.below(3);
            tasks.push(spawn_local(caller.run(counts.clone(), calls)));
        }
        for task in tasks {
            task.await.unwrap();
        }
        sleep(Duration::from_secs(31)).await;
    }
    sleep(Duration::from_secs(60)).await;
    let world = world.borrow();
    counts.borrow_mut().requests += world.received;
    for (key, done) in &world.done {
        assert!(done.moved.len() <= 1, "{key:?} moved {:?}", done.moved);
    }
}

#[test]
fn no_sequence_of_confirmed_calls_moves_too_much_and_no_outcome_is_wrong() {
    let of_env = |name| {
        std::env::var(name)
            .ok()
            .and_then(|value: String| value.parse().ok())
    };
    let (runs, first): (u64, u64) = (
        of_env("MODEL_RUNS").unwrap_or(300),
        of_env("MODEL_SEED").unwrap_or(0),
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    let counts = Rc::new(RefCell::new(Counts::default()));
    LocalSet::new().block_on(&runtime, async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let served = Rc::new(RefCell::new(None));
        let of_server = served.clone();
        spawn_local(async move {
            while let Ok((stream, _)) = listener.accept().await {
                spawn_local(serve(stream, of_server.clone()));
            }
        });
        for seed in first..first + runs {
            let run = std::panic::AssertUnwindSafe(run(seed, &url, &served, &counts));
            run.0.await;
        }
    });
    let counts = counts.borrow();
    if runs >= 300 {
        let most = runs as usize / 10;
        assert!(
            counts.applied > most
                && counts.refunded > most
                && counts.not_applied > most
                && counts.unknown > most
                && counts.pending > 10,
            "{counts:?}"
        );
    }
    if std::env::var("MODEL_RUNS").is_ok() {
        eprintln!("seeds {first} to {}: {counts:?}", first + runs - 1);
    }
}
