//! img
