//! The sheet on which a scene is drawn: shapes of one role and line gather in one path, whatever the order in which they are
//! drawn; in the end everything lies in the order of the roles. Knows no grid.

use super::pen::{Area, Pen, hundredths};
use super::scene::{Node, Role};

/// The line of a path: its width and its dashes, in hundredths of a pixel so that they can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    width: i64,
    dash: Option<[i64; 2]>,
}

/// What has been drawn so far, in the order of the roles.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    paths: Vec<(Role, Line, Pen)>,
    texts: Vec<(Role, Vec<Node>)>,
    spare: Pen,
}

impl Sheet {
    /// The pen for a role and a line along its shapes: its width (0 for none) and, for a line with gaps, its dashes.
    pub(super) fn pen(&mut self, role: Role, width: f64, dash: Option<[f64; 2]>) -> &mut Pen {
        let line = Line { width: hundredths(width), dash: dash.map(|dash| dash.map(hundredths)) };
        let place = self.paths.partition_point(|(of, along, _)| (*of, *along) < (role, line));
        if self.paths.get(place).is_none_or(|(of, along, _)| (*of, *along) != (role, line)) {
            self.paths.insert(place, (role, line, Pen::default()));
        }
        // It is there; a spare one is what the type asks for.
        self.paths.get_mut(place).map_or(&mut self.spare, |(_, _, pen)| pen)
    }

    /// A filled rectangle whose corners a line along it rounds; `corner` is how far the line lies inside its edge.
    pub(super) fn soft_rectangle(&mut self, role: Role, area: Area, corner: f64) {
        self.pen(role, corner * 2.0, None).rectangle(area.inset(corner));
    }

    /// Puts a text on the sheet.
    pub(super) fn write(&mut self, text: Node) {
        let role = text.role();
        let place = self.texts.partition_point(|(of, _)| *of < role);
        match self.texts.get_mut(place) {
            Some((of, texts)) if *of == role => texts.push(text),
            _ => self.texts.insert(place, (role, vec![text])),
        }
    }

    /// Everything from back to front.
    pub(super) fn into_nodes(self) -> Vec<Node> {
        let pixels = |hundredths: i64| hundredths as f64 / 100.0;
        let mut nodes = Vec::new();
        let mut texts = self.texts.into_iter().peekable();
        for (role, line, pen) in self.paths {
            while let Some((_, before)) = texts.next_if(|(of, _)| *of < role) {
                nodes.extend(before);
            }
            let dash = line.dash.map(|dash| dash.map(pixels));
            nodes.push(Node::Path { role, data: pen.into_data(), stroke: pixels(line.width), dash });
        }
        texts.for_each(|(_, rest)| nodes.extend(rest));
        nodes
    }
}
