//! How a claim is bought: types by price, zones, capacity that is not there.
