//! Where an item of a nested list stands.

/// Deeper items are written at this depth.
const MOST_DEPTH: usize = 8;

/// The items that the next line may belong to, outermost first.
#[derive(Default)]
pub struct Lists(Vec<Level>);

struct Level {
    ordered: bool,
    count: usize,
    /// Columns of its marker; what is inside stands that much to the right.
    width: usize,
}

impl Lists {
    /// Whether a list is open.
    pub fn is_open(&self) -> bool {
        !self.0.is_empty()
    }

    /// No list is open any more.
    pub fn close(&mut self) {
        self.0.clear();
    }

    /// Spaces before what belongs to the last item.
    pub fn indent(&self) -> String {
        " ".repeat(self.0.iter().map(|level| level.width).sum())
    }

    /// The next item, by its marks (`**`, `*#`): the spaces before it and its marker.
    pub fn item(&mut self, marks: &str) -> String {
        let depth = marks.len().min(self.0.len() + 1).min(MOST_DEPTH);
        let ordered = marks.ends_with('#');
        self.0.truncate(depth);
        if self.0.len() == depth && self.0.last().is_some_and(|level| level.ordered != ordered) {
            self.0.pop();
        }
        if self.0.len() < depth {
            self.0.push(Level { ordered, count: 0, width: 2 });
        }
        let before = self.0[..self.0.len() - 1].iter().map(|level| level.width).sum();
        let Some(level) = self.0.last_mut() else { return String::new() };
        level.count += 1;
        let marker = if ordered { format!("{}. ", level.count) } else { "- ".to_owned() };
        level.width = marker.len();
        format!("{}{marker}", " ".repeat(before))
    }
}
