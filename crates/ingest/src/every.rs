//! What is made one by one, with everything that is wrong said at once.

/// All of them, or each error.
pub(crate) fn all_or_errors<T, E>(made: impl Iterator<Item = Result<T, E>>) -> Result<Vec<T>, Vec<E>> {
    let mut errors = Vec::new();
    let all = made.filter_map(|one| one.map_err(|error| errors.push(error)).ok()).collect();
    if errors.is_empty() { Ok(all) } else { Err(errors) }
}
