//! What differs at one place, as lines that a person compares.

use anstyle::{AnsiColor, Color, Style};

/// A place and its lines, redacted and harmless.
#[derive(Clone, Debug)]
pub struct Hunk {
    /// The place.
    pub place: String,
    /// Its lines.
    pub lines: Vec<(Sign, String)>,
}

/// Whose line it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Both have it.
    Same,
    /// It was expected.
    Minus,
    /// It was found.
    Plus,
}

const RED: Style = Style::new().fg_color(Some(Color::Ansi(AnsiColor::Red)));
const GREEN: Style = Style::new().fg_color(Some(Color::Ansi(AnsiColor::Green)));
const DIM: Style = Style::new().dimmed();

impl Hunk {
    /// Draws it: the place, and a line each with its sign. ANSI colours only when `color`.
    pub fn draw(&self, color: bool) -> String {
        let mut drawn = format!("   {}\n", self.place);
        for (sign, text) in &self.lines {
            let (mark, style) = match sign {
                Sign::Same => (' ', DIM),
                Sign::Minus => ('-', RED),
                Sign::Plus => ('+', GREEN),
            };
            let line = format!("   {mark} {text}");
            drawn.push_str(&match color {
                true => format!("{style}{line}{style:#}\n"),
                false => format!("{}\n", line.trim_end()),
            });
        }
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sides_have_a_sign_and_on_a_terminal_a_colour() {
        let line = |sign, text: &str| (sign, text.to_owned());
        let lines = vec![line(Sign::Same, ""), line(Sign::Minus, "1"), line(Sign::Plus, "2")];
        let hunk = Hunk { place: "$.a".to_owned(), lines };
        assert_eq!(hunk.draw(false), "   $.a\n\n   - 1\n   + 2\n");
        let colored = "   $.a\n\x1b[2m     \x1b[0m\n\x1b[31m   - 1\x1b[0m\n\x1b[32m   + 2\x1b[0m\n";
        assert_eq!(hunk.draw(true), colored);
    }
}
