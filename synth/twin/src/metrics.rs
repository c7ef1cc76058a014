//! The way of a pod's use to the autoscaler: samples, scrapes, windows.
