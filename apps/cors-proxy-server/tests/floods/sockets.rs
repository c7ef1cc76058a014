//! What the kernel keeps for sockets, in the words of `ss -m`.

/// The bytes that are said of sockets, each with the name of what they are.
pub(crate) fn memory(said: &str) -> impl Iterator<Item = (&str, u64)> {
    let fields = said.split("skmem:(").skip(1).flat_map(|line| line.split(')').next().unwrap().split(','));
    fields.map(|field| {
        let name = field.trim_end_matches(|digit: char| digit.is_ascii_digit());
        (name, field[name.len()..].parse().unwrap())
    })
}

/// The bytes that are kept: received, sent and not acknowledged, set aside, options, and the backlog; the others are limits.
pub(crate) fn kept(said: &str) -> u64 {
    memory(said).filter(|(name, _)| ["r", "w", "f", "o", "bl"].contains(name)).map(|(_, bytes)| bytes).sum()
}
