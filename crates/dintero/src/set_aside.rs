//! Fields that were set aside, on which no decision about money may rest.

/// Returns `true` if any of these fields of an object was set aside, so that it is absent although the API sent it.
pub(crate) fn was_set_aside<'a, V>(
    mut unknown_fields: impl Iterator<Item = (&'a str, V)>,
    names: &[&str],
) -> bool {
    unknown_fields.any(|(name, _)| names.contains(&name))
}
