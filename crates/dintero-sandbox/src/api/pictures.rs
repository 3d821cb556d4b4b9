//! QR codes and barcodes as `data:` URIs.

use barcoders::generators::svg::SVG;
use barcoders::sym::code128::Code128;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use qrcode::{Color, QrCode};

/// A QR code as a PNG of `size` times `size` pixels; none when the text is too long for one.
pub(crate) fn qr_png(text: &str, size: u32) -> Option<String> {
    /// The white frame that a reader needs, in modules.
    const QUIET: usize = 4;
    let code = QrCode::new(text).ok()?;
    let (modules, colors) = (code.width(), code.to_colors());
    let pixels = usize::try_from(size).ok()?;
    let dark = |x: usize, y: usize| {
        let (x, y) = (x.checked_sub(QUIET), y.checked_sub(QUIET));
        let inside = |n: &usize| *n < modules;
        match (x.filter(inside), y.filter(inside)) {
            (Some(x), Some(y)) => colors.get(y * modules + x) == Some(&Color::Dark),
            _ => false,
        }
    };
    let module = |pixel: usize| pixel * (modules + 2 * QUIET) / pixels;
    let places = (0..pixels).flat_map(|y| (0..pixels).map(move |x| (x, y)));
    let gray = places.map(|(x, y)| if dark(module(x), module(y)) { 0 } else { 255 });
    let gray: Vec<u8> = gray.collect();
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, size, size);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(&gray).ok()?;
    writer.finish().ok()?;
    let base64 = BASE64_STANDARD.encode(png);
    Some(format!("data:image/png;base64,{base64}"))
}

/// A Code 128 barcode as SVG; none when the text has characters beyond ASCII.
pub(crate) fn code_128_svg(text: &str) -> Option<String> {
    // The sign in front chooses character set B: ASCII with small letters.
    let code = Code128::new(format!("\u{181}{text}")).ok()?;
    let svg = SVG::new(80).generate(code.encode()).ok()?;
    let base64 = BASE64_STANDARD.encode(svg);
    Some(format!("data:image/svg+xml;base64,{base64}"))
}
