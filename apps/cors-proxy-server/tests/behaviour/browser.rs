//! A page on another origin fetches through the proxy in headless Chromium: `make browser`.

use std::{
    env,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

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
    let page = shown(&format!("http://{page}/#http://{},http://{}", proxy.address, mock.address)).await;
    for line in ["direct: refused", "plain: 1 true", "put: preflighted", "error: destination_ip_prohibited"] {
        assert!(page.contains(line), "{line}: {page}");
    }
}

/// The proxy's own page in a frame as wide as a phone, and what its form measures there.
const PHONE: &str = "<!doctype html><title>phone</title><iframe id=f width=390 height=844></iframe><pre></pre><script>
const frame = document.getElementById('f');
frame.onload = () => {
  const page = frame.contentDocument, [input, button] = ['url', 'send'].map((id) => page.getElementById(id));
  const say = (name, value) => document.querySelector('pre').textContent += `${name}: ${value};`;
  say('font', frame.contentWindow.getComputedStyle(input).fontSize);
  for (const [name, element] of [['input', input], ['button', button]]) say(name, element.getBoundingClientRect().height);
  say('over', page.documentElement.scrollWidth - 390);
};
frame.srcdoc = PAGE;
</script>";

/// iOS zooms into a page whose field has letters below 16 px, and a finger wants 44 px.
#[tokio::test]
#[ignore = "needs Chromium: make browser"]
async fn a_phone_does_not_zoom_into_the_form_and_a_finger_finds_it() {
    let page = serde_json::to_string(include_str!("../../src/page.html")).unwrap().replace("</script>", "<\\/script>");
    let file = env::temp_dir().join(format!("cors-proxy-phone-{}.html", std::process::id()));
    std::fs::write(&file, PHONE.replace("PAGE", &page)).unwrap();
    let shown = shown(&format!("file://{}", file.display())).await;
    std::fs::remove_file(file).unwrap();
    let measured = |name: &str| -> f64 {
        let said =
            shown.rsplit_once("<pre>").and_then(|(_, said)| said.split_once(&format!("{name}: "))?.1.split_once(';'));
        said.unwrap_or_else(|| panic!("no {name} in {shown}")).0.trim_end_matches("px").parse().unwrap()
    };
    assert!(measured("font") >= 16.0 && measured("input") >= 44.0 && measured("over") <= 0.0, "{shown}");
    assert!((measured("input") - measured("button")).abs() < 1.0, "the field is as high as the button: {shown}");
}

/// The DOM of a page after Chromium has run it.
async fn shown(url: &str) -> String {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    let profile = env::temp_dir().join(format!("cors-proxy-browser-{}-{run}", std::process::id()));
    let output = Command::new(chromium())
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"])
        .args(["--disable-component-update", "--disable-sync", "--virtual-time-budget=20000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(url)
        .kill_on_drop(true)
        .output()
        .await
        .expect("Chromium starts");
    let _ = std::fs::remove_dir_all(profile);
    String::from_utf8_lossy(&output.stdout).into_owned()
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
