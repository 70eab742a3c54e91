//! stub
/// c
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// scheme
    pub scheme: String,
    /// token68
    pub token68: Option<String>,
    /// params
    pub params: Vec<(String, String)>,
}
/// f
pub struct ChallengeFault {
    /// at
    pub at: usize,
    /// message
    pub message: String,
}
/// p
pub struct Parsed {
    /// challenges
    pub challenges: Vec<Challenge>,
    /// faults
    pub faults: Vec<ChallengeFault>,
}
/// parse
pub fn parse<'a>(field_lines: impl IntoIterator<Item = &'a str>) -> Parsed {
    let _ = field_lines;
    todo!()
}
impl Challenge {
    /// p
    pub fn param(&self, _name: &str) -> Option<&str> {
        todo!()
    }
}
