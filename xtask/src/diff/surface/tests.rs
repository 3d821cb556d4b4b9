use super::Surface;

#[test]
fn quoted_words_hold_spaces_colons_and_quotes() {
    let text = "\
operation get_a GET /a/{id} -> A or ()
operation get_a scopes: a:b \"c d\"
operation get_a query \"x: \\\" y\": String optional pattern=\"^[a =]$\" default=\"b: c\"
struct A: request response
struct A type: String rust=type_ required
enum E One: \"one two\"
";
    let surface = Surface::parse(text);
    let operation = &surface.operations["get_a"];
    assert_eq!(
        (operation.path.as_str(), operation.success.as_str()),
        ("/a/{id}", "A or ()")
    );
    assert_eq!(operation.lists["scopes"], ["a:b", "\"c d\""]);
    let parameter = &operation.parts["query \"x: \\\" y\""];
    assert_eq!(parameter["pattern"], "\"^[a =]$\"");
    assert_eq!(parameter["default"], "\"b: c\"");
    assert!(surface.types["A"].head.contains_key("response"));
    assert_eq!(surface.types["A"].parts["type"]["rust"], "type_");
    assert_eq!(surface.types["E"].parts["\"one two\""]["rust"], "One");
}
