//! What is kept as bytes, and out of them again. What does not fit comes out as nothing, never as something else.

use std::collections::BTreeMap;
use std::sync::Arc;

use num_bigint::BigInt;

use crate::number::{Excess, Number};
use crate::time::{Day, Month, Months, PeriodName, PeriodPart};

/// What can be written as bytes: different values as different bytes.
pub trait Put {
    fn put(&self, into: &mut Vec<u8>);
}

/// What comes out of the bytes that [`Put`] wrote.
pub trait Take: Sized {
    /// `None` where the bytes are no such value.
    fn take(from: &mut Bytes) -> Option<Self>;
}

/// Bytes that are read one after the other.
pub struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    pub fn new(bytes: &'a [u8]) -> Bytes<'a> {
        Bytes(bytes)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are still.
    pub fn left(&self) -> usize {
        self.0.len()
    }

    /// The next few.
    pub fn some(&mut self, count: usize) -> Option<&'a [u8]> {
        let (some, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(some)
    }

    /// How many values follow, of which each takes a byte at least: no more room is asked for than there are bytes.
    fn count(&mut self) -> Option<usize> {
        let count = usize::take(self)?;
        (count <= self.0.len()).then_some(count)
    }
}

/// The bytes of a value.
pub fn bytes_of(value: &impl Put) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.put(&mut bytes);
    bytes
}

/// The value that all of the bytes are.
pub fn value_of<T: Take>(bytes: &[u8]) -> Option<T> {
    let mut bytes = Bytes::new(bytes);
    let value = T::take(&mut bytes)?;
    bytes.is_empty().then_some(value)
}

/// Says of a struct how it is written, and read again: all of its fields, none of which can be left out.
#[macro_export]
macro_rules! kept_struct {
    ($name:ident { $($field:ident),* $(,)? }) => {
        $crate::cache::bytes::put_struct!($name { $($field),* });
        impl $crate::cache::bytes::Take for $name {
            fn take(from: &mut $crate::cache::bytes::Bytes) -> Option<Self> {
                $(let $field = $crate::cache::bytes::Take::take(from)?;)*
                Some($name { $($field),* })
            }
        }
    };
}

/// The same of what is only written.
#[macro_export]
macro_rules! put_struct {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl $crate::cache::bytes::Put for $name {
            fn put(&self, into: &mut Vec<u8>) {
                let $name { $($field),* } = self;
                $($crate::cache::bytes::Put::put($field, into);)*
            }
        }
    };
}

/// Says of an enum how it is written, and read again; variants have numbers of their own.
#[macro_export]
macro_rules! kept_enum {
    ($name:ident { $($number:literal = $variant:ident $(($($field:ident),+))? $({$($named:ident),+})?),* $(,)? }) => {
        $crate::cache::bytes::put_enum!($name { $($number = $variant $(($($field),+))? $({$($named),+})?),* });
        impl $crate::cache::bytes::Take for $name {
            fn take(from: &mut $crate::cache::bytes::Bytes) -> Option<Self> {
                Some(match <u8 as $crate::cache::bytes::Take>::take(from)? {
                    $($number => {
                        $($(let $field = $crate::cache::bytes::Take::take(from)?;)+)?
                        $($(let $named = $crate::cache::bytes::Take::take(from)?;)+)?
                        $name::$variant $(($($field),+))? $({$($named),+})?
                    })*
                    _ => return None,
                })
            }
        }
    };
}

/// The same of what is only written.
#[macro_export]
macro_rules! put_enum {
    ($name:ident { $($number:literal = $variant:ident $(($($field:ident),+))? $({$($named:ident),+})?),* $(,)? }) => {
        impl $crate::cache::bytes::Put for $name {
            fn put(&self, into: &mut Vec<u8>) {
                match self {
                    $($name::$variant $(($($field),+))? $({$($named),+})? => {
                        into.push($number);
                        $($($crate::cache::bytes::Put::put($field, into);)+)?
                        $($($crate::cache::bytes::Put::put($named, into);)+)?
                    })*
                }
            }
        }
    };
}

pub use {kept_enum, kept_struct, put_enum, put_struct};

impl<T: Put + ?Sized> Put for &T {
    fn put(&self, into: &mut Vec<u8>) {
        (**self).put(into);
    }
}

impl Put for u128 {
    fn put(&self, into: &mut Vec<u8>) {
        let mut rest = *self;
        while rest >= 0x80 {
            into.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        into.push(rest as u8);
    }
}

impl Take for u128 {
    fn take(from: &mut Bytes) -> Option<u128> {
        let mut value = 0u128;
        for at in 0..19 {
            let byte = from.some(1)?[0];
            value |= u128::from(byte & 0x7f) << (7 * at);
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }
}

macro_rules! whole_numbers {
    ($($wide:ty: $($type:ty),*;)*) => {$($(
        impl Put for $type {
            fn put(&self, into: &mut Vec<u8>) {
                <$wide as Folded>::folded(*self as $wide).put(into);
            }
        }

        impl Take for $type {
            fn take(from: &mut Bytes) -> Option<$type> {
                <$type>::try_from(<$wide as Folded>::unfolded(u128::take(from)?)).ok()
            }
        }
    )*)*};
}

/// Numbers below 0 as well as those above, with small ones in few bytes.
trait Folded: Sized {
    fn folded(self) -> u128;
    fn unfolded(folded: u128) -> Self;
}

impl Folded for u128 {
    fn folded(self) -> u128 {
        self
    }

    fn unfolded(folded: u128) -> u128 {
        folded
    }
}

impl Folded for i128 {
    fn folded(self) -> u128 {
        ((self << 1) ^ (self >> 127)) as u128
    }

    fn unfolded(folded: u128) -> i128 {
        (folded >> 1) as i128 ^ -((folded & 1) as i128)
    }
}

whole_numbers! {
    u128: u16, u32, u64, usize;
    i128: i32, i64, i128;
}

impl Put for u8 {
    fn put(&self, into: &mut Vec<u8>) {
        into.push(*self);
    }
}

impl Take for u8 {
    fn take(from: &mut Bytes) -> Option<u8> {
        Some(from.some(1)?[0])
    }
}

impl Put for bool {
    fn put(&self, into: &mut Vec<u8>) {
        into.push(u8::from(*self));
    }
}

impl Take for bool {
    fn take(from: &mut Bytes) -> Option<bool> {
        match u8::take(from)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Put for char {
    fn put(&self, into: &mut Vec<u8>) {
        u32::from(*self).put(into);
    }
}

impl Put for str {
    fn put(&self, into: &mut Vec<u8>) {
        self.len().put(into);
        into.extend(self.as_bytes());
    }
}

impl Put for String {
    fn put(&self, into: &mut Vec<u8>) {
        self.as_str().put(into);
    }
}

impl Take for String {
    fn take(from: &mut Bytes) -> Option<String> {
        let count = from.count()?;
        String::from_utf8(from.some(count)?.to_vec()).ok()
    }
}

impl<T: Put + ?Sized> Put for Arc<T> {
    fn put(&self, into: &mut Vec<u8>) {
        (**self).put(into);
    }
}

impl Take for Arc<str> {
    fn take(from: &mut Bytes) -> Option<Arc<str>> {
        let count = from.count()?;
        Some(Arc::from(std::str::from_utf8(from.some(count)?).ok()?))
    }
}

impl<T: Put + ?Sized> Put for Box<T> {
    fn put(&self, into: &mut Vec<u8>) {
        (**self).put(into);
    }
}

impl<T: Take> Take for Box<[T]> {
    fn take(from: &mut Bytes) -> Option<Box<[T]>> {
        Vec::take(from).map(Vec::into_boxed_slice)
    }
}

impl<T: Take> Take for Arc<T> {
    fn take(from: &mut Bytes) -> Option<Arc<T>> {
        T::take(from).map(Arc::new)
    }
}

impl<T: Put> Put for Option<T> {
    fn put(&self, into: &mut Vec<u8>) {
        self.is_some().put(into);
        self.iter().for_each(|value| value.put(into));
    }
}

impl<T: Take> Take for Option<T> {
    fn take(from: &mut Bytes) -> Option<Option<T>> {
        Some(if bool::take(from)? { Some(T::take(from)?) } else { None })
    }
}

impl<T: Put> Put for [T] {
    fn put(&self, into: &mut Vec<u8>) {
        self.len().put(into);
        self.iter().for_each(|value| value.put(into));
    }
}

impl<T: Put> Put for Vec<T> {
    fn put(&self, into: &mut Vec<u8>) {
        self.as_slice().put(into);
    }
}

impl<T: Take> Take for Vec<T> {
    fn take(from: &mut Bytes) -> Option<Vec<T>> {
        let count = from.count()?;
        // Exactly so many: answers of very many people have no room left over.
        let mut values = Vec::new();
        values.reserve_exact(count);
        for _ in 0..count {
            values.push(T::take(from)?);
        }
        Some(values)
    }
}

impl<T: Put, const N: usize> Put for [T; N] {
    fn put(&self, into: &mut Vec<u8>) {
        self.iter().for_each(|value| value.put(into));
    }
}

impl<T: Take, const N: usize> Take for [T; N] {
    fn take(from: &mut Bytes) -> Option<[T; N]> {
        (0..N).map(|_| T::take(from)).collect::<Option<Vec<T>>>()?.try_into().ok()
    }
}

impl<K: Put, V: Put> Put for BTreeMap<K, V> {
    fn put(&self, into: &mut Vec<u8>) {
        self.len().put(into);
        self.iter().for_each(|entry| entry.put(into));
    }
}

impl<K: Take + Ord, V: Take> Take for BTreeMap<K, V> {
    fn take(from: &mut Bytes) -> Option<BTreeMap<K, V>> {
        let count = from.count()?;
        (0..count).map(|_| <(K, V)>::take(from)).collect()
    }
}

macro_rules! tuples {
    ($(($($name:ident $place:tt),+);)*) => {$(
        impl<$($name: Put),+> Put for ($($name,)+) {
            fn put(&self, into: &mut Vec<u8>) {
                $(self.$place.put(into);)+
            }
        }

        impl<$($name: Take),+> Take for ($($name,)+) {
            fn take(from: &mut Bytes) -> Option<($($name,)+)> {
                Some(($($name::take(from)?,)+))
            }
        }
    )*};
}

tuples! {
    (A 0, B 1);
    (A 0, B 1, C 2);
    (A 0, B 1, C 2, D 3);
}

/// With the mark of numbers that are approximate, which no comparison looks at.
impl Put for Number {
    fn put(&self, into: &mut Vec<u8>) {
        let decimal = self.as_decimal();
        into.push(u8::from(decimal.is_none()) << 1 | u8::from(self.is_approximate()));
        match decimal {
            Some(decimal) => (decimal.mantissa(), decimal.scale()).put(into),
            None => {
                let (up, down) = self.parts();
                (up.to_signed_bytes_le(), down.to_signed_bytes_le()).put(into);
            }
        }
    }
}

impl Take for Number {
    fn take(from: &mut Bytes) -> Option<Number> {
        let form = u8::take(from)?;
        let number = match form >> 1 {
            0 => {
                let (mantissa, scale) = <(i128, u32)>::take(from)?;
                if scale > 28 || mantissa.unsigned_abs() >> 96 != 0 {
                    return None;
                }
                Number::from_parts(mantissa, scale)
            }
            1 => {
                let (up, down) = <(Vec<u8>, Vec<u8>)>::take(from)?;
                Number::ratio(BigInt::from_signed_bytes_le(&up), BigInt::from_signed_bytes_le(&down))?
            }
            _ => return None,
        };
        Some(if form & 1 == 1 { number.mark_approximate() } else { number })
    }
}

kept_enum! { Excess { 0 = Size, 1 = Digits } }
kept_struct! { Months { first, count } }
put_struct! { PeriodName { year, part } }
put_enum! { PeriodPart { 0 = Year, 1 = Half(number), 2 = Quarter(number), 3 = Month(number) } }

impl Put for Day {
    fn put(&self, into: &mut Vec<u8>) {
        self.0.put(into);
    }
}

impl Take for Day {
    fn take(from: &mut Bytes) -> Option<Day> {
        i32::take(from).map(Day)
    }
}

impl Put for Month {
    fn put(&self, into: &mut Vec<u8>) {
        self.0.put(into);
    }
}

impl Take for Month {
    fn take(from: &mut Bytes) -> Option<Month> {
        i32::take(from).map(Month)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number() -> impl Strategy<Value = Number> {
        let long = |(up, down): (i128, u64)| Number::ratio(up, down.max(1)).unwrap_or(Number::ONE);
        let number = prop_oneof![
            (any::<i64>(), 0..12u32).prop_map(|(mantissa, scale)| Number::from_parts(mantissa.into(), scale)),
            (any::<i128>(), 0..40u32).prop_map(|(mantissa, scale)| Number::from_parts(mantissa, scale)),
            (any::<i128>(), any::<u64>()).prop_map(long),
        ];
        (number, any::<bool>()).prop_map(|(number, mark)| if mark { number.mark_approximate() } else { number })
    }

    proptest! {
        #[test]
        fn what_is_put_is_taken(
            numbers in prop::collection::vec(number(), 0..9),
            wholes in any::<(u64, i64, i128, usize)>(),
            texts in any::<(String, Option<String>)>(),
            days in any::<(i32, u32)>(),
        ) {
            let months = Months { first: Month(days.0), count: days.1 };
            let all = ((numbers, wholes), (texts, months), Day(days.0));
            let bytes = bytes_of(&all);
            let again = value_of::<((Vec<Number>, (u64, i64, i128, usize)), ((String, Option<String>), Months), Day)>(&bytes);
            let again = again.expect("what was put");
            prop_assert_eq!(&again, &all);
            let marks = |numbers: &[Number]| numbers.iter().map(Number::is_approximate).collect::<Vec<_>>();
            prop_assert_eq!(marks(&again.0.0), marks(&all.0.0));
            prop_assert_eq!(format!("{:?}", again.0.0), format!("{:?}", all.0.0));
        }

        #[test]
        fn other_bytes_are_nothing_or_something_and_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = value_of::<Vec<(Number, String, Option<Day>)>>(&bytes);
            let _ = value_of::<BTreeMap<u64, Vec<bool>>>(&bytes);
        }

        #[test]
        fn cut_bytes_are_nothing(numbers in prop::collection::vec(number(), 1..5), cut in any::<prop::sample::Index>()) {
            let bytes = bytes_of(&numbers);
            let cut = cut.index(bytes.len());
            prop_assert!(value_of::<Vec<Number>>(&bytes[..cut]).is_none());
        }
    }
}
