//! The cluster: pods, nodes, and those who act on them, one event after the other.
