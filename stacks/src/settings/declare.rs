//! The two forms in which settings are declared: once, with their types, their rules and their documentation.

/// Declares a section of the settings once: its fields, how each is read, the rule that each must meet, and what it is where no
/// file names it, if it may be left out; or how one is read `of` a type that is declared elsewhere. `else default;` at its end makes
/// a section of which every field may be left out its type's default.
macro_rules! section {
    (
        $(#[doc = $about:literal])*
        pub struct $name:ident {
            $( $(#[doc = $field_about:literal])* pub $field:ident: $type:ty $(where $rule:expr)? $(; else $default:expr)? ),* $(,)?
        }
        $(check $check:path;)?
        $(else $whole:ident;)?
    ) => {
        $(#[doc = $about])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            $( $(#[doc = $field_about])* pub $field: $type, )*
        }

        $crate::settings::declare::section! {
            $(#[doc = $about])*
            of $name { $( $(#[doc = $field_about])* $field: $type $(where $rule)? $(; else $default)? ),* }
            $(check $check;)?
        }

        $crate::settings::declare::whole! { [$($whole)?] $name { $( $field ($($default)?) )* } }
    };
    (
        $(#[doc = $about:literal])*
        of $name:ident {
            $( $(#[doc = $field_about:literal])* $field:ident: $type:ty $(where $rule:expr)? $(; else $default:expr)? ),* $(,)?
        }
        $(check $check:path;)?
    ) => {
        impl $crate::settings::read::Read for $name {
            fn expected() -> String {
                "a table".to_owned()
            }

            fn read(
                node: &$crate::settings::tree::Node,
                problems: &mut $crate::settings::problem::Problems<'_>,
            ) -> Option<Self> {
                let mut section = $crate::settings::read::Section::open(node, problems)?;
                $(
                    let default = $crate::settings::declare::default!($($default)?);
                    let $field = section.field_or::<$type>(stringify!($field), &[$(&$rule)?], default);
                )*
                section.close();
                let section = Self { $( $field: $field?, )* };
                $( $check(&section, &node.key, problems); )?
                Some(section)
            }

            fn schema() -> serde_json::Value {
                let mut section = $crate::settings::schema::Table::new(concat!($($about),*));
                $( section.field::<$type>(stringify!($field), concat!($($field_about),*), &[$(&$rule)?]); )*
                section.close()
            }
        }
    };
}

/// What a field is where no file names it; nothing where one must.
macro_rules! default {
    () => {
        None
    };
    ($default:expr) => {
        Some($default)
    };
}

/// What a section is where no file names it, nor any of its fields.
macro_rules! whole {
    ([] $($declared:tt)*) => {};
    ([$default:ident] $name:ident { $( $field:ident ($value:expr) )* }) => {
        impl Default for $name {
            fn $default() -> Self {
                Self { $( $field: $value, )* }
            }
        }
    };
}

/// Declares a setting that is one of a few words.
macro_rules! choice {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $( $(#[$variant_meta:meta])* $variant:ident = $text:literal ),* $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $( $(#[$variant_meta])* $variant, )* }

        impl $name {
            /// The word that stands in the file.
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text, )* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::settings::text::TextError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $( $text => Ok(Self::$variant), )*
                    _ => {
                        let mend = $crate::settings::problem::perhaps(text, &[$($text),*]);
                        let expected = <Self as $crate::settings::text::Text>::type_name();
                        Err($crate::settings::text::TextError(format!("is `{text}`, {expected} is expected{mend}")))
                    }
                }
            }
        }

        impl $crate::settings::text::Text for $name {
            fn type_name() -> String {
                format!("one of {}", $crate::settings::problem::list(&[$($text),*]))
            }

            fn schema() -> serde_json::Value {
                serde_json::json!({ "type": "string", "enum": [$($text),*] })
            }
        }

        $crate::settings::text::text_values!($name);
    };
}

pub(super) use {choice, default, section, whole};
