//! A reverse proxy as pingora's own guide has it, with one thread: `pingora-peer LISTEN TARGET`.
//!
//! It does what the bench's bare nginx does: all requests go to one target, and responses say that any page may read them.

use async_trait::async_trait;
use pingora_core::Result;
use pingora_core::server::Server;
use pingora_core::server::configuration::ServerConf;
use pingora_core::upstreams::peer::HttpPeer;
use pingora_http::ResponseHeader;
use pingora_proxy::{ProxyHttp, Session, http_proxy_service};

/// The target of all requests, `ADDRESS:PORT`.
struct Target(String);

#[async_trait]
impl ProxyHttp for Target {
    type CTX = ();

    fn new_ctx(&self) {}

    async fn upstream_peer(&self, _session: &mut Session, (): &mut ()) -> Result<Box<HttpPeer>> {
        Ok(Box::new(HttpPeer::new(self.0.as_str(), false, String::new())))
    }

    async fn response_filter(&self, _session: &mut Session, response: &mut ResponseHeader, (): &mut ()) -> Result<()> {
        response.insert_header("Access-Control-Allow-Origin", "*")
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(listen), Some(target)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: pingora-peer LISTEN TARGET");
        std::process::exit(2);
    };
    let mut server = Server::new_with_opt_and_conf(None, ServerConf { threads: 1, ..ServerConf::default() });
    server.bootstrap();
    let mut service = http_proxy_service(&server.configuration, Target(target));
    service.add_tcp(&listen);
    server.add_service(service);
    server.run_forever();
}
