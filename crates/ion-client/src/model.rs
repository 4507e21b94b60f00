//! How Ion's objects are read: every member may be missing, unknown members are passed over, another kind of value is an error.

use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde_json::value::RawValue;

/// Objects whose members may all be missing.
///
/// Reads from a JSON object only: derived readers also take a list member by member, and would find every member missing in `[]`.
macro_rules! model {
    ($($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $fdoc:literal])* $(#[serde($($how:tt)*)])? $field:ident: $type:ty),+ $(,)? })+) => {$(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name { $($(#[doc = $fdoc])* pub $field: Option<$type>),+ }

        const _: () = {
            #[derive(Default, serde::Deserialize)]
            #[serde(rename_all = "camelCase", default, expecting = "an object")]
            struct Members { $($(#[serde($($how)*)])? $field: Option<$type>),+ }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let members = Members::deserialize($crate::model::ObjectOnly(deserializer))?;
                    Ok(Self { $($field: members.$field),+ })
                }
            }
        };
    )+};
}
pub(crate) use model;

/// Reads a struct from an object, not from a list.
pub(crate) struct ObjectOnly<D>(pub(crate) D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for ObjectOnly<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// A whole number, that Ion writes as a number or, where it has 64 bits, as a text (Ion API notes 2).
pub(crate) fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    struct Whole;
    impl Visitor<'_> for Whole {
        type Value = Option<i64>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a whole number")
        }
        fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
            Ok(Some(number))
        }
        fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
            i64::try_from(number)
                .map(Some)
                .map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
        }
        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            text.parse()
                .map(Some)
                .map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
        }
        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }
    deserializer.deserialize_any(Whole)
}

/// A text, that Ion may also write as a number or a truth value: ids are texts of digits or numbers (Ion API notes 2; 3, row 12).
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let raw = Option::<&RawValue>::deserialize(deserializer)?;
    raw.map(|raw| written(raw.get())).transpose()
}

/// The same, without white space around it: a published code has a space behind it (Ion API notes 2.10).
pub(crate) fn trimmed<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Ok(text(deserializer)?.map(|text| text.trim().to_owned()))
}

/// Several of them.
pub(crate) fn texts<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<String>>, D::Error> {
    let raw = Option::<Vec<&RawValue>>::deserialize(deserializer)?;
    raw.map(|each| each.into_iter().map(|raw| written(raw.get())).collect())
        .transpose()
}

/// What stands between the quotes, or the digits of a number as they were written.
pub(crate) fn written<E: Error>(raw: &str) -> Result<String, E> {
    match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_str(raw).map_err(E::custom),
        Some(b'{' | b'[') | None => Err(E::custom("expected a text, found a list or an object")),
        Some(_) => Ok(raw.to_owned()),
    }
}

/// A list, that the description draws as one object (Ion API notes 2.4).
pub(crate) fn one_or_many<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    struct OneOrMany<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMany<T> {
        type Value = Option<Vec<T>>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object, or a list of objects")
        }
        fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(items)).map(Some)
        }
        fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
            let one = T::deserialize(MapAccessDeserializer::new(members))?;
            Ok(Some(vec![one]))
        }
        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }
    deserializer.deserialize_any(OneOrMany(PhantomData))
}

/// Texts by name, whose values Ion writes as texts or as numbers (Ion API notes 3, row 18).
pub(crate) fn details<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<(String, String)>>, D::Error> {
    struct Details;
    impl<'de> Visitor<'de> for Details {
        type Value = Option<Vec<(String, String)>>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object of texts and numbers")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
            let mut details = Vec::new();
            while let Some(name) = members.next_key()? {
                details.push((name, members.next_value_seed(Detail)?));
            }
            Ok(Some(details))
        }
        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }
    struct Detail;
    impl<'de> DeserializeSeed<'de> for Detail {
        type Value = String;
        fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
            let raw = <&RawValue>::deserialize(deserializer)?.get();
            if raw.starts_with('"') {
                return serde_json::from_str(raw).map_err(D::Error::custom);
            }
            Ok(raw.to_owned())
        }
    }
    deserializer.deserialize_any(Details)
}

/// The instant that a member tells, where it can be read as one (RFC 3339, with or without a fraction).
pub(crate) fn instant(text: Option<&String>) -> Option<jiff::Timestamp> {
    text?.parse().ok()
}

/// The same, where a date without a time is its midnight, and a time without an offset is one of UTC.
pub(crate) fn moment(text: Option<&String>) -> Option<jiff::Timestamp> {
    let text = text?.trim();
    text.parse().ok().or_else(|| {
        let time: jiff::civil::DateTime = text.parse().ok()?;
        let zoned = time.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(zoned.timestamp())
    })
}

/// The id behind a word of a resource name: of `customers` in `accounts/1/customers/2/orders/3` it is `2`.
pub(crate) fn id_behind<'a>(name: Option<&'a String>, word: &str) -> Option<&'a str> {
    let mut segments = name?.split('/');
    segments.find(|segment| *segment == word)?;
    segments.next().filter(|id| !id.is_empty())
}
