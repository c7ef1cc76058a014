//! The fluid model of the services against the sampled one, the curves of load, the load balancer, and the bill.

mod addresses;
mod balancer;
mod bill;
mod curves;
mod overload;
mod queues;
