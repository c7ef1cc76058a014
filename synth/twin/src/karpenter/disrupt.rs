//! Which nodes go: empty, drifted, underused, expired.
