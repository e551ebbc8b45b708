//! The executions that bear a tag, as sums by bucket and one tag after the other, for who asks what executions have in
//! common. Judges nothing.

use super::Table;
use super::count::View;
use crate::cube::Cube;
use crate::order::order;

/// The tags that are told: those that most executions of a view bear.
pub const MOST_TAGS: usize = 50;

impl Table {
    /// Calls with each tag of a view and what the executions that bear it did, by the view's buckets: first the tag that
    /// most bear, of equal ones the lesser text, up to [`MOST_TAGS`]. Says nothing where there are more tags than are
    /// told apart. Each tag takes a pass over the rows.
    pub fn each_tag(&self, view: &View<'_>, each: &mut dyn FnMut(&str, &Cube)) {
        if self.kinds.crowding.tags {
            return;
        }
        let admitted = self.kinds.admitted(view.filter);
        let mut placed = self.placed(view.counting, view.window);
        self.counts.place(view.counting, view.window, &mut placed);
        self.folded.place(view.counting, view.window, &mut placed);
        let tags: Vec<&str> = self.kinds.tags.iter().collect();
        let mut rows = vec![0u64; tags.len()];
        for ((kind, count), is_admitted) in self.kinds.all().iter().zip(placed.by_kind).zip(&admitted) {
            for tag in self.kinds.tag_numbers(kind) {
                if let Some(rows) = rows.get_mut(*tag as usize).filter(|_| *is_admitted) {
                    *rows += count;
                }
            }
        }
        let rank = |tag: usize| (rows.get(tag).map(|rows| u64::MAX - rows), tags.get(tag));
        let most_first = order(tags.len(), &|one, other| rank(one) < rank(other));
        for number in most_first.into_iter().take(MOST_TAGS) {
            let (Some(tag), Some(1..)) = (tags.get(number), rows.get(number)) else { return };
            let bears = |kind| self.kinds.tag_numbers(kind).contains(&(number as u32));
            let kinds = self.kinds.all().iter().zip(&admitted);
            let wanted: Vec<bool> = kinds.map(|(kind, is_admitted)| *is_admitted && bears(kind)).collect();
            let Some(mut sums) = self.sums_of(view, &wanted) else { return };
            let placed_by = (view.counting, view.buckets);
            self.counts.add(self, placed_by, &wanted, &mut sums, None);
            self.folded.add_to(self, placed_by, &wanted, (&mut sums, false), None);
            each(tag, &Cube::from_counts(sums, Vec::new()));
        }
    }
}
