//! Settings that are more than text stand in a stack as the text that stands in the file.

use synth_framework::{IntoValue, Value};

use super::{CapacityType, Cidr, Credentials, KubernetesVersion, NatGateways, OncePerAccount, SupportType};

macro_rules! text_values {
    ($($setting:ty),+ $(,)?) => { $(
        impl IntoValue<String> for $setting {
            fn into_value(self) -> Value<String> {
                self.to_string().into_value()
            }
        }

        impl IntoValue<String> for &$setting {
            fn into_value(self) -> Value<String> {
                self.to_string().into_value()
            }
        }
    )+ };
}

text_values!(CapacityType, Cidr, Credentials, KubernetesVersion, NatGateways, OncePerAccount, SupportType);
