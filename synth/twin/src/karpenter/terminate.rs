//! How a node goes: taint, evictions, the instance.
