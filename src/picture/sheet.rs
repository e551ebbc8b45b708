//! The sheet on which a scene is drawn: shapes of one role gather in one path, whatever the order in which they are
//! drawn; in the end everything lies in the order of the roles. Knows no grid.

use super::pen::{Area, Pen};
use super::scene::{Node, Role};
use std::collections::BTreeMap;

/// Shapes of one role that differ in the width of their lines are told apart by this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Variant {
    /// Cells of the full size.
    Full,
    /// The small marks of cells with few executions.
    Few,
    /// The samples of the legend.
    Sample,
}

#[derive(Clone, Debug)]
struct Drawn {
    stroke: f64,
    dash: Option<[f64; 2]>,
    pen: Pen,
}

/// What has been drawn so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    paths: BTreeMap<(Role, Variant), Drawn>,
    texts: Vec<Node>,
}

impl Sheet {
    /// The pen for a role. The width of the line and its dashes are those of the first call.
    pub(super) fn pen(&mut self, role: Role, variant: Variant, stroke: f64, dash: Option<[f64; 2]>) -> &mut Pen {
        &mut self.paths.entry((role, variant)).or_insert_with(|| Drawn { stroke, dash, pen: Pen::default() }).pen
    }

    /// A filled rectangle whose corners a line along it rounds; `corner` is how far the line lies inside its edge.
    pub(super) fn soft_rectangle(&mut self, role: Role, variant: Variant, area: Area, corner: f64) {
        self.pen(role, variant, corner * 2.0, None).rectangle(area.inset(corner));
    }

    /// Puts a text on the sheet.
    pub(super) fn write(&mut self, text: Node) {
        self.texts.push(text);
    }

    /// Everything from back to front.
    pub(super) fn into_nodes(self) -> Vec<Node> {
        let paths = self.paths.into_iter().map(|((role, _), drawn)| Node::Path {
            role,
            data: drawn.pen.into_data(),
            stroke: drawn.stroke,
            dash: drawn.dash,
        });
        let mut nodes: Vec<Node> = paths.chain(self.texts).collect();
        nodes.sort_by_key(Node::role);
        nodes
    }
}
