//! Prometheus' answers about the time of a load test: asked for over plain HTTP, or read from saved files.

use std::{collections::BTreeMap, fs, net::TcpStream, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use serde_json::Value as Json;

use crate::http::{Answer, encoded, get};

/// Longer than Prometheus' own limit of two minutes would be waiting for nothing.
const TIMEOUT: Duration = Duration::from_mins(2);

/// The most of an answer that is read.
const MOST_BYTES: u64 = 64 << 20;

/// A line of a chart: its name, and its values by seconds of the Unix clock.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The values of its labels.
    pub name: String,
    /// Time and value.
    pub points: Vec<(f64, f64)>,
}

/// Answers by the name of the question.
pub type Answers = BTreeMap<String, Vec<Series>>;

/// A span of the Unix clock, in seconds, and the step within it.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// Its start.
    pub from: u64,
    /// Its end.
    pub to: u64,
    /// The seconds between two values.
    pub step: u32,
}

/// Asks for the values of an expression over a span. `address` is such as `http://127.0.0.1:9090`.
pub fn query(address: &str, expression: &str, span: Span) -> Result<Vec<Series>> {
    let rest = address.strip_prefix("http://").with_context(|| {
        format!("`{address}` is not a plain `http://` address: forward a port, such as `kubectl port-forward … 9090`")
    })?;
    let (host, prefix) = rest.trim_end_matches('/').split_once('/').map_or((rest, ""), |(host, path)| (host, path));
    let host = host.trim_end_matches('/');
    let slash = if prefix.is_empty() { "" } else { "/" };
    let Span { from, to, step } = span;
    let target = format!(
        "{slash}{prefix}/api/v1/query_range?query={}&start={from}&end={to}&step={step}",
        encoded(expression, "")
    );
    let body = http(host, &target).with_context(|| format!("asking Prometheus at `{address}`"))?;
    parse(&body).with_context(|| format!("asking Prometheus at `{address}` for `{expression}`"))
}

/// Reads a saved answer of `query_range`.
pub fn read(path: &Path) -> Result<Vec<Series>> {
    let text = fs::read_to_string(path).with_context(|| format!("reading `{}`", path.display()))?;
    parse(&text).with_context(|| format!("reading `{}`", path.display()))
}

/// Reads an answer of `query_range`.
fn parse(body: &str) -> Result<Vec<Series>> {
    let answer: Json = serde_json::from_str(body).context("the answer is not JSON")?;
    ensure!(
        answer["status"] == "success",
        "Prometheus refused the query: {}",
        answer["error"].as_str().unwrap_or("no reason given")
    );
    let data = &answer["data"];
    ensure!(data["resultType"] == "matrix", "the answer holds no range of values: save one of `/api/v1/query_range`");
    let series = data["result"].as_array().context("the answer has no result")?;
    let mut series = series.iter().map(one_series).collect::<Result<Vec<_>>>()?;
    series.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(series)
}

fn one_series(series: &Json) -> Result<Series> {
    let labels = series["metric"].as_object().context("a series has no labels")?;
    let labels = labels.iter().filter(|(name, _)| *name != "__name__").filter_map(|(_, value)| value.as_str());
    let points = series["values"].as_array().context("a series has no values")?.iter().map(|point| {
        let time = point[0].as_f64().context("a value has no time")?;
        let value = point[1].as_str().and_then(|text| text.parse().ok()).context("a value is not a number")?;
        Ok((time, value))
    });
    let points = points.collect::<Result<Vec<(f64, f64)>>>()?;
    let points = points.into_iter().filter(|(_, value)| value.is_finite()).collect();
    Ok(Series { name: labels.collect::<Vec<_>>().join(" "), points })
}

fn http(host: &str, target: &str) -> Result<String> {
    let authority = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
    let stream = TcpStream::connect(&authority).with_context(|| format!("connecting to `{authority}`"))?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let Answer { status, body, .. } = get(stream, host, target, &[("Accept", "application/json")], MOST_BYTES)?;
    // Prometheus explains a refusal in a body of the same form.
    ensure!(status == 200 || body.starts_with('{'), "the answer has status {status}");
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::{Read, Write},
        net::TcpListener,
        thread,
    };

    const ANSWER: &str = r#"{"status":"success","data":{"resultType":"matrix","result":[
        {"metric":{"__name__":"x","container":"mock"},"values":[[10,"1.5"],[25,"NaN"],[40,"2"]]},
        {"metric":{"container":"cors"},"values":[[10,"0"]]}]}}"#;

    #[test]
    fn series_are_named_by_their_labels_and_hold_numbers_only() {
        let series = parse(ANSWER).unwrap();
        assert_eq!(series[0], Series { name: "cors".to_owned(), points: vec![(10.0, 0.0)] });
        assert_eq!(series[1].points, [(10.0, 1.5), (40.0, 2.0)]);
    }

    #[test]
    fn a_refusal_is_told_in_the_words_of_prometheus() {
        let error = parse(r#"{"status":"error","errorType":"bad_data","error":"parse error"}"#).unwrap_err();
        assert_eq!(error.to_string(), "Prometheus refused the query: parse error");
        let error = parse(r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#).unwrap_err();
        assert!(error.to_string().contains("query_range"));
    }

    #[test]
    fn a_question_is_asked_over_plain_http() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/prometheus/", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let length = stream.read(&mut request).unwrap();
            write!(stream, "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{ANSWER}").unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        });
        let series = query(&address, "count(up{a=\"b\"})", Span { from: 10, to: 40, step: 15 }).unwrap();
        assert_eq!(series.len(), 2);
        let request = server.join().unwrap();
        let wanted = "GET /prometheus/api/v1/query_range?query=count%28up%7Ba%3D%22b%22%7D%29&start=10&end=40&step=15 HTTP/1.0\r\n";
        assert!(request.starts_with(wanted), "{request}");
    }

    #[test]
    fn an_encrypted_address_is_refused_with_a_way_out() {
        let error = query("https://prometheus.example", "up", Span { from: 0, to: 1, step: 1 }).unwrap_err();
        assert!(error.to_string().contains("port-forward"));
    }
}
