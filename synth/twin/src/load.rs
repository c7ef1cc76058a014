//! What is offered when.
