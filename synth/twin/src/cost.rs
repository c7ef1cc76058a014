//! What the nodes, the balancer and what stands besides cost.
