// SPDX-License-Identifier: GPL-2.0

//! Faults that wait for their command.

/// A verdict for the commands that a filter accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rule<F, V> {
    filter: F,
    verdict: V,
    /// Hits left; `None` is for ever.
    times: Option<u32>,
}

/// What is armed, oldest first.
#[derive(Debug)]
pub struct Rules<F, V> {
    armed: Vec<Rule<F, V>>,
    hits: u64,
}

impl<F, V> Default for Rules<F, V> {
    fn default() -> Self {
        Self {
            armed: Vec::new(),
            hits: 0,
        }
    }
}

impl<F, V: Copy> Rules<F, V> {
    /// Arms `verdict` for the next `times` commands that `filter` is for; 0 is for ever.
    pub fn arm(&mut self, filter: F, verdict: V, times: u32) {
        self.armed.push(Rule {
            filter,
            verdict,
            times: (times != 0).then_some(times),
        });
    }

    /// The verdict of the oldest rule whose filter `accepts` the command. It has one hit less.
    pub fn judge(&mut self, accepts: impl Fn(&F) -> bool) -> Option<V> {
        let rule = self.armed.iter_mut().find(|rule| accepts(&rule.filter))?;
        let verdict = rule.verdict;
        if let Some(times) = &mut rule.times {
            *times = times.saturating_sub(1);
        }
        self.armed.retain(|rule| rule.times != Some(0));
        self.hits += 1;
        Some(verdict)
    }

    /// Disarms everything.
    pub fn clear(&mut self) {
        self.armed.clear();
    }

    /// A fault that is no rule hit something.
    pub fn hit(&mut self) {
        self.hits += 1;
    }

    /// How many rules are armed.
    pub fn armed(&self) -> usize {
        self.armed.len()
    }

    /// Hits since power-up.
    pub fn hits(&self) -> u64 {
        self.hits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_decides_until_it_is_used_up() {
        let mut rules = Rules::default();
        rules.arm(1, 'a', 2);
        rules.arm(1, 'b', 0);
        rules.arm(2, 'c', 1);
        let mut of = |number| rules.judge(|filter| *filter == number);
        assert_eq!(
            [of(1), of(1), of(1), of(1)].map(Option::unwrap),
            ['a', 'a', 'b', 'b']
        );
        assert_eq!((of(2), of(2), of(3)), (Some('c'), None, None));
        assert_eq!((rules.armed(), rules.hits()), (1, 5));
        rules.clear();
        rules.hit();
        assert_eq!((rules.armed(), rules.hits()), (0, 6));
        assert_eq!(rules.judge(|_| true), None);
    }
}
