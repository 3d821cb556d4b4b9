//! Choices, discriminators and types that contain themselves preserve every value that the document allows.

use dintero_tests::bodies::{everything, preserved};
use dintero_tests::constructs::types::{
    Animal, BesideChoice, Dog, Everything, EverythingBesideAny, EverythingByEnum,
    EverythingByEnumLength, EverythingByShape, EverythingOnlyBesideAny, EverythingTagged, InChoice,
    InvoicePayment, Node, Payment, Puppy,
};
use serde_json::json;

#[test]
fn alternatives_of_required_fields_do_not_split_the_object() {
    let value = everything("one_required", json!({"id": "1", "kept": "k", "url": "u"}))
        .one_required
        .expect("an object");
    assert_eq!(
        (
            value.id.as_deref(),
            value.kept.as_deref(),
            value.url.as_deref()
        ),
        (Some("1"), Some("k"), Some("u"))
    );
    assert_eq!(value.unknown_fields().count(), 0);
}

#[test]
fn properties_of_one_name_in_several_parts_are_merged() {
    let value = everything(
        "merged",
        json!({"items": [{"one": "1", "two": "2"}], "same": "s"}),
    )
    .merged
    .expect("an object");
    let item = &value.items.as_deref().expect("items")[0];
    assert_eq!(
        (
            item.one.as_deref(),
            item.two.as_deref(),
            value.same.as_deref()
        ),
        (Some("1"), Some("2"), Some("s"))
    );
    for conflict in [json!("text"), json!(7)] {
        everything("merged", json!({ "conflict": conflict }));
    }
}

#[test]
fn an_inline_type_named_like_a_component_is_a_distinct_type() {
    let session = everything(
        "session",
        json!({"component": {"component": "c"}, "express": {"first": "1", "second": "2"}}),
    );
    let session = session.session.expect("a session");
    let (express, component) = (
        session.express.expect("inline"),
        session.component.expect("component"),
    );
    assert_eq!(
        (express.first.as_deref(), express.second.as_deref()),
        (Some("1"), Some("2"))
    );
    assert_eq!(component.component.as_deref(), Some("c"));
}

#[test]
fn a_discriminator_with_a_mapping_has_the_fields_of_the_children() {
    let Payment::CardPayment(card) =
        preserved(json!({"card_token": "much too long", "kind": "card"}))
    else {
        panic!("a card")
    };
    assert_eq!(card.card_token.as_deref(), Some("much too long"));
    for kind in ["invoice", "later"] {
        let value: Payment = preserved(json!({"due_days": 14, "kind": kind}));
        assert!(
            matches!(
                value,
                Payment::InvoicePayment(InvoicePayment {
                    due_days: Some(14),
                    ..
                })
            ),
            "{kind}"
        );
    }
    assert!(preserved::<Payment>(json!({"kind": "new", "x": [1]})).is_unknown());
}

#[test]
fn a_discriminator_without_a_mapping_knows_children_and_grandchildren() {
    assert!(matches!(
        preserved(json!({"barks": true, "species": "Dog"})),
        Animal::Dog(Dog {
            barks: Some(true),
            ..
        })
    ));
    assert!(matches!(
        preserved(json!({"species": "Puppy", "weeks": 8})),
        Animal::Puppy(Puppy { weeks: Some(8), .. })
    ));
    assert!(preserved::<Animal>(json!({"species": "Cat"})).is_unknown());
}

#[test]
fn a_choice_of_objects_is_resolved_by_tag_or_by_fields() {
    assert!(matches!(
        everything("tagged", json!({"kind": "second", "two": "2"})).tagged,
        Some(EverythingTagged::Bare2(_))
    ));
    let length = everything("by_enum", json!({"by": "length", "millimetres": 3})).by_enum;
    assert!(matches!(
        length,
        Some(EverythingByEnum::EverythingByEnumLength(
            EverythingByEnumLength {
                millimetres: Some(3),
                ..
            }
        ))
    ));
    let right = everything("by_shape", json!({"common": "c", "right": "r"})).by_shape;
    assert!(matches!(
        right,
        Some(EverythingByShape::EverythingByShapeRight(_))
    ));
    everything("by_shape", json!({"common": "c"}));
}

#[test]
fn a_choice_of_objects_and_any_value_is_typed_and_accepts_any_value() {
    let left = everything("beside_any", json!({"left": "l"})).beside_any;
    assert!(matches!(
        left,
        Some(EverythingBesideAny::EverythingBesideAnyLeft(_))
    ));
    for other in [
        json!({"left": {"of": "another kind"}}),
        json!({"neither": 1}),
        json!([1]),
        json!("text"),
    ] {
        let value = everything("beside_any", other.clone())
            .beside_any
            .expect("a value");
        assert!(value.is_unknown(), "{other}");
    }
    let amount = everything("only_beside_any", json!({"amount": 5})).only_beside_any;
    assert!(matches!(
        amount,
        Some(EverythingOnlyBesideAny::EverythingOnlyBesideAnyAmount(_))
    ));
    assert!(
        everything("only_beside_any", json!({"amount": "5"}))
            .only_beside_any
            .is_some_and(|value| value.is_unknown())
    );
}

#[test]
fn a_type_may_contain_itself_directly_in_lists_and_through_a_union() {
    let body = json!({"branch": {"name": "b"}, "children": [{"name": "c"}], "name": "a", "next": {"next": {"name": "d"}}});
    let node: Node = preserved(body);
    let by_hand = Node::builder()
        .name("a")
        .branch(Node::builder().name("b"))
        .children([Node::builder().name("c")])
        .next(Node::builder().next(Node::builder().name("d")));
    assert_eq!(by_hand.build().expect("a node"), node);
}

#[test]
fn properties_beside_a_choice_belong_to_each_variant() {
    let body = json!({"beside_choice": {"ok": "1", "shared": "s"}, "in_choice": {"err": "2", "shared": "s"}});
    let value: Everything = preserved(body);
    let Some(BesideChoice::InChoiceOk(beside)) = value.beside_choice else {
        panic!("{:?}", value.beside_choice)
    };
    assert_eq!(
        (beside.ok.as_deref(), beside.shared.as_deref()),
        (Some("1"), Some("s"))
    );
    let Some(InChoice::InChoiceErr(inside)) = value.in_choice else {
        panic!("{:?}", value.in_choice)
    };
    assert_eq!(
        (inside.err.as_deref(), inside.shared.as_deref()),
        (Some("2"), Some("s"))
    );
}
