//! Which pods a `ReplicaSet` deletes first.
