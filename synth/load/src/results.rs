//! `JMeter`'s results, read line by line: a million of them take some megabytes.

use std::{fs::File, io::Read, path::Path};

use anyhow::{Context, Result, bail, ensure};
use csv::{ReaderBuilder, StringRecord};

/// One request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sample {
    /// When it was due, in milliseconds of the clock; when it was sent if the results do not say.
    pub(crate) due: u64,
    /// When it was sent.
    pub(crate) sent: u64,
    /// Milliseconds from then to the end of its answer.
    pub(crate) elapsed: u64,
    /// Its place among the kinds of errors, if it failed.
    pub(crate) error: Option<usize>,
}

impl Sample {
    /// When its answer ended.
    pub(crate) fn ended(&self) -> u64 {
        self.sent + self.elapsed
    }

    /// Milliseconds from when it was due to the end of its answer: what waited for a free connection has waited.
    pub(crate) fn response_time(&self) -> u64 {
        self.ended().saturating_sub(self.due)
    }
}

/// Every request of a test.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Results {
    /// In the order of their ends.
    pub(crate) samples: Vec<Sample>,
    /// The kinds of errors.
    pub(crate) errors: Vec<String>,
    /// Do the results say when each request was due?
    pub(crate) says_due: bool,
}

/// Where the columns stand that are read.
struct Columns {
    sent: usize,
    elapsed: usize,
    success: usize,
    code: usize,
    message: Option<usize>,
    failure: Option<usize>,
    due: Option<usize>,
}

impl Results {
    /// Reads a file of results.
    pub fn read(path: &Path) -> Result<Self> {
        let file = File::open(path).with_context(|| format!("opening `{}`", path.display()))?;
        read_from(file).with_context(|| format!("reading `{}`", path.display()))
    }
}

fn read_from(source: impl Read) -> Result<Results> {
    let mut reader = ReaderBuilder::new().buffer_capacity(1 << 16).from_reader(source);
    let columns = Columns::of(reader.headers().context("line 1 is not CSV")?)?;
    let mut results = Results { says_due: columns.due.is_some(), ..Results::default() };
    let mut record = StringRecord::new();
    loop {
        let line = reader.position().line();
        let more = reader.read_record(&mut record);
        // The position before a record may be that of an empty line; the record knows its own.
        let line = record.position().map_or(line, csv::Position::line);
        if !more.with_context(|| format!("line {line} is broken: did JMeter end early?"))? {
            break;
        }
        let sample = columns.sample(&record, &mut results.errors).with_context(|| format!("line {line} is broken"))?;
        results.samples.push(sample);
    }
    ensure!(!results.samples.is_empty(), "it holds no request: did the test run?");
    Ok(results)
}

impl Columns {
    fn of(header: &StringRecord) -> Result<Self> {
        let find = |name| header.iter().position(|column| column == name);
        let need = |name| {
            find(name).with_context(|| {
                format!(
                    "line 1 names no column `{name}`: let JMeter write CSV with field names, as `user.properties` says"
                )
            })
        };
        Ok(Self {
            sent: need("timeStamp")?,
            elapsed: need("elapsed")?,
            success: need("success")?,
            code: need("responseCode")?,
            message: find("responseMessage"),
            failure: find("failureMessage"),
            due: find("due"),
        })
    }

    fn sample(&self, record: &StringRecord, errors: &mut Vec<String>) -> Result<Sample> {
        let field = |column: usize| record.get(column).unwrap_or_default();
        let number = |column: usize, name: &str| {
            let text = field(column);
            text.parse::<u64>().with_context(|| format!("`{name}` is `{text}`: expected milliseconds"))
        };
        let sent = number(self.sent, "timeStamp")?;
        let error = match field(self.success) {
            "true" => None,
            "false" => {
                let text = |column: Option<usize>| column.map(field).unwrap_or_default();
                let kind = kind(field(self.code), text(self.message), text(self.failure));
                Some(errors.iter().position(|known| *known == kind).unwrap_or_else(|| {
                    errors.push(kind);
                    errors.len() - 1
                }))
            }
            other => bail!("`success` is `{other}`: expected `true` or `false`"),
        };
        // A request that ended before it had a due time has an empty or a literal `null`.
        let due = self.due.and_then(|column| field(column).parse().ok()).unwrap_or(sent);
        Ok(Sample { due, sent, elapsed: number(self.elapsed, "elapsed")?, error })
    }
}

/// The kind of an error, in words that many requests share: no address, no body.
fn kind(code: &str, message: &str, failure: &str) -> String {
    let first = |text: &str| text.lines().next().unwrap_or_default().trim().to_owned();
    if let Some(exception) = code.strip_prefix("Non HTTP response code: ") {
        let name = exception.rsplit('.').next().unwrap_or(exception);
        let message = first(message.strip_prefix("Non HTTP response message: ").unwrap_or(message));
        // `Connect to proxy:80 [proxy/10.0.0.1] failed: Connection refused` differs by address.
        let reason = message.rsplit(": ").next().unwrap_or_default();
        return if reason.is_empty() { name.to_owned() } else { format!("{name}: {reason}") };
    }
    if code.starts_with('2') && !failure.is_empty() {
        return first(failure).chars().take(80).collect();
    }
    format!("{code} {}", first(message)).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "timeStamp,elapsed,label,responseCode,responseMessage,success,failureMessage,due\n";

    fn results(lines: &str) -> Result<Results> {
        read_from(format!("{HEADER}{lines}").as_bytes())
    }

    #[track_caller]
    fn refused(lines: &str, message: &str) {
        let error = format!("{:#}", results(lines).unwrap_err());
        assert!(error.contains(message), "{error}");
    }

    #[test]
    fn a_line_is_a_request() {
        let read = results("1005,20,GET,200,OK,true,,1000\n").unwrap();
        assert_eq!(read.samples, [Sample { due: 1000, sent: 1005, elapsed: 20, error: None }]);
        assert_eq!(read.samples[0].response_time(), 25);
        assert!(read.says_due && read.errors.is_empty());
    }

    #[test]
    fn errors_are_told_apart_by_kind_and_not_by_address() {
        let lines = "1,1,GET,503,Service Unavailable,false,the status is not 200,1\n\
            2,1,GET,Non HTTP response code: org.apache.http.conn.HttpHostConnectException,Non HTTP response message: \
            Connect to 10.0.0.1:80 [/10.0.0.1] failed: Connection refused,false,,2\n\
            3,1,GET,Non HTTP response code: org.apache.http.conn.HttpHostConnectException,Non HTTP response message: \
            Connect to 10.0.0.2:80 [/10.0.0.2] failed: Connection refused,false,,2\n\
            4,1,GET,200,OK,false,\"the body is not the target's\n\nmore, of it\",4\n\
            5,1,GET,503,Service Unavailable,false,,5\n";
        let read = results(lines).unwrap();
        let kinds =
            ["503 Service Unavailable", "HttpHostConnectException: Connection refused", "the body is not the target's"];
        assert_eq!(read.errors, kinds);
        let errors: Vec<_> = read.samples.iter().map(|sample| sample.error.unwrap()).collect();
        assert_eq!(errors, [0, 1, 1, 2, 0]);
    }

    #[test]
    fn results_without_due_times_count_from_when_a_request_was_sent() {
        let read = read_from("timeStamp,elapsed,responseCode,success\n7,3,200,true\n".as_bytes()).unwrap();
        assert_eq!(read.samples, [Sample { due: 7, sent: 7, elapsed: 3, error: None }]);
        assert!(!read.says_due);
    }

    #[test]
    fn a_broken_line_is_named_by_its_number() {
        let good = "1,1,GET,200,OK,true,,1\n";
        refused(&format!("{good}{good}2,fast,GET,200,OK,true,,2\n"), "line 4 is broken: `elapsed` is `fast`");
        refused(&format!("{good}2,1,GET,200,OK,perhaps,,2\n"), "line 3 is broken: `success` is `perhaps`");
        refused(&format!("{good}2,1,GET"), "line 3 is broken: did JMeter end early?");
    }

    #[test]
    fn what_is_not_results_is_refused() {
        refused("", "it holds no request");
        let error = read_from("<testResults/>".as_bytes()).unwrap_err();
        assert!(format!("{error:#}").contains("line 1 names no column `timeStamp`"), "{error:#}");
    }
}
