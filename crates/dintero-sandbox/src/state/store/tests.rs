use super::*;

fn store(len: u32) -> Store<u32> {
    let mut store = Store::default();
    (1..=len).for_each(|n| store.put(&n.to_string(), n));
    store
}

#[test]
fn pages_follow_each_other_without_gap_or_repeat() {
    let store = store(5);
    let (first, cursor) = store.page(None, 2, |_| true).expect("page");
    assert_eq!((first, cursor), (vec![&5, &4], Some("4")));
    let (second, cursor) = store.page(Some("4"), 3, |_| true).expect("page");
    assert_eq!((second, cursor), (vec![&3, &2, &1], None));
    assert_eq!(store.page(Some("9"), 3, |_| true), None);
}

#[test]
fn a_filter_applies_before_the_limit() {
    assert_eq!(
        store(9).page(None, 2, |n| n % 4 == 0).expect("page"),
        (vec![&8, &4], None)
    );
}

#[test]
fn the_oldest_go_first_and_count_as_changed() {
    let mut store = store(3);
    store.changed.clear();
    for _ in 0..2 {
        store.keep_newest(1);
        assert_eq!(store.page(None, 9, |_| true).expect("page").0, [&3]);
        assert!(store.changed.iter().eq(["1", "2"]));
    }
}

#[test]
fn a_replaced_object_keeps_its_place() {
    let mut store = store(2);
    store.put("1", 10);
    assert_eq!(store.page(None, 9, |_| true).expect("page").0, [&2, &10]);
    *store.get_mut("2").expect("there") = 20;
    assert_eq!(store.find("2"), Some(&20));
    assert_eq!(store.get("7").expect_err("absent").status, 404);
    assert!(!store.contains("7"));
}
