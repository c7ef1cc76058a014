//! What the nodes, the balancer and what stands besides cost.
//!
//! Prices of nodes are the catalogue's; all others come from `data/other-prices.csv`, each with its source and the day on which it was read. A
//! region that is not in the table gets the price of us-east-1, and that is marked as estimated. A file of one's own goes before both. Dollars,
//! without tax, discounts or what AWS gives away.

mod bill;
mod nodes;
mod own;
mod prices;

pub use bill::{Bill, Fixed, Line, Moved};
pub use nodes::{NodeHours, hour, listed_hour, node_hours, per_hour};
pub use own::Prices;
pub use prices::{HOURS_A_MONTH, Item, Price, price};
