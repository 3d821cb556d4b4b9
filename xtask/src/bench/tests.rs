use super::*;

#[test]
fn a_ratio_line_becomes_a_figure() {
    let read = figure("ratio: 0.67: decode: a `Value`: the same bytes").expect("a figure");
    assert_eq!((read.what.as_str(), read.ratio), ("decode", Some(0.67)));
    assert_eq!(read.baseline, "a `Value`: the same bytes");
    for other in [
        "decode 0.67",
        "ratio: fast: decode: it",
        "ratio: 0.67: decode",
    ] {
        assert_eq!(figure(other), None, "{other}");
    }
}

#[test]
fn the_page_has_every_figure_and_the_chart_every_ratio() {
    let figures = [
        ("decode", Some(0.67)),
        ("memory", None),
        ("build", Some(1.4)),
    ];
    let figures = figures.map(|(what, ratio)| Figure {
        what: what.to_owned(),
        baseline: "a baseline".to_owned(),
        value: "1 s".to_owned(),
        ratio,
    });
    let (page, chart) = (
        page(&table(&figures)),
        chart::svg(&figures).expect("a chart"),
    );
    for figure in &figures {
        assert!(page.contains(&format!("| {} | 1 s | a baseline |", figure.what)));
        assert_eq!(chart.contains(&figure.what), figure.ratio.is_some());
    }
    for ratio in ["0.67", "1.40"] {
        assert!(page.contains(ratio) && chart.contains(ratio));
    }
}

#[cfg(unix)]
#[test]
fn a_failed_command_has_no_usage() {
    for command in [&["false"][..], &[]] {
        let command: Vec<_> = command.iter().map(OsString::from).collect();
        assert!(measure::measure(&command).is_err());
    }
    let usage = measure::measure(&["true".into()]).expect("`true` runs");
    assert!(usage.peak > 0 && usage.cpu >= 0.0);
}
