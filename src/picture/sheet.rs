//! The sheet on which a scene is drawn: shapes of one role and line gather in one path, whatever the order in which they are
//! drawn; in the end everything lies in the order of the roles. Knows no grid.

use super::pen::{Area, Pen, hundredths};
use super::scene::{Node, Role};
use std::collections::BTreeMap;

/// The line of a path: its width and its dashes, in hundredths of a pixel so that they can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    width: i64,
    dash: Option<[i64; 2]>,
}

/// What has been drawn so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    paths: BTreeMap<(Role, Line), Pen>,
    texts: Vec<Node>,
}

impl Sheet {
    /// The pen for a role and a line along its shapes: its width (0 for none) and, for a line with gaps, its dashes.
    pub(super) fn pen(&mut self, role: Role, width: f64, dash: Option<[f64; 2]>) -> &mut Pen {
        let line = Line { width: hundredths(width), dash: dash.map(|dash| dash.map(hundredths)) };
        self.paths.entry((role, line)).or_default()
    }

    /// A filled rectangle whose corners a line along it rounds; `corner` is how far the line lies inside its edge.
    pub(super) fn soft_rectangle(&mut self, role: Role, area: Area, corner: f64) {
        self.pen(role, corner * 2.0, None).rectangle(area.inset(corner));
    }

    /// Puts a text on the sheet.
    pub(super) fn write(&mut self, text: Node) {
        self.texts.push(text);
    }

    /// Everything from back to front.
    pub(super) fn into_nodes(self) -> Vec<Node> {
        let pixels = |hundredths: i64| hundredths as f64 / 100.0;
        let paths = self.paths.into_iter().map(|((role, line), pen)| Node::Path {
            role,
            data: pen.into_data(),
            stroke: pixels(line.width),
            dash: line.dash.map(|dash| dash.map(pixels)),
        });
        let mut nodes: Vec<Node> = paths.chain(self.texts).collect();
        nodes.sort_by_key(Node::role);
        nodes
    }
}
