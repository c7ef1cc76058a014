//! x
mod kubernetes;
