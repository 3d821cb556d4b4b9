//! The ratios as bars.

use std::error::Error;

use plotters::prelude::*;

use super::Figure;

const ROW: u32 = 26;
const WIDTH: u32 = 860;
/// Where the bars start; the names stand before them.
const LEFT: i32 = 470;

/// Draws a bar for each ratio, and a line at 1, the baseline.
pub fn svg(figures: &[Figure]) -> Result<String, Box<dyn Error>> {
    let bars: Vec<_> = figures
        .iter()
        .filter_map(|figure| Some((&figure.what, figure.ratio?)))
        .collect();
    let largest = bars
        .iter()
        .fold(1.0, |most: f64, (_, ratio)| most.max(*ratio));
    let height = ROW * (u32::try_from(bars.len())? + 1);
    let per_unit = (f64::from(WIDTH) - f64::from(LEFT) - 60.0) / largest;
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (WIDTH, height)).into_drawing_area();
        area.fill(&WHITE)?;
        let style = ("sans-serif", 13).into_font().color(&BLACK);
        let one = LEFT + per_unit.round() as i32;
        let bottom = i32::try_from(height)? - ROW as i32;
        let line = [(one, 0), (one, bottom)];
        area.draw(&PathElement::new(line, RGBColor(170, 170, 170)))?;
        for (row, (what, ratio)) in bars.iter().enumerate() {
            let top = i32::try_from(row)? * ROW as i32 + 6;
            let end = LEFT + (ratio * per_unit).round() as i32;
            let bar = [(LEFT, top), (end, top + 16)];
            area.draw(&Rectangle::new(bar, RGBColor(100, 149, 237).filled()))?;
            area.draw(&Text::new(what.to_string(), (8, top + 2), style.clone()))?;
            area.draw(&Text::new(
                format!("{ratio:.2}"),
                (end + 6, top + 2),
                style.clone(),
            ))?;
        }
        area.draw(&Text::new("1: the baseline", (one - 40, bottom + 4), style))?;
        area.present()?;
    }
    Ok(text)
}
