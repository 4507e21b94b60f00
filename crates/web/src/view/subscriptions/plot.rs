//! Plots that are drawn here: bars by month or week, each with a sentence for who cannot see it.

use std::fmt;

use askama::filters::HtmlSafe;

use crate::view::parts::escaped;

/// One bar of parts, from the bottom up.
#[derive(Debug, Clone)]
pub struct Bar {
    /// Below it: `Nov`, `w49`.
    pub label: String,
    /// On hover: `November 2026: 47,210.40 EUR`.
    pub title: String,
    /// Its parts, in the order of the series.
    pub parts: Vec<u64>,
    /// Drawn in amber instead of the colours of its series.
    pub warn: bool,
}

/// Stacked bars with a scale at the left. Heights are whole units of the scale's smallest step; no figure passes through a float.
#[derive(Debug, Clone)]
pub struct Bars {
    /// What it shows, as a sentence.
    pub label: String,
    /// Bars.
    pub bars: Vec<Bar>,
    /// A line above the bars: what is written at each of its points, and how high it is, of 1000.
    pub line: Vec<Option<(String, u64)>>,
    /// Name of the line.
    pub line_name: String,
    /// Width of the drawing.
    pub width: u64,
    /// Height of the drawing.
    pub height: u64,
}

const LEFT: u64 = 48;
const BOTTOM: u64 = 22;
const TOP: u64 = 10;
/// Height of the band in which a line runs.
const BAND: u64 = 44;

impl Bars {
    /// A small drawing without a line.
    pub fn small(label: impl Into<String>, bars: Vec<Bar>) -> Self {
        Self {
            label: label.into(),
            bars,
            line: Vec::new(),
            line_name: String::new(),
            width: 440,
            height: 128,
        }
    }

    /// A wide drawing with a line above it.
    pub fn wide(label: impl Into<String>, bars: Vec<Bar>) -> Self {
        Self {
            width: 880,
            height: 256,
            ..Self::small(label, bars)
        }
    }

    /// The top of the scale: a round figure that no bar goes beyond.
    fn most(&self) -> u64 {
        round_up(
            self.bars
                .iter()
                .map(|bar| bar.parts.iter().copied().fold(0, u64::saturating_add))
                .max()
                .unwrap_or(0),
        )
    }
}

/// The next 1, 2, 4, 5 or 10 times a power of ten.
fn round_up(value: u64) -> u64 {
    let mut power = 1_u64;
    loop {
        for step in [1, 2, 4, 5] {
            if value <= power.saturating_mul(step) {
                return power.saturating_mul(step);
            }
        }
        match power.checked_mul(10) {
            Some(next) => power = next,
            None => return value,
        }
    }
}

/// The first digit of a round figure.
fn leading(mut round: u64) -> u64 {
    while round >= 10 {
        round /= 10;
    }
    round
}

/// `40 k`, `1.5 m`, `250`: figures of an axis.
fn axis(value: u64) -> String {
    let (unit, name) = match value {
        0..1_000 => return value.to_string(),
        1_000..1_000_000 => (1_000, "k"),
        _ => (1_000_000, "m"),
    };
    let tenths = value / (unit / 10);
    if tenths.is_multiple_of(10) {
        format!("{} {name}", tenths / 10)
    } else {
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    }
}

impl fmt::Display for Bars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wide = self.width > 600;
        write!(
            f,
            r#"<svg class="fig{}" role="img" viewBox="0 0 {} {}" aria-label=""#,
            if wide { " wide" } else { "" },
            self.width,
            self.height
        )?;
        escaped(f, &self.label)?;
        f.write_str(r#"">"#)?;
        let top = TOP + if self.line.is_empty() { 0 } else { BAND };
        let base = self.height - BOTTOM;
        let room = base - top;
        let most = self.most().max(1);
        // So many that the figures of the scale are round.
        let steps: u64 = match (wide, leading(most)) {
            (true, 5) => 5,
            (true, _) => 4,
            (false, _) => 2,
        };
        for step in 0..=steps {
            let y = base - room * step / steps;
            write!(
                f,
                r#"<line class="gl" x1="{LEFT}" x2="{}" y1="{y}" y2="{y}"/><text x="{}" y="{}" text-anchor="end">"#,
                self.width,
                LEFT - 6,
                y + 4
            )?;
            // A scale of four steps up to 1 or 2 would repeat its figures.
            if most >= steps || (most % steps * step).is_multiple_of(steps) {
                escaped(f, &axis(scaled(step, steps, most)))?;
            }
            f.write_str("</text>")?;
        }
        let count = self.bars.len().max(1) as u64;
        let pitch = (self.width - LEFT) / count;
        let thick = (pitch * 11 / 20).clamp(4, 44);
        for (place, bar) in self.bars.iter().enumerate() {
            let middle = LEFT + pitch * place as u64 + pitch / 2;
            f.write_str("<g><title>")?;
            escaped(f, &bar.title)?;
            f.write_str("</title>")?;
            // The whole column answers the pointer, so that a small bar can be read too.
            write!(
                f,
                r#"<rect class="hit" x="{}" y="{top}" width="{pitch}" height="{room}"/>"#,
                middle - pitch / 2
            )?;
            let mut sum = 0_u64;
            for (series, part) in bar.parts.iter().enumerate() {
                let low = scaled(sum, most, room);
                sum = sum.saturating_add(*part);
                let high = scaled(sum, most, room);
                if *part == 0 {
                    continue;
                }
                let tall = high.saturating_sub(low).max(1);
                // A hair of ground parts one series from the next.
                let gap = u64::from(low > 0 && tall > 2);
                let class = if bar.warn {
                    "g-warn".to_owned()
                } else {
                    format!("f{}", (series + 1).min(5))
                };
                write!(
                    f,
                    r#"<rect class="{class}" x="{}" y="{}" width="{thick}" height="{}" rx="2"/>"#,
                    middle - thick / 2,
                    base - low - tall,
                    tall - gap
                )?;
            }
            write!(
                f,
                r#"<text x="{middle}" y="{}" text-anchor="middle">"#,
                self.height - 6
            )?;
            escaped(f, &bar.label)?;
            f.write_str("</text></g>")?;
        }
        self.draw_line(f, pitch)?;
        f.write_str("</svg>")
    }
}

impl Bars {
    fn draw_line(&self, f: &mut fmt::Formatter<'_>, pitch: u64) -> fmt::Result {
        if self.line.iter().flatten().count() == 0 {
            return Ok(());
        }
        f.write_str(r#"<text x="42" y="34" text-anchor="end">"#)?;
        escaped(f, &self.line_name)?;
        f.write_str("</text>")?;
        let points: Vec<(u64, u64, &str)> = self
            .line
            .iter()
            .enumerate()
            .filter_map(|(place, point)| {
                let (text, height) = point.as_ref()?;
                let x = LEFT + pitch * place as u64 + pitch / 2;
                let y = TOP + 14 + (1000 - (*height).min(1000)) * (BAND - 24) / 1000;
                Some((x, y, text.as_str()))
            })
            .collect();
        f.write_str(r#"<path class="ln" d=""#)?;
        for (place, (x, y, _)) in points.iter().enumerate() {
            write!(f, "{}{x} {y}", if place == 0 { "M" } else { "L" })?;
        }
        f.write_str(r#""/>"#)?;
        for (x, y, text) in &points {
            write!(
                f,
                r#"<circle class="lnp" cx="{x}" cy="{y}" r="3"/><text x="{x}" y="{}" text-anchor="middle">"#,
                y - 8
            )?;
            escaped(f, text)?;
            f.write_str("</text>")?;
        }
        Ok(())
    }
}

/// `value` of `most`, as a part of `room`.
fn scaled(value: u64, most: u64, room: u64) -> u64 {
    u64::try_from(u128::from(value) * u128::from(room) / u128::from(most)).unwrap_or(room)
}

impl HtmlSafe for Bars {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_ends_at_a_round_figure() {
        assert_eq!(round_up(0), 1);
        assert_eq!(round_up(38_500), 40_000);
        assert_eq!(round_up(47_211), 50_000);
        assert_eq!(round_up(50_001), 100_000);
        assert_eq!(round_up(u64::MAX), u64::MAX);
        assert_eq!(axis(40_000), "40 k");
        assert_eq!(axis(1_500_000), "1.5 m");
        assert_eq!(axis(250), "250");
    }

    #[test]
    fn hostile_words_are_no_markup_and_no_bar_leaves_the_drawing() {
        let bar = |parts: Vec<u64>| Bar {
            label: "<b>".to_owned(),
            title: "\"><script>".to_owned(),
            parts,
            warn: false,
        };
        let html = Bars::small(
            "a & b",
            vec![bar(vec![u64::MAX, u64::MAX]), bar(vec![0]), bar(Vec::new())],
        )
        .to_string();
        assert!(
            !html.contains("<script>") && !html.contains("<b>"),
            "{html}"
        );
        assert!(html.contains("a &#38; b"), "{html}");
        assert!(!html.contains("y=\"-"), "{html}");
    }
}
