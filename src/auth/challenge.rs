//! stub
/// c
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    pub scheme: String,
    pub token68: Option<String>,
    pub params: Vec<(String, String)>,
}
/// f
pub struct ChallengeFault {
    pub at: usize,
    pub message: String,
}
/// p
pub struct Parsed {
    pub challenges: Vec<Challenge>,
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
