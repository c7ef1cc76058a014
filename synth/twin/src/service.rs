//! The services: processor time, requests in flight, queues, and what is refused.
