//! The horizontal pod autoscaler, as the controller of Kubernetes 1.36 decides.
