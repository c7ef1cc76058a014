//! Values as the `MessagePack` that Terraform speaks: unknown is an extension, and an open type stands beside its value.

use anyhow::{Context as _, Result, bail};
use rmpv::Value as Pack;

use super::{Mapping, Value};

/// The extension type of an unknown value of which nothing is known.
const UNKNOWN: i8 = 0;

impl Value {
    /// Reads a value; no bytes at all are null.
    pub(crate) fn from_msgpack(mut bytes: &[u8]) -> Result<Self> {
        if bytes.is_empty() {
            return Ok(Self::Null);
        }
        let pack = rmpv::decode::read_value(&mut bytes).context("reading a value's MessagePack")?;
        unpack(pack)
    }

    /// Writes the value.
    pub(crate) fn to_msgpack(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        rmpv::encode::write_value(&mut bytes, &pack(self)).expect("a vector takes all that is written to it");
        bytes
    }
}

fn unpack(pack: Pack) -> Result<Value> {
    Ok(match pack {
        Pack::Nil => Value::Null,
        Pack::Boolean(value) => Value::Bool(value),
        Pack::Integer(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Value::Number(number.into()),
            (None, Some(number)) => Value::Number(number.into()),
            (None, None) => bail!("{number} is out of range"),
        },
        Pack::F32(number) => float(f64::from(number))?,
        Pack::F64(number) => float(number)?,
        Pack::String(text) => Value::String(text.into_str().context("a text is not UTF-8")?),
        Pack::Array(mut elements) => {
            if let [Pack::Binary(_), _] = elements.as_slice() {
                let (value, kind) = (elements.pop().expect("two elements"), elements.pop().expect("two elements"));
                let Pack::Binary(kind) = kind else { unreachable!("the pattern says what it is") };
                return Ok(Value::Dynamic(kind, Box::new(unpack(value)?)));
            }
            Value::Sequence(elements.into_iter().map(unpack).collect::<Result<_>>()?)
        }
        Pack::Map(members) => {
            let members = members.into_iter().map(|(key, value)| match key {
                Pack::String(key) => Ok((key.into_str().context("a key is not UTF-8")?, unpack(value)?)),
                other => bail!("{other} is not a key"),
            });
            Value::Mapping(members.collect::<Result<Mapping>>()?)
        }
        // Whatever is said about a value that is not yet known, it is not yet known.
        Pack::Ext(..) => Value::Unknown,
        Pack::Binary(_) => bail!("bytes outside of a value of open type"),
    })
}

fn float(number: f64) -> Result<Value> {
    let number =
        serde_json::Number::from_f64(number).with_context(|| format!("{number} is not a number in Terraform"))?;
    Ok(Value::Number(number))
}

fn pack(value: &Value) -> Pack {
    match value {
        Value::Unknown => Pack::Ext(UNKNOWN, vec![0]),
        Value::Null => Pack::Nil,
        Value::Bool(value) => Pack::Boolean(*value),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Pack::from(number),
            (None, Some(number)) => Pack::from(number),
            (None, None) => Pack::F64(number.as_f64().expect("a number that is not whole is a float")),
        },
        Value::String(text) => Pack::from(text.as_str()),
        Value::Sequence(elements) => Pack::Array(elements.iter().map(pack).collect()),
        Value::Mapping(members) => {
            Pack::Map(members.iter().map(|(key, value)| (Pack::from(key.as_str()), pack(value))).collect())
        }
        Value::Dynamic(kind, value) => Pack::Array(vec![Pack::Binary(kind.clone()), pack(value)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(value: &Value) -> Value {
        Value::from_msgpack(&value.to_msgpack()).unwrap()
    }

    #[test]
    fn every_shape_survives_the_wire() {
        let value = Value::Mapping(Mapping::from([
            ("unknown".into(), Value::Unknown),
            ("null".into(), Value::Null),
            ("numbers".into(), Value::Sequence(vec![Value::whole(-1), Value::Number(u64::MAX.into())])),
            ("ratio".into(), Value::Number(serde_json::Number::from_f64(0.1).unwrap())),
            ("open".into(), Value::Dynamic(br#""string""#.to_vec(), Box::new("text".into()))),
            ("flag".into(), true.into()),
        ]));
        assert_eq!(round(&value), value);
    }

    #[test]
    fn an_unknown_value_is_the_extension_that_terraform_sends() {
        assert_eq!(Value::Unknown.to_msgpack(), [0xd4, 0, 0]);
    }

    #[test]
    fn what_terraform_says_about_an_unknown_value_is_accepted() {
        // Extension 12, two bytes: "not null".
        assert_eq!(Value::from_msgpack(&[0xc7, 3, 12, 0x81, 1, 0xc2]).unwrap(), Value::Unknown);
    }

    #[test]
    fn a_number_too_long_for_the_machine_keeps_its_digits() {
        let digits = "123456789012345678901234567890";
        assert_eq!(round(&digits.into()), Value::text(digits));
    }

    #[test]
    fn no_bytes_are_null_and_broken_bytes_are_an_error() {
        assert_eq!(Value::from_msgpack(&[]).unwrap(), Value::Null);
        assert!(Value::from_msgpack(&[0xdc]).is_err());
    }
}
