//! Branch and bound for plans that keep every limit: proves that the best plan found is the best there is.
//!
//! A node holds the options each rule still has. Slots that a rule covers under all of them are its core;
//! options that do not fit beside the cores of the others go (timetabling). Where the cheapest options
//! together break a limit in a slot, the node splits on whether one of the rules there covers it.

use super::choice::Strategy;
use super::kernel::{Scratch, add_slot_costs};
use super::model::Model;
use super::state::for_each_part;

/// How far the proof has come.
#[derive(Clone, Debug, PartialEq)]
pub enum Proof {
    /// Nodes are left.
    Open,
    /// No plan costs less than the limit it was given.
    Closed,
    /// A plan below the limit: the option of every rule.
    Better(Vec<usize>),
}

/// A search tree in depth-first order that can be left and taken up again.
#[derive(Clone, Debug)]
pub struct ExactSearch<'a> {
    model: &'a Model,
    limit: Vec<f64>,
    /// Plans cost less than this.
    upper: f64,
    charged: bool,
    open: Vec<Node>,
    /// How often a rule ran out of options: those rules are branched on first.
    failures: Vec<f64>,
    core: Vec<f64>,
    core_tags: Vec<u32>,
    multiplicity: Vec<f64>,
    scratch: Scratch,
    /// Work done so far.
    pub work: u64,
}

#[derive(Clone, Debug)]
struct Node {
    /// Options left per rule, ascending.
    domains: Vec<Vec<u32>>,
}

/// What a node turned out to be.
enum Verdict {
    Dead,
    Solved(Vec<usize>),
    Split(usize, Vec<u32>, Vec<u32>),
}

impl<'a> ExactSearch<'a> {
    /// Looks for plans within `limit` (per `host * resources + resource`) that cost less than `upper`;
    /// displacement counts under `ConflictResolution` only.
    pub fn new(model: &'a Model, strategy: Strategy, limit: Vec<f64>, upper: f64) -> Self {
        let domains = model.rules.iter();
        let root = Node { domains: domains.map(|rule| (0..rule.options() as u32).collect()).collect() };
        ExactSearch {
            model,
            upper,
            charged: strategy == Strategy::ConflictResolution,
            open: vec![root],
            failures: vec![1.0; model.rules.len()],
            core: vec![0.0; limit.len() * model.horizon],
            core_tags: vec![0; model.tags * model.horizon],
            multiplicity: vec![0.0; model.horizon],
            limit,
            scratch: Scratch::default(),
            work: 0,
        }
    }

    /// Lowers what plans may cost.
    pub fn lower(&mut self, upper: f64) {
        self.upper = self.upper.min(upper);
    }

    /// Does about `work` units of work.
    pub fn advance(&mut self, work: u64) -> Proof {
        let until = self.work.saturating_add(work);
        while let Some(mut node) = self.open.pop() {
            match self.examine(&mut node) {
                Verdict::Dead => {}
                Verdict::Solved(options) => return Proof::Better(options),
                Verdict::Split(rule, first, second) => {
                    let mut other = node.clone();
                    other.domains[rule] = second;
                    self.open.push(other);
                    node.domains[rule] = first;
                    self.open.push(node);
                }
            }
            if self.work >= until {
                break;
            }
        }
        if self.open.is_empty() { Proof::Closed } else { Proof::Open }
    }

    fn cost(&self, rule: usize, option: u32) -> f64 {
        if self.charged { self.model.rules[rule].displacement[option as usize] } else { 0.0 }
    }

    fn cheapest(&self, rule: usize, domain: &[u32]) -> (u32, f64) {
        let mut best = (domain[0], self.cost(rule, domain[0]));
        for &option in &domain[1..] {
            let cost = self.cost(rule, option);
            if cost < best.1 {
                best = (option, cost);
            }
        }
        best
    }

    fn examine(&mut self, node: &mut Node) -> Verdict {
        loop {
            self.build_core(node);
            let least: f64 =
                (0..node.domains.len()).map(|rule| self.cheapest(rule, &node.domains[rule]).1).sum();
            if self.charged && least >= self.upper - 1e-6 {
                return Verdict::Dead;
            }
            let mut changed = false;
            for rule in 0..node.domains.len() {
                let before = node.domains[rule].len();
                self.filter(node, rule, least);
                if node.domains[rule].is_empty() {
                    self.failures[rule] += 1.0;
                    return Verdict::Dead;
                }
                changed |= node.domains[rule].len() < before;
            }
            if !changed {
                break;
            }
        }
        self.split(node)
    }

    /// Loads and tags of the slots that each rule covers under all its options.
    fn build_core(&mut self, node: &Node) {
        self.core.fill(0.0);
        self.core_tags.fill(0);
        self.work += self.core.len() as u64;
        for rule in 0..node.domains.len() {
            self.with_core(node, rule, |core, tags, index, tag_index, units| {
                if let Some(index) = index {
                    core[index] += units;
                }
                if let Some(index) = tag_index {
                    tags[index] += 1;
                }
            });
        }
    }

    /// Calls `each` for every slot of a rule's core: once per resource with its load, once per tag.
    fn with_core(
        &mut self,
        node: &Node,
        rule: usize,
        mut each: impl FnMut(&mut [f64], &mut [u32], Option<usize>, Option<usize>, f64),
    ) {
        let model = self.model;
        let described = &model.rules[rule];
        let domain = &node.domains[rule];
        let (Some(&first), Some(&last)) = (domain.first(), domain.last()) else {
            return;
        };
        // Least multiplicity over the options, by taking the first and lowering it with each further one.
        self.multiplicity.fill(0.0);
        cover(model, rule, first, &mut self.multiplicity);
        let mut seen = vec![0.0; model.horizon];
        for &option in &domain[1..] {
            seen.fill(0.0);
            cover(model, rule, option, &mut seen);
            let mut left = false;
            for (least, &here) in self.multiplicity.iter_mut().zip(&seen) {
                *least = least.min(here);
                left |= *least > 0.0;
            }
            self.work += 2 * model.horizon as u64;
            if !left {
                return;
            }
        }
        let width = described.width as u32;
        let host = (first / width == last / width).then(|| described.hosts[(first / width) as usize]);
        for slot in 0..model.horizon {
            let multiplicity = self.multiplicity[slot];
            if multiplicity <= 0.0 {
                continue;
            }
            if let Some(host) = host {
                for &(resource, units) in &described.demand {
                    let index = (host * model.resources + resource) * model.horizon + slot;
                    let load = units * multiplicity;
                    each(&mut self.core, &mut self.core_tags, Some(index), None, load);
                }
            }
            for &tag in &described.tags {
                let index = tag * model.horizon + slot;
                each(&mut self.core, &mut self.core_tags, None, Some(index), 0.0);
            }
        }
    }

    /// Drops the options of a rule that do not fit beside the cores of the others, break a precedence with
    /// all that is left of a neighbour, or cost too much.
    fn filter(&mut self, node: &mut Node, rule: usize, least: f64) {
        let model = self.model;
        let described = &model.rules[rule];
        self.with_core(node, rule, |core, tags, index, tag_index, units| {
            if let Some(index) = index {
                core[index] -= units;
            }
            if let Some(index) = tag_index {
                tags[index] -= 1;
            }
        });
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.costs.clear();
        scratch.costs.resize(described.options(), 0.0);
        add_slot_costs(model, rule, &mut scratch, |host, slot, multiplicity, out| {
            for &(resource, units) in &described.demand {
                let cell = host * model.resources + resource;
                let free = self.limit[cell] - units * multiplicity;
                let from = cell * model.horizon + slot;
                for (out, &load) in out.iter_mut().zip(&self.core[from..]) {
                    *out += if load > free { 1.0 } else { 0.0 };
                }
            }
            for &tag in &described.tags {
                let from = tag * model.horizon + slot;
                for (out, &count) in out.iter_mut().zip(&self.core_tags[from..]) {
                    *out += f64::from(count);
                }
            }
        });
        self.work += described.work;
        self.with_core(node, rule, |core, tags, index, tag_index, units| {
            if let Some(index) = index {
                core[index] += units;
            }
            if let Some(index) = tag_index {
                tags[index] += 1;
            }
        });
        let extreme = |other: usize, pick: fn(i64, i64) -> i64| {
            let shifts = node.domains[other].iter();
            shifts.map(|&option| model.rules[other].decode(option as usize).0).reduce(pick)
        };
        let low = described
            .before
            .iter()
            .filter_map(|&(other, gap)| extreme(other, i64::min).map(|shift| shift + gap));
        let high = described
            .after
            .iter()
            .filter_map(|&(other, gap)| extreme(other, i64::max).map(|shift| shift - gap));
        let (low, high) = (low.max().unwrap_or(i64::MIN), high.min().unwrap_or(i64::MAX));
        let own_least = self.cheapest(rule, &node.domains[rule]).1;
        let mut domain = std::mem::take(&mut node.domains[rule]);
        domain.retain(|&option| {
            let shift = described.decode(option as usize).0;
            let dear = self.charged && least - own_least + self.cost(rule, option) >= self.upper - 1e-6;
            scratch.costs[option as usize] < 0.5 && shift >= low && shift <= high && !dear
        });
        node.domains[rule] = domain;
        self.scratch = scratch;
    }

    /// Puts every rule at its cheapest option and splits where that breaks something.
    fn split(&mut self, node: &Node) -> Verdict {
        let model = self.model;
        let picked: Vec<u32> =
            (0..node.domains.len()).map(|rule| self.cheapest(rule, &node.domains[rule]).0).collect();
        self.core.fill(0.0);
        self.core_tags.fill(0);
        for (rule, &option) in picked.iter().enumerate() {
            let described = &model.rules[rule];
            let (step, host) = place_of(model, rule, option);
            for (first, length, multiplicity) in described.stretches(step) {
                for_each_part(first, length, model.horizon, |slot, _, part| {
                    for &(resource, units) in &described.demand {
                        let from = (host * model.resources + resource) * model.horizon + slot;
                        for load in &mut self.core[from..from + part] {
                            *load += units * multiplicity;
                        }
                    }
                    for &tag in &described.tags {
                        let from = tag * model.horizon + slot;
                        for count in &mut self.core_tags[from..from + part] {
                            *count += 1;
                        }
                    }
                });
            }
        }
        self.work += self.core.len() as u64;
        let mut worst: Option<(f64, Option<usize>, Option<usize>, usize)> = None;
        for (index, &load) in self.core.iter().enumerate() {
            let cell = index / model.horizon;
            let excess = (load - self.limit[cell]) / model.capacity[cell].max(1.0);
            if excess > 1e-9 && worst.is_none_or(|worst| excess > worst.0) {
                worst = Some((excess, Some(cell), None, index % model.horizon));
            }
        }
        for (index, &count) in self.core_tags.iter().enumerate() {
            let excess = f64::from(count) - 1.0;
            if excess > 0.0 && worst.is_none_or(|worst| excess > worst.0) {
                worst = Some((excess, None, Some(index / model.horizon), index % model.horizon));
            }
        }
        if let Some((_, cell, tag, slot)) = worst {
            return self.split_at(node, &picked, cell, tag, slot);
        }
        let shift = |rule: usize| model.rules[rule].decode(picked[rule] as usize).0;
        let early = model.ordered.iter().find(|&&(before, after, gap)| shift(after) - shift(before) < gap);
        let Some(&(before, after, _)) = early else {
            return Verdict::Solved(picked.iter().map(|&option| option as usize).collect());
        };
        let movable = |rule: &usize| node.domains[*rule].len() > 1;
        match [before, after].into_iter().find(movable) {
            Some(rule) => {
                let (first, second): (Vec<u32>, Vec<u32>) =
                    node.domains[rule].iter().partition(|&&option| option == picked[rule]);
                Verdict::Split(rule, first, second)
            }
            None => Verdict::Dead,
        }
    }

    /// Splits the options of a rule at a broken slot into those that cover it and those that do not.
    fn split_at(
        &mut self,
        node: &Node,
        picked: &[u32],
        cell: Option<usize>,
        tag: Option<usize>,
        slot: usize,
    ) -> Verdict {
        let model = self.model;
        let mut best: Option<(f64, usize)> = None;
        for (rule, domain) in node.domains.iter().enumerate() {
            if domain.len() > 1 && covers(model, rule, picked[rule], cell, tag, slot) {
                let leaves = |&option: &u32| !covers(model, rule, option, cell, tag, slot);
                let weight = self.failures[rule] / domain.len() as f64;
                if best.is_none_or(|best| weight > best.0) && domain.iter().any(leaves) {
                    best = Some((weight, rule));
                }
            }
        }
        let Some((_, rule)) = best else {
            // All of them are in the core: the filter would have found it, had it run to its end.
            return Verdict::Dead;
        };
        let domain = node.domains[rule].iter();
        let (stay, leave): (Vec<u32>, Vec<u32>) =
            domain.partition(|&&option| covers(model, rule, option, cell, tag, slot));
        Verdict::Split(rule, stay, leave)
    }
}

fn place_of(model: &Model, rule: usize, option: u32) -> (usize, usize) {
    let described = &model.rules[rule];
    (option as usize % described.width, described.hosts[option as usize / described.width])
}

/// Adds the multiplicity of an option to the slots it covers.
fn cover(model: &Model, rule: usize, option: u32, slots: &mut [f64]) {
    let (step, _) = place_of(model, rule, option);
    for (first, length, multiplicity) in model.rules[rule].stretches(step) {
        for_each_part(first, length, model.horizon, |slot, _, part| {
            for entry in &mut slots[slot..slot + part] {
                *entry += multiplicity;
            }
        });
    }
}

/// Whether an option loads a slot of a cell, or holds a tag there.
fn covers(
    model: &Model,
    rule: usize,
    option: u32,
    cell: Option<usize>,
    tag: Option<usize>,
    slot: usize,
) -> bool {
    let described = &model.rules[rule];
    let (step, host) = place_of(model, rule, option);
    let concerned = match (cell, tag) {
        (Some(cell), _) => {
            host == cell / model.resources
                && described.demand.iter().any(|&(own, _)| own == cell % model.resources)
        }
        (_, Some(tag)) => described.tags.contains(&tag),
        _ => false,
    };
    concerned
        && described.stretches(step).any(|(first, length, _)| {
            let from = first % model.horizon;
            (slot + model.horizon - from) % model.horizon < length
        })
}
