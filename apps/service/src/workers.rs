//! Threads with a runtime each. What belongs to a connection stays on one of them: nothing is stolen, and nobody is woken on
//! another core.

use std::cell::Cell;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tokio::net::TcpStream;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

thread_local! {
    static NUMBER: Cell<usize> = const { Cell::new(0) };
}

/// The number of the worker that this code runs on, from zero.
pub fn worker() -> usize {
    NUMBER.get()
}

/// The workers of one server. They end when it is dropped, and with them whatever they still do.
#[derive(Debug)]
pub(crate) struct Workers(Vec<Worker>);

#[derive(Debug)]
struct Worker {
    runtime: Handle,
    connections: Arc<AtomicUsize>,
    /// Ends its thread once it is dropped; the first worker is whoever started the others.
    stop: Option<oneshot::Sender<()>>,
}

impl Workers {
    /// So many workers, the runtime that calls this being one of them.
    pub(crate) fn start(count: usize) -> io::Result<Self> {
        let first = Worker { runtime: Handle::current(), connections: Arc::default(), stop: None };
        let others = (1..count).map(|number| {
            let runtime = Builder::new_current_thread().enable_all().build()?;
            let (stop, stopped) = oneshot::channel();
            let handle = runtime.handle().clone();
            thread::Builder::new().name(format!("worker-{number}")).spawn(move || {
                NUMBER.set(number);
                let _ = runtime.block_on(stopped);
                // Without waiting for threads that still block, such as one that looks something up.
                runtime.shutdown_background();
            })?;
            Ok(Worker { runtime: handle, connections: Arc::default(), stop: Some(stop) })
        });
        Ok(Self(std::iter::once(Ok(first)).chain(others).collect::<io::Result<_>>()?))
    }

    /// Leaves a connection to the worker that has the fewest.
    pub(crate) fn serve<F>(
        &self,
        stream: TcpStream,
        serve: impl FnOnce(TcpStream) -> F + Send + 'static,
    ) -> io::Result<()>
    where
        F: Future<Output = ()> + Send,
    {
        let fewest = |worker: &&Worker| worker.connections.load(Ordering::Relaxed);
        let worker = self.0.iter().min_by_key(fewest).expect("whoever starts workers is one");
        let counted = Counted::one_more(&worker.connections);
        let stream = Moved::of(stream, worker.stop.is_some())?;
        worker.runtime.spawn(async move {
            let _counted = counted;
            match stream.here() {
                Ok(stream) => serve(stream).await,
                Err(error) => tracing::warn!(%error, "a connection cannot be served"),
            }
        });
        Ok(())
    }
}

/// A connection on its way to the runtime that will watch it.
enum Moved {
    Stays(TcpStream),
    Goes(std::net::TcpStream),
}

impl Moved {
    fn of(stream: TcpStream, goes: bool) -> io::Result<Self> {
        if goes { stream.into_std().map(Self::Goes) } else { Ok(Self::Stays(stream)) }
    }

    fn here(self) -> io::Result<TcpStream> {
        match self {
            Self::Stays(stream) => Ok(stream),
            Self::Goes(stream) => TcpStream::from_std(stream),
        }
    }
}

/// One connection of a worker.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn one_more(connections: &Arc<AtomicUsize>) -> Self {
        connections.fetch_add(1, Ordering::Relaxed);
        Self(connections.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::net::TcpListener;
    use tokio::sync::mpsc;
    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn connections_are_shared_out_evenly() {
        let (workers, listener) = (Workers::start(3).unwrap(), TcpListener::bind("127.0.0.1:0").await.unwrap());
        let (sender, mut seen) = mpsc::unbounded_channel();
        let mut clients = Vec::new();
        for _ in 0..9 {
            clients.push(TcpStream::connect(listener.local_addr().unwrap()).await.unwrap());
            let (stream, sender) = (listener.accept().await.unwrap().0, sender.clone());
            let serve = move |stream: TcpStream| async move {
                stream.readable().await.unwrap();
                sender.send(worker()).unwrap();
                std::future::pending::<()>().await;
            };
            workers.serve(stream, serve).unwrap();
        }
        for client in &clients {
            client.writable().await.unwrap();
            client.try_write(b"x").unwrap();
        }
        let mut counts = [0; 3];
        for _ in 0..9 {
            counts[seen.recv().await.unwrap()] += 1;
        }
        assert_eq!(counts, [3, 3, 3]);
    }

    #[tokio::test]
    async fn the_connections_of_workers_that_are_gone_are_closed() {
        let (workers, listener) = (Workers::start(2).unwrap(), TcpListener::bind("127.0.0.1:0").await.unwrap());
        let mut clients = Vec::new();
        for _ in 0..2 {
            clients.push(TcpStream::connect(listener.local_addr().unwrap()).await.unwrap());
            let stream = listener.accept().await.unwrap().0;
            workers.serve(stream, |stream| async move { drop((stream, std::future::pending::<()>().await)) }).unwrap();
        }
        drop(workers);
        timeout(Duration::from_secs(20), clients[1].readable()).await.expect("it is closed").unwrap();
        assert_eq!(clients[1].try_read(&mut [0]).unwrap(), 0);
    }
}
