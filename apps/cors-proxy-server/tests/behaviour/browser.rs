//! A page on another origin fetches through the proxy in headless Chromium: `make browser`.

use std::{env, path::PathBuf};

use tokio::process::Command;

use crate::fixture::{pair, scripted};

const PAGE: &str = concat!(
    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<!doctype html><title>page</title><pre></pre><script>\n",
    "const [proxy, target] = location.hash.slice(1).split(',');\n",
    "const say = (text) => document.querySelector('pre').textContent += text + '\\n';\n",
    "const run = async () => {\n",
    "  await fetch(target + '/posts/1').then(() => say('direct: read'), () => say('direct: refused'));\n",
    "  const plain = await fetch(proxy + '/' + target + '/posts/1');\n",
    "  say('plain: ' + (await plain.json()).id + ' ' + plain.headers.get('x-final-url').endsWith('/posts/1'));\n",
    "  const put = await fetch(proxy + '/' + target + '/echo', { method: 'PUT', headers: { authorization: 'x', 'x-own': '1' }, body: 'preflighted' });\n",
    "  say('put: ' + await put.text());\n",
    "  const error = await fetch(proxy + '/http://10.0.0.1/');\n",
    "  say('error: ' + (await error.json()).error);\n",
    "};\nrun().catch((error) => say('failed: ' + error));\n</script>",
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Chromium: make browser"]
async fn a_page_on_another_origin_reads_what_it_could_not_read_directly() {
    let (proxy, mock) = pair(&[]).await;
    let (page, _) = scripted(&[PAGE]).await;
    let profile = env::temp_dir().join(format!("cors-proxy-browser-{}", std::process::id()));
    let output = Command::new(chromium())
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"])
        .args(["--disable-component-update", "--disable-sync", "--virtual-time-budget=20000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("http://{page}/#http://{},http://{}", proxy.address, mock.address))
        .kill_on_drop(true)
        .output()
        .await
        .expect("Chromium starts");
    let _ = std::fs::remove_dir_all(profile);
    let page = String::from_utf8_lossy(&output.stdout);
    for line in ["direct: refused", "plain: 1 true", "put: preflighted", "error: destination_ip_prohibited"] {
        assert!(page.contains(line), "{line}: {page}");
    }
}

/// The command has another name on each system.
fn chromium() -> PathBuf {
    let names = ["chromium", "google-chrome", "chromium-browser"];
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|program| program.is_file())
        .expect("`make packages` installs Chromium")
}
