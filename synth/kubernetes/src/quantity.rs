//! Processor time and memory, as Kubernetes writes them.

use std::{
    borrow::Cow,
    fmt,
    ops::{Add, AddAssign, Mul, Sub},
};

use k8s_openapi::{
    api::core::v1::ResourceRequirements,
    apimachinery::pkg::{api::resource::Quantity, util::intstr::IntOrString},
};
use serde_json::Value as Json;

/// Processor time and memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// Thousandths of a vCPU.
    pub cpu: u64,
    /// MiB.
    pub memory: u64,
}

impl Amount {
    /// Thousandths of a vCPU, and MiB.
    pub const fn new(cpu: u64, memory: u64) -> Self {
        Self { cpu, memory }
    }

    /// The amount in an object with `cpu` and `memory`, if it has both.
    pub fn read(object: &Json) -> Option<Self> {
        Some(Self { cpu: millicores(&object["cpu"])?, memory: mebibytes(&object["memory"])? })
    }

    /// The larger of both, each kind by itself.
    #[must_use]
    pub fn at_least(self, other: Self) -> Self {
        Self { cpu: self.cpu.max(other.cpu), memory: self.memory.max(other.memory) }
    }

    /// The less of both, each by itself.
    #[must_use]
    pub fn least(self, other: Self) -> Self {
        Self { cpu: self.cpu.min(other.cpu), memory: self.memory.min(other.memory) }
    }

    /// How often `part` fits.
    pub fn fits(self, part: Self) -> u64 {
        let often = |whole: u64, part: u64| whole.checked_div(part).unwrap_or(u64::MAX);
        often(self.cpu, part.cpu).min(often(self.memory, part.memory))
    }
}

impl Add for Amount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { cpu: self.cpu + other.cpu, memory: self.memory + other.memory }
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// Never less than nothing.
impl Sub for Amount {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { cpu: self.cpu.saturating_sub(other.cpu), memory: self.memory.saturating_sub(other.memory) }
    }
}

impl Mul<u64> for Amount {
    type Output = Self;

    fn mul(self, times: u64) -> Self {
        Self { cpu: self.cpu * times, memory: self.memory * times }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}m and {}Mi", self.cpu, self.memory)
    }
}

/// The name of processor time among resources.
pub const CPU: &str = "cpu";

/// The name of memory among resources.
pub const MEMORY: &str = "memory";

/// The limit of a resource.
pub fn limit_in<'a>(resources: &'a ResourceRequirements, resource: &str) -> Option<&'a Quantity> {
    resources.limits.as_ref()?.get(resource)
}

/// Processor time and memory that are asked for, if both are.
pub fn asked(resources: &ResourceRequirements) -> Option<Amount> {
    let requests = resources.requests.as_ref()?;
    Some(Amount::new(millicores(requests.get(CPU)?)?, mebibytes(requests.get(MEMORY)?)?))
}

/// A quantity of processors in thousandths, rounded up: `2`, `0.5`, `500m`.
pub fn millicores(value: &impl Written) -> Option<u64> {
    let text = value.written()?;
    match text.strip_suffix('m') {
        Some(thousandths) => thousandths.parse().ok(),
        None => thousandths(&text),
    }
}

/// A quantity of bytes in MiB, rounded up: `256Mi`, `1.5Gi`, `1000000`.
pub fn mebibytes(value: &impl Written) -> Option<u64> {
    const UNITS: [(&str, u64); 8] = [
        ("Ki", 1 << 10),
        ("Mi", 1 << 20),
        ("Gi", 1 << 30),
        ("Ti", 1 << 40),
        ("k", 1_000),
        ("M", 1_000_000),
        ("G", 1_000_000_000),
        ("", 1),
    ];
    let text = value.written()?;
    let (number, unit) = UNITS.iter().find_map(|(suffix, unit)| Some((text.strip_suffix(suffix)?, *unit)))?;
    Some((thousandths(number)?.checked_mul(unit)?.div_ceil(1000)).div_ceil(1 << 20))
}

/// A whole number of things.
pub fn count(value: &impl Written) -> Option<u64> {
    value.written()?.parse().ok()
}

/// A value that a quantity is read from.
pub trait Written {
    /// Its text, where it is a text or a number.
    fn written(&self) -> Option<Cow<'_, str>>;
}

impl Written for Quantity {
    fn written(&self) -> Option<Cow<'_, str>> {
        Some(self.0.as_str().into())
    }
}

impl Written for IntOrString {
    fn written(&self) -> Option<Cow<'_, str>> {
        Some(match self {
            Self::Int(number) => number.to_string().into(),
            Self::String(text) => text.as_str().into(),
        })
    }
}

impl Written for Json {
    fn written(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::String(text) => Some(text.as_str().into()),
            Self::Number(number) => Some(number.to_string().into()),
            _ => None,
        }
    }
}

/// A decimal number, times a thousand.
fn thousandths(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction: u64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1000)?.checked_add(fraction)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn quantities_are_read_in_every_spelling() {
        let cpu = |value| millicores(&value);
        assert_eq!([cpu(json!("500m")), cpu(json!(2)), cpu(json!("0.25"))], [Some(500), Some(2000), Some(250)]);
        let memory = |value| mebibytes(&value);
        let read = [memory(json!("256Mi")), memory(json!("1.5Gi")), memory(json!(1_048_577)), memory(json!("1M"))];
        assert_eq!(read, [Some(256), Some(1536), Some(2), Some(1)]);
        assert_eq!([cpu(json!("many")), memory(json!("256MB")), memory(json!(null))], [None, None, None]);
    }

    #[test]
    fn bytes_are_read_in_every_unit() {
        let binary = [("2048Ki", 2), ("2Mi", 2), ("2Gi", 2_048), ("2Ti", 2_097_152)];
        let decimal = [("2097152", 2), ("2000k", 2), ("2M", 2), ("2G", 1_908)];
        for (text, read) in binary.into_iter().chain(decimal) {
            assert_eq!(mebibytes(&json!(text)), Some(read), "{text}");
        }
    }
}
