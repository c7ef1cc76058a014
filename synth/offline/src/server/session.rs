//! Providers that run in this process for as long as a session lives.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::Path,
    sync::Arc,
    thread::{self, JoinHandle},
};

use anyhow::{Context as _, Result};
use serde_json::json;
use tempfile::TempDir;
use tokio::{net::UnixListener, sync::oneshot};

use super::{
    calls::Connection,
    grpc,
    provider::Provider,
    signals::{Running, Signals},
};

/// The longest folder that has room for the path of a socket.
const LONGEST: usize = 80;

/// Running providers: Terraform finds them by [`Session::reattach`] until the session is dropped. From then on this process
/// leaves it to Terraform to end when it is interrupted or terminated.
#[derive(Debug)]
pub struct Session {
    reattach: String,
    pub(crate) running: Arc<Running>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    // The sockets lie here; gone with the session.
    _directory: TempDir,
}

impl Session {
    /// Starts to serve providers, each at a Unix socket in a directory of this user's alone.
    pub fn start(providers: Vec<Provider>) -> Result<Self> {
        let directory = sockets()?;
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_io().build().context("starting providers")?;
        let mut reattach = serde_json::Map::new();
        let mut listeners = Vec::new();
        for (number, provider) in providers.into_iter().enumerate() {
            let socket = directory.path().join(number.to_string());
            let listener = {
                let _inside = runtime.enter();
                UnixListener::bind(&socket).with_context(|| format!("listening at `{}`", socket.display()))?
            };
            let address = json!({ "Network": "unix", "String": socket });
            let entry = json!({
                "Protocol": "grpc",
                "ProtocolVersion": 6,
                "Pid": std::process::id(),
                "Test": true,
                "Addr": address,
            });
            reattach.insert(provider.address.clone(), entry);
            listeners.push((listener, Arc::new(provider)));
        }
        let (stop, stopped) = oneshot::channel::<()>();
        let running = Arc::new(Running::default());
        let told = Arc::clone(&running);
        // Before there is a Terraform, and not at the thread's leisure: a signal may come at once.
        let signals = {
            let _inside = runtime.enter();
            Signals::take()
        };
        let serve = move || {
            runtime.block_on(async {
                for (listener, provider) in listeners {
                    tokio::spawn(accept(listener, provider));
                }
                tokio::select! {
                    // An error means that the session is gone, which is a reason to stop too.
                    _ = stopped => {}
                    () = told.listen(signals) => {}
                }
            });
        };
        let thread = thread::Builder::new().name("providers".to_owned()).spawn(serve).context("starting providers")?;
        let reattach = serde_json::Value::Object(reattach).to_string();
        Ok(Self { reattach, running, stop: Some(stop), thread: Some(thread), _directory: directory })
    }

    /// The value of `TF_REATTACH_PROVIDERS` by which Terraform finds the providers.
    #[must_use]
    pub fn reattach(&self) -> &str {
        &self.reattach
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Whoever does not listen any more has stopped already.
        self.stop.take().and_then(|stop| stop.send(()).ok());
        self.thread.take().and_then(|thread| thread.join().ok());
    }
}

/// A directory for sockets, of this user's alone. A socket's path has no more than 100 bytes or so, which is less than
/// some places for temporary files take by themselves.
fn sockets() -> Result<TempDir> {
    let place = std::env::temp_dir();
    let place = if place.as_os_str().len() > LONGEST { Path::new("/tmp") } else { &place };
    let owner_only = std::fs::Permissions::from_mode(0o700);
    let directory = tempfile::Builder::new().prefix("synth-").permissions(owner_only).tempdir_in(place);
    directory.with_context(|| format!("making a directory for the providers' sockets in `{}`", place.display()))
}

async fn accept(listener: UnixListener, provider: Arc<Provider>) {
    while let Ok((stream, _)) = listener.accept().await {
        if let Ok(connection) = Connection::new(Arc::clone(&provider)) {
            // A broken connection is Terraform's to report; the others go on.
            tokio::spawn(async move { grpc::serve(stream, connection).await.ok() });
        }
    }
}
