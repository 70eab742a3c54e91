//! What generators give, from a seed and from the moments that were noted.
//!
//! A value is a function of the seed, the case and its run, the step, and the place where the
//! generator is written: whoever asks again gets the same one, in whatever order cases run. Nothing
//! here reads a clock.

use std::time::Duration;

use ring::digest::{Context, SHA256};
use serde_json::Value;

use super::{Generator, Variable};
use crate::date::rfc_3339;

/// A generator, once it is known where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Generated {
    /// What makes the value.
    pub generator: Generator,
    /// How long that stays the same.
    pub moment: Moment,
    /// The file that it is written in, as [`identity`] of its path.
    pub file: u64,
    /// Where in it.
    pub at: u32,
}

/// When a value is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// Once a run of apitest.
    Run,
    /// Once a case, and once more when that is run again.
    Case,
    /// Once for all that begins with this step of the case.
    Step(u32),
    /// For each step that holds it.
    Here,
}

/// What the variables that generators stand in are filled with.
#[derive(Clone, Debug, Default)]
pub enum Generators {
    /// Nothing: they have no value.
    #[default]
    None,
    /// What is written: `${uuid()}`.
    Written,
    /// Values.
    Seeded(Seeded),
}

/// A seed, and what is known of the case at hand. Times are those since 1970.
#[derive(Clone, Debug)]
pub struct Seeded {
    seed: u64,
    began: Duration,
    case: u64,
    run: u32,
    case_began: Duration,
    step: u32,
    /// When each step was taken, in this order.
    steps: Vec<(u32, Duration)>,
}

/// The same number for the same texts, on every machine.
pub fn identity(texts: &[&str]) -> u64 {
    let bytes = texts.iter().flat_map(|text| text.bytes().chain([0xff]));
    let mixed = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.fold(0xcbf2_9ce4_8422_2325, mixed)
}

impl Generators {
    /// Begins with a run of a case, counted from 1.
    pub fn begin_case(&mut self, case: u64, run: u32, now: Duration) {
        if let Generators::Seeded(seeded) = self {
            (seeded.case, seeded.run, seeded.case_began) = (case, run, now);
            (seeded.step, seeded.steps) = (0, Vec::new());
        }
    }

    /// Begins with a step of it, counted from 0.
    pub fn begin_step(&mut self, step: u32, now: Duration) {
        if let Generators::Seeded(seeded) = self {
            seeded.step = step;
            seeded.steps.push((step, now));
        }
    }

    /// What a variable gives.
    pub(super) fn value(&self, variable: &Variable, generated: &Generated) -> Option<Value> {
        match self {
            Generators::None => None,
            Generators::Written => Some(Value::String(variable.written())),
            Generators::Seeded(seeded) => seeded.value(generated),
        }
    }
}

impl Seeded {
    /// A run with this seed that began so long after 1970.
    pub fn new(seed: u64, began: Duration) -> Seeded {
        let (case, run, step, steps) = (0, 0, 0, Vec::new());
        Seeded { seed, began, case, run, case_began: began, step, steps }
    }

    /// The same with the seed of a later round, counted from 0.
    pub fn of_round(&self, round: u64) -> Seeded {
        Seeded { seed: self.seed.wrapping_add(round), ..self.clone() }
    }

    /// The value; `None` before its moment.
    fn value(&self, generated: &Generated) -> Option<Value> {
        Some(match &generated.generator {
            Generator::Uuid => Value::String(uuid(self.bytes(generated))),
            Generator::RandomInt(least, most) => {
                Value::from(between(*least, *most, self.bytes(generated)))
            }
            Generator::Now(offset) => {
                Value::String(rfc_3339(self.seconds(generated.moment)? + offset.seconds)?)
            }
            Generator::UnixTime(offset) => {
                Value::from(self.seconds(generated.moment)? + offset.seconds)
            }
        })
    }

    /// The time of a moment, in whole seconds.
    fn seconds(&self, moment: Moment) -> Option<i64> {
        let time = match moment {
            Moment::Run => self.began,
            Moment::Case => self.case_began,
            Moment::Step(step) => self.steps.iter().rev().find(|(taken, _)| *taken == step)?.1,
            Moment::Here => self.steps.last().map_or(self.case_began, |(_, time)| *time),
        };
        i64::try_from(time.as_secs()).ok()
    }

    fn bytes(&self, generated: &Generated) -> [u8; 16] {
        let (case, run) = match generated.moment {
            Moment::Run => (0, 0),
            _ => (self.case, self.run),
        };
        let step = match generated.moment {
            Moment::Run | Moment::Case => u64::MAX,
            Moment::Step(step) => step.into(),
            Moment::Here => self.step.into(),
        };
        let mut hash = Context::new(&SHA256);
        for part in [self.seed, case, run.into(), step, generated.file, generated.at.into()] {
            hash.update(&part.to_le_bytes());
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.finish().as_ref()[..16]);
        bytes
    }
}

/// A UUID of version 4, RFC 9562 §5.4.
fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// A number between two, both included. Of 128 bits what does not divide evenly is no matter.
fn between(least: i64, most: i64, bytes: [u8; 16]) -> i64 {
    let count = most.abs_diff(least) as u128 + 1;
    let above = (u128::from_le_bytes(bytes) % count) as u64;
    least.wrapping_add_unsigned(above)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(seeded: &Seeded, text: &str, moment: Moment, at: u32) -> Value {
        let (name, rest) = text.split_once('(').unwrap();
        let Ok(super::super::Name::Generator(generator)) =
            super::super::generator::read(name, rest)
        else {
            panic!("{text} is no generator");
        };
        seeded.value(&Generated { generator, moment, file: 7, at }).unwrap()
    }

    fn seeded(seed: u64, case: u64, run: u32, step: u32) -> Seeded {
        let mut generators = Generators::Seeded(Seeded::new(seed, Duration::from_secs(1)));
        generators.begin_case(case, run, Duration::from_secs(10));
        for step in 0..=step {
            generators.begin_step(step, Duration::from_secs(100 + u64::from(step)));
        }
        match generators {
            Generators::Seeded(seeded) => seeded,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_value_hangs_on_what_its_moment_says() {
        let known = seeded(1, 1, 1, 1);
        let others = [
            ("seed", seeded(2, 1, 1, 1)),
            ("case", seeded(1, 2, 1, 1)),
            ("run", seeded(1, 1, 2, 1)),
            ("step", seeded(1, 1, 1, 2)),
        ];
        let table: [(Moment, &[&str]); 4] = [
            (Moment::Run, &["seed"]),
            (Moment::Case, &["seed", "case", "run"]),
            (Moment::Step(0), &["seed", "case", "run"]),
            (Moment::Here, &["seed", "case", "run", "step"]),
        ];
        for (moment, hangs_on) in table {
            let uuid = |seeded: &Seeded| value(seeded, "uuid()", moment, 3);
            assert_eq!(uuid(&known), uuid(&seeded(1, 1, 1, 1)));
            for (what, other) in &others {
                assert_eq!(
                    uuid(&known) != uuid(other),
                    hangs_on.contains(what),
                    "{moment:?} {what}"
                );
            }
            assert_ne!(uuid(&known), value(&known, "uuid()", moment, 4), "another place");
        }
        assert_ne!(
            value(&known, "uuid()", Moment::Step(0), 3),
            value(&known, "uuid()", Moment::Step(1), 3)
        );
    }

    #[test]
    fn times_are_those_of_their_moments() {
        let known = seeded(1, 1, 1, 1);
        let table = [
            ("unix_time()", Moment::Run, Value::from(1)),
            ("unix_time()", Moment::Case, Value::from(10)),
            ("unix_time()", Moment::Step(0), Value::from(100)),
            ("unix_time()", Moment::Here, Value::from(101)),
            ("unix_time(-5m)", Moment::Case, Value::from(-290)),
            ("now()", Moment::Case, Value::from("1970-01-01T00:00:10Z")),
            ("now(+1h)", Moment::Case, Value::from("1970-01-01T01:00:10Z")),
            ("now(-1day)", Moment::Case, Value::from("1969-12-31T00:00:10Z")),
        ];
        for (text, moment, expected) in table {
            assert_eq!(value(&known, text, moment, 3), expected, "{text} {moment:?}");
        }
        let later = Generated {
            generator: Generator::Now(Default::default()),
            moment: Moment::Step(9),
            file: 7,
            at: 3,
        };
        assert_eq!(known.value(&later), None, "that step was not taken yet");
    }

    #[test]
    fn a_uuid_says_its_version_and_variant() {
        assert_eq!(uuid([0; 16]), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }

    #[test]
    fn numbers_take_both_bounds_and_none_beyond() {
        let known = seeded(1, 1, 1, 1);
        let mut seen = [0; 3];
        for at in 0..300 {
            let number = value(&known, "random_int(-1, 1)", Moment::Here, at).as_i64().unwrap();
            seen[usize::try_from(number + 1).unwrap()] += 1;
        }
        assert!(seen.iter().all(|count| (60..140).contains(count)), "{seen:?}");
        assert_eq!(between(i64::MIN, i64::MAX, [0; 16]), i64::MIN);
        assert_eq!(between(i64::MIN, i64::MAX, [0xff; 16]), i64::MAX);
        assert_eq!(between(7, 7, [0xff; 16]), 7);
    }
}
