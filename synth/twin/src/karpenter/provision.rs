//! Which nodes pods that wait need.
