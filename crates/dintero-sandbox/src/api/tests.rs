use super::*;

#[test]
fn a_part_of_a_line_never_exceeds_it_in_either_direction() {
    for (whole, part, good) in [
        (100, 100, true),
        (100, 101, false),
        (100, -1, false),
        (-50, -50, true),
        (-50, -51, false),
        (-50, 1, false),
    ] {
        assert_eq!(fits(whole, part), good, "{part} of {whole}");
    }
}
