//! stub
/// j
pub struct Junit;
impl Junit {
    /// c
    pub fn create(_p: &std::path::Path) -> std::io::Result<Junit> {
        Ok(Junit)
    }
}
impl super::Reporter for Junit {
    fn report(&mut self, _e: &crate::event::Event) -> std::io::Result<()> {
        Ok(())
    }
}
