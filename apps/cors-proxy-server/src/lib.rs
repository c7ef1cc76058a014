//! A CORS proxy: it fetches what a page may not and lets the page read it, without becoming a way into the network
//! that it runs in.

pub mod address;
mod args;
mod body;
mod budget;
mod causes;
mod client;
mod connect;
mod cookies;
mod cors;
pub mod direct;
mod error;
mod fields;
mod forwarded;
mod guard;
pub mod headers;
mod kept;
mod load;
mod lookup;
mod metrics;
mod names;
mod page;
mod pool;
mod proxy;
mod rate;
mod readable;
mod room;
mod routes;
pub mod target;
mod tunnel;
mod upstream;

pub use args::Args;
pub use guard::Exemption;
pub use lookup::lookup;
pub use names::{Answer, Found, Lookup};
pub use rate::Rate;

use std::ffi::OsString;
use std::process::ExitCode;

use service::{Metrics, Service};

/// Runs the server as `arguments` say, the program's name first.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    service::run(arguments, |mut args: Args, resources| {
        args.check()?;
        args.fit(resources)?;
        let metrics = Metrics::new("cors-proxy-server", env!("CARGO_PKG_VERSION"));
        Ok(Service {
            args: args.server.clone(),
            listen: args.listen,
            admin_listen: args.admin_listen,
            redirect_listen: args.https_redirect_listen,
            metrics: metrics.clone(),
            routes: move || {
                let lookup = lookup(&args.name_server)?;
                args.routes(&metrics, lookup)
            },
        })
    })
}
