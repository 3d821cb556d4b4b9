use std::hash::{BuildHasher as _, RandomState};

crate::open_enum! { pub enum Letter { Second = "B", First = "A", } }

#[test]
fn values_are_compared_and_hashed_as_the_api_writes_them() {
    let texts = ["", "A", "AA", "B", "C"];
    let hasher = RandomState::new();
    for one in texts {
        assert_eq!(
            Letter::KNOWN.contains(&one),
            !Letter::from(one).is_unknown()
        );
        assert_eq!(hasher.hash_one(Letter::from(one)), hasher.hash_one(one));
        for two in texts {
            let [first, second] = [one, two].map(Letter::from);
            assert_eq!(first.cmp(&second), one.cmp(two));
            assert_eq!(first == second, one == two);
        }
    }
}
