//! Numbers as they are written and read, held against the standard library.

use super::*;
use proptest::prelude::*;

fn check(value: f64) {
    assert_eq!(text(value), value.to_string(), "{:#018x}", value.to_bits());
    assert_eq!(parse(&text(value)).map(f64::to_bits), Some(value.to_bits()).filter(|_| value.is_finite()));
    for decimals in 0..4 {
        let mut fixed = String::new();
        push_fixed(&mut fixed, value, decimals);
        assert_eq!(fixed, format!("{value:.decimals$}"), "{:#018x}", value.to_bits());
    }
}

#[test]
fn numbers_at_the_edges_are_written_as_the_standard_library_does() {
    for value in [
        0.0,
        -0.0,
        0.1 + 0.2,
        5e-324,
        f64::MIN_POSITIVE,
        f64::MIN_POSITIVE.next_down(),
        f64::MAX,
        9_007_199_254_740_993.0,
        1e15,
        1e21,
        1e23,
        36_028_797_018_963_968.0,
        0.5,
        0.25,
        0.05,
        1.5,
        2.5,
        99.95,
        999.5,
        9.5,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ] {
        check(value);
    }
    (-1074..1024).for_each(|exponent| check(libm::exp2(f64::from(exponent))));
}

#[test]
fn whole_numbers_are_written_as_the_standard_library_does() {
    for value in [0, 9, 10, 1_000_000_007, u64::MAX] {
        assert_eq!(whole(value), value.to_string());
    }
    let mut padded = String::new();
    push_padded(&mut padded, 7, 3);
    assert_eq!(padded, "007");
}

#[test]
fn texts_are_read_as_the_standard_library_does() {
    let check = |text: &str| {
        assert_eq!(
            parse(text),
            text.parse().ok().filter(|value: &f64| value.is_finite() || text.contains(['e', '9'])),
            "{text}"
        )
    };
    for text in ["0.6", ".5", "5.", "+7", "-7", "1e3", "1E-3", "1e+3", "00.100", "0e5", "-0"] {
        check(text);
    }
    for text in ["", ".", "-", "+-1", "1e", "1e+", "e5", "1.2.3", " 1", "1 ", "0x1", "nan", "inf", "1_0"] {
        assert_eq!(parse(text), None, "{text}");
    }
    for text in ["1e400", "1e-400", "1e99999999999", "1e-99999999999", "0e99999999999"] {
        check(text);
    }
    for text in [
        "2.4703282292062327208e-324",
        "2.4703282292062328e-324",
        "4.9e-324",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
    ] {
        check(text);
    }
    // In the middle between two numbers, and a little beside.
    for text in ["9007199254740993", "9007199254740993.0000000000000000000000001", "9007199254740995"] {
        check(text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn any_number_is_written_as_the_standard_library_does(bits: u64) {
        check(f64::from_bits(bits));
    }

    #[test]
    fn a_rate_is_written_as_the_standard_library_does(part in 0_u32..5_000, more in 1_u32..5_000) {
        check(f64::from(part) / f64::from(part + more));
        check(f64::from(part) * 1000.0 / f64::from(more));
    }

    #[test]
    fn a_number_of_few_digits_is_written_as_the_standard_library_does(digits in 0_u64..10_000_000_000_000_000, point in 0_i32..19, units in 0_u64..3) {
        let value = digits as f64 / libm::exp10(f64::from(point));
        check(f64::from_bits(value.to_bits() + units));
    }

    #[test]
    fn any_decimal_is_read_as_the_standard_library_does(digits in "[0-9]{1,25}", point in 0_usize..25, power in -330_i32..310) {
        let (whole, rest) = digits.split_at(point.min(digits.len()));
        let text = format!("{whole}.{rest}e{power}");
        prop_assert_eq!(parse(&text), text.parse().ok(), "{}", text);
    }
}
