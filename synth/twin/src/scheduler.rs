//! kube-scheduler: where a pod goes, and who makes way for it.
