use super::*;

#[test]
fn only_so_many_callbacks_are_kept_and_the_oldest_go_first() {
    let mut account = Account::new("T12345678");
    let epoch = chrono::DateTime::UNIX_EPOCH;
    let new = || Callback::new(epoch, "s", "http://shop.example/");
    let first = new();
    account.put_callback(first.clone());
    (0..CALLBACKS).for_each(|_| account.put_callback(new()));
    assert_eq!(account.callbacks.iter().count(), CALLBACKS);
    assert!(account.callbacks.find(&first.delivery_id).is_none());
}
