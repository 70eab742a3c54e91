//! The same thing asked for in another way: by another method, at another path. None carries a
//! credential.

use super::{Good, Made, Probe, Variant};

pub fn head(_: &Probe, good: &Good) -> Made {
    let mut request = good.bare.clone();
    "HEAD".clone_into(&mut request.method);
    let label = "HEAD and no Authorization field".to_owned();
    Ok(vec![Variant { label, request, derived: None }])
}
