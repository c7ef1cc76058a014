//! The load balancer: which pods are registered, and whom its connections hash to.
